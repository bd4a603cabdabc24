"""Small BVH files for tests, and what other parsers read in them."""

from __future__ import annotations

import io

from vdsc.core.sequence import Outline
from vdsc.io.bvh_sink import bvh_sink
from vdsc.io.source import open_source

HEADER = """HIERARCHY
ROOT Hips
{
\tOFFSET 0 0 0
\tCHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
\tJOINT Leg
\t{
\t\tOFFSET 1.5 -7.25 0
\t\tCHANNELS 3 Zrotation Xrotation Yrotation
\t\tEnd Site
\t\t{
\t\t\tOFFSET 0 -6 0.5
\t\t}
\t}
\tJOINT Arm
\t{
\t\tOFFSET -2 8 1
\t\tCHANNELS 3 Yrotation Xrotation Zrotation
\t\tEnd Site
\t\t{
\t\t\tOFFSET 3 0 0
\t\t}
\t}
}
MOTION
"""


def text(rows, *, frame_time=".0083333", header=HEADER, end="\n"):
    """The text of a file of these rows."""
    rows = [row if isinstance(row, str) else " ".join(row) for row in rows]
    lines = [f"Frames: {len(rows)}", f"Frame Time: {frame_time}", *rows]
    return header + "".join(line + end for line in lines)


def rows(count, columns=12, form="%.4f"):
    """Rows of numbers that differ everywhere."""
    return [[form % ((3 * i + 7 * j) / 11 - 20) for j in range(columns)] for i in range(count)]


def again(path):
    """The bytes that a file becomes when it is read and written."""
    with open_source(str(path), exact=True) as source:
        values = source.read(0, source.shape[0])
        out, outline = io.BytesIO(), Outline(source.shape, source.dtype, source.clock)
        with bvh_sink(out, outline, source.meta) as sink:
            for begin in range(0, len(values), 3):
                sink.write(values[begin : begin + 3])
    return out.getvalue()
