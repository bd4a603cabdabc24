"""The integers of a file of knots, popped without its networks."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np

from vdsc.api import reading
from vdsc.api.numbers import numeric_header
from vdsc.codecs import registry
from vdsc.codecs.base import HasKnots
from vdsc.codecs.knots.decoder import KnotReader, PlacedWindow
from vdsc.codecs.knots.params import ID, OLD_ID
from vdsc.core.sequence import Times
from vdsc.errors import InvalidInput


def windows(data: bytes) -> Iterator[PlacedWindow]:
    """Knots, cells and pose of every window of a .vds file; the same on every machine.

    Needs the checkpoint's tables, no network. Raises InvalidInput for a file of another codec, and
    VdscError for what is no sound file.
    """
    reader = reading.of(io.BytesIO(data))
    if reader.header.codec not in {ID, OLD_ID}:
        raise InvalidInput(f"a file of codec {reader.header.codec!r} has no knots of a model")
    knots = KnotReader(reader.header)
    yield from map(knots.window, reader.chunks())


def knot_times(data: bytes) -> Times:
    """Times (K,) seconds of all knots of a .vds file, seams once; needs its checkpoint, if any."""
    reader = reading.of(io.BytesIO(data))
    codec = reader.header.codec
    decoder = registry.codec_of_file(codec).decoder(numeric_header(reader.header))
    if not isinstance(decoder, HasKnots):
        raise InvalidInput(f"a file of codec {codec!r} has no knots to look at")
    return np.unique(np.concatenate([decoder.knot_times(body) for body in reader.chunks()]))
