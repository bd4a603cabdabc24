"""What the columns of an array are called where it is written as a table."""

from __future__ import annotations

from vdsc.core.meta import Meta
from vdsc.core.sequence import Outline
from vdsc.errors import InvalidInput


def check_table(outline: Outline) -> int:
    """How many columns an array (T, C) or (T,) of numbers has; raises InvalidInput for others."""
    shape = outline.shape
    if len(shape) > 2 or outline.dtype.kind not in "fiub":
        words = f"{outline.dtype.name} {shape} is no table (T, C) of numbers"
        raise InvalidInput(f"{words}; write it to .npy")
    return shape[1] if len(shape) == 2 else 1


def column_names(outline: Outline, meta: Meta | None) -> list[str]:
    """The names that metadata tells, where they are as many, else c0, c1, ..."""
    width = check_table(outline)
    known = meta.fields.get("columns") if meta is not None else None
    if isinstance(known, list) and len(known) == width:
        return [str(name) for name in known]
    return [f"c{n}" for n in range(width)]
