"""A TOML file of training settings, any value of which the command line may change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vdsc.errors import InvalidInput


def read(path: Path, overrides: Sequence[str]) -> dict[str, Any]:
    """The values of a file after `section.key=value` overrides, whose values are TOML literals.

    Raises:
        InvalidInput: the file is missing or no TOML, or an override names no setting.
    """
    with advice(path):
        values = tomllib.loads(path.read_text())
        for override in overrides:
            _apply(values, override)
        return values


@contextmanager
def advice(path: Path) -> Iterator[None]:
    """Turn what goes wrong with the values of a file into InvalidInput that names the file."""
    try:
        yield
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}") from None
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidInput(f"{path}: {error}; see examples/ for a working config") from None


def _apply(values: dict[str, Any], override: str) -> None:
    """Set one dotted key, `stages.0.steps=10`, in place."""
    dotted, equals, literal = override.partition("=")
    if not equals:
        raise InvalidInput(f"--set wants section.key=value, not {override!r}")
    try:
        value = tomllib.loads(f"value = {literal}")["value"]
    except tomllib.TOMLDecodeError:
        value = literal
    *path, last = dotted.split(".")
    spot: Any = values
    for part in path:
        spot = spot[int(part)] if isinstance(spot, list) else spot[part]
    spot[int(last) if isinstance(spot, list) else last] = value
