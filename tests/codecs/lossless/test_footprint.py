"""What chunks take while they are decoded is below what is said, and is checked before."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from vdsc.codecs.lossless import footprint
from vdsc.codecs.lossless.codec import LosslessCodec, LosslessSettings
from vdsc.codecs.lossless.coder import LosslessCoder
from vdsc.codecs.lossless.methods import Arrays, Floor
from vdsc.container import Header
from vdsc.core.instants import Instants
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import LimitExceeded
from vdsc.io.source import array_source

ROUGH = np.random.default_rng(0)
NARROW = ROUGH.normal(size=(4000, 8)).cumsum(0)
WIDE = ROUGH.normal(size=(1, 1 << 15)) * 1e6 + ROUGH.normal(size=(3, 1 << 15)).cumsum(0)
GRID = ROUGH.normal(size=(1, 96, 96)) * 1e6 + ROUGH.normal(size=(4, 96, 96)).cumsum(0)


@pytest.mark.parametrize("values", [NARROW, WIDE, GRID, NARROW.astype("i2"), np.zeros((9, 999))])
@pytest.mark.parametrize("method", [Floor(), Arrays()])
def test_estimates_are_from_above(values, method):
    """The peak of a chunk is below the estimate for its method; a limit just below refuses it."""
    state = method.start(None)
    payload, _ = method.encode(values, state)
    tracemalloc.start()
    method.decode(payload, values.shape, values.dtype, state)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    channels = values[0].size
    most = footprint.arrays(values.size, len(values), channels, related=channels <= 1 << 14)
    if method.name == "floor":
        most = footprint.floor(values.shape, values.dtype.itemsize)
    assert peak <= most


def test_a_chunk_above_the_limit_is_refused_before_it_is_decoded():
    """The header's estimate does not know the method; the chunk's is checked with the limit."""
    outline = Outline(WIDE.shape, WIDE.dtype, Clock(rate=Fraction(1)))
    body = LosslessCoder(outline, (Arrays(),)).encode(WIDE)
    header, wanted = Header("lossless", None, outline, {}, 1), Instants(outline, own=True)
    codec, enough = LosslessCodec(), footprint.arrays(WIDE.size, 3, 1 << 15, related=True)
    least = footprint.arrays(WIDE.size, 1, 0, related=False)
    with pytest.raises(LimitExceeded, match="--memlimit"):
        next(codec.decoder(header, memlimit=least - 1).decode(body, wanted))
    (decoded,) = codec.decoder(header, memlimit=enough).decode(body, wanted)
    assert decoded.tobytes() == WIDE.tobytes()


def test_a_header_of_large_frames_is_weighed():
    """One frame of 4 GiB is known to take more than 8 GiB before any of it is read."""
    outline = Outline((1, 1 << 29), np.dtype("f8"), Clock(rate=Fraction(1)))
    assert LosslessCodec().memory(Header("lossless", None, outline, {}, 1)) > 8 << 30


def test_the_codec_returns_every_bit():
    """Through the contract: encoder, header, decoder and facts agree."""
    values = np.arange(60, dtype=">i4").reshape(20, 3)
    source, codec = array_source(values, exact=True), LosslessCodec()
    outline = Outline(values.shape, values.dtype, Clock(rate=Fraction(1)))
    encoder = codec.encoder(source, outline, LosslessSettings())
    coded = [encoder.encode(source.read(begin, end)) for begin, end in encoder.spans]
    header = encoder.header()
    decoder, wanted = codec.decoder(header), Instants(outline, own=True)
    (decoded,) = [frames for one in coded for frames in decoder.decode(one.body, wanted)]
    assert decoded.dtype == values.dtype
    assert decoded.tobytes() == values.tobytes()
    facts = codec.describe(header, [one.body for one in coded])
    assert sum(facts.budget.values()) == sum(len(one.body) for one in coded)
    assert facts.chunks[0].method.endswith(encoder.words().split(" of ")[0])
