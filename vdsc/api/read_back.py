"""Reads a file that lies on disk, and compares its frames with those it was made of."""

from __future__ import annotations

from typing import BinaryIO

from vdsc.api.decoding import decode
from vdsc.api.fidelity import Fidelity
from vdsc.api.numbers import numeric_outline, numeric_source
from vdsc.api.report import Report
from vdsc.api.rival import groups_of
from vdsc.core import memory
from vdsc.core.numeric_view import as_numbers
from vdsc.core.sequence import Outline
from vdsc.errors import CorruptFile
from vdsc.io.source import Source

SLACK = 1e-6
"""How far errors may be from the report's, which were added up in another order."""


def check_written(
    source: Source, stream: BinaryIO, report: Report, *, memlimit: int = memory.DEFAULT
) -> None:
    """Raise CorruptFile unless a file holds the frames of its source as its report says."""
    decoding = decode(stream, memlimit=memlimit)
    held = _held(source, decoding.outline)
    groups = () if report.lossless else groups_of(report)
    fidelity = Fidelity(groups, numeric_outline(decoding.outline))
    done = 0
    for frames in decoding:
        wanted = held.read(done, done + len(frames))
        fidelity.add(wanted, as_numbers(frames.astype(frames.dtype.newbyteorder("="))))
        done += len(frames)
    if not _as_reported(fidelity, report):
        raise CorruptFile("the file on disk is not what was written; keep the source, check both")


def _held(source: Source, outline: Outline) -> Source:
    """The frames as they are in the file, or as a model takes them: what was coded."""
    dtype = outline.dtype.newbyteorder("=")
    for one in (source.plain, source):
        if one and one.shape == outline.shape and one.dtype.newbyteorder("=") == dtype:
            return numeric_source(one)
    raise CorruptFile("the file on disk holds another shape or type; keep the source, check both")


def _as_reported(fidelity: Fidelity, report: Report) -> bool:
    """Whether errors are as the report says; of a lossless file, whether there are none."""
    if report.lossless:
        return fidelity.exact
    if report.psnr is not None:
        return fidelity.psnr is not None and abs(fidelity.psnr - report.psnr) <= SLACK
    pairs = zip(fidelity.groups, report.groups, strict=True)
    return all(abs(one.max - other.max) <= SLACK * other.max for one, other in pairs)
