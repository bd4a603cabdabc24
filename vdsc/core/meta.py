"""What a file held beside its numbers, so that it can be written back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vdsc.errors import InvalidInput

FORMAT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Meta:
    """A file format by name, and what files of it hold beside their numbers.

    format: lower-case letters, digits and `-`, such as "bvh". fields: None, booleans, 64-bit
    integers, floats, text, bytes, and lists and maps (by text) of those. Nothing in them is needed
    to decode the numbers. Raises InvalidInput for anything else.
    """

    format: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.format, str) or not FORMAT.fullmatch(self.format):
            raise InvalidInput(f"{self.format!r:.40} is not the name of a file format")
        if not isinstance(self.fields, Mapping):
            raise InvalidInput("the fields of metadata are a map")
        _check(self.fields, DEEPEST)


def _check(value: object, deep: int) -> None:
    """Raise InvalidInput for what metadata cannot hold."""
    if not deep:
        raise InvalidInput(f"metadata nests more than {DEEPEST} levels deep")
    match value:
        case None | bool() | float() | str() | bytes():
            return
        case int():
            if not -(2**63) <= value < 2**64:
                raise InvalidInput(f"metadata holds integers of 64 bits, not {value}")
        case list() | tuple():
            for one in value:
                _check(one, deep - 1)
        case Mapping():
            for key, one in value.items():
                if not isinstance(key, str):
                    raise InvalidInput(f"metadata is named by text, not by {key!r:.40}")
                _check(one, deep - 1)
        case _:
            raise InvalidInput(f"metadata cannot hold a value of type {type(value).__name__}")
