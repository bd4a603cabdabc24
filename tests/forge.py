"""Files of the lossy codec, and files with right checksums and wrong contents."""

from __future__ import annotations

import io
from dataclasses import replace

import vdsc
from vdsc.api import reading
from vdsc.container import Header, Writer


def opened(data: bytes) -> tuple[Header, list[bytes]]:
    """Header and chunk bodies of a file."""
    reader = reading.of(io.BytesIO(data))
    return reader.header, list(reader.chunks())


def forged(data: bytes, *, bodies=None, **changes) -> bytes:
    """The file with other bodies, or other fields of its header, and right checksums."""
    header, sound = opened(data)
    bodies = sound if bodies is None else bodies
    stream = io.BytesIO()
    writer = Writer(stream, replace(header, **({"chunks": len(bodies)} | changes)))
    for body in bodies:
        writer.chunk(body)
    return stream.getvalue()


def knots(values, **options) -> bytes:
    """The lossy file of a sequence, whether or not a lossless one would be smaller."""
    return vdsc.compress(values, codec="knots", **options)
