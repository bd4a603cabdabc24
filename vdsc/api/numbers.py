"""Types that are no numbers, as the numbers that every codec takes, and back."""

from __future__ import annotations

from dataclasses import replace

from vdsc.container import Header
from vdsc.core.numeric_view import as_numbers, numeric
from vdsc.core.sequence import Outline
from vdsc.core.types import Values
from vdsc.io.source import Source


def numeric_outline(outline: Outline) -> Outline:
    """The outline of the integers, floats or booleans that stand for the values of an outline."""
    shape, dtype = numeric(outline.shape, outline.dtype)
    return outline if dtype == outline.dtype else replace(outline, shape=shape, dtype=dtype)


def numeric_header(header: Header) -> Header:
    """A header as its codec wrote it, from that of the file."""
    outline = numeric_outline(header.outline)
    return header if outline is header.outline else replace(header, outline=outline)


def numeric_source(source: Source) -> Source:
    """A source of the numbers that stand for the values of one; raises InvalidInput."""
    shape, dtype = numeric(source.shape, source.dtype)
    if dtype == source.dtype:
        return source

    def fetch(begin: int, end: int) -> Values:
        return as_numbers(source.fetch(begin, end))

    return replace(source, shape=shape, dtype=dtype, fetch=fetch)
