"""Opens the file of one sequence, whichever way its header is written."""

from __future__ import annotations

from typing import BinaryIO

from vdsc.codecs import registry
from vdsc.container import Reader
from vdsc.core import memory


def of(stream: BinaryIO, *, memlimit: int = memory.DEFAULT) -> Reader:
    """Header and chunks of a .vds file; its checkpoint says what a short file does not.

    Raises VdscError as `Reader` does.
    """
    return Reader(stream, memlimit=memlimit, unfold=registry.unfold)
