"""A file names one checkpoint, so its chunks use one, and the header's decoder reads them all."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from vdsc.codecs.lossless import chunk as lossless
from vdsc.codecs.lossless.coder import LosslessCoder
from vdsc.codecs.lossless.methods import Floor
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile

FRAMES = 8


@dataclass(frozen=True)
class _Favours:
    """A method with a checkpoint of its own, small for chunks that begin with `favourite`."""

    name: str
    checkpoint: object
    favourite: int

    def start(self, outline):
        return ()

    def encode(self, values, state):
        raw = values.tobytes()
        return (raw if values.flat[0] == self.favourite else raw * 3), state

    def decode(self, payload, shape, dtype, state):
        return np.frombuffer(payload[: np.prod(shape)], dtype).reshape(shape), state


@pytest.fixture
def made(monkeypatch):
    """Bodies of a file whose first chunk prefers one checkpoint, the others another."""
    monkeypatch.setattr(lossless, "VALUES", FRAMES * 16)
    first = _Favours("bitsback", SimpleNamespace(name="first"), 1)
    other = _Favours("video", SimpleNamespace(name="other"), 2)
    values = np.random.default_rng(0).integers(0, 256, (3 * FRAMES, 16), dtype=np.uint8)
    values[0, 0], values[FRAMES, 0], values[2 * FRAMES, 0] = 1, 2, 2
    outline = Outline(values.shape, values.dtype, Clock(rate=Fraction(1)))
    coder = LosslessCoder(outline, (Floor(), first, other))
    bodies = [coder.encode(values[at : at + FRAMES]) for at in (0, FRAMES, 2 * FRAMES)]
    return values, outline, coder.checkpoint, (first, other), bodies


def test_chunks_that_prefer_different_checkpoints_decode_by_the_header_alone(made):
    """The decoder that knows the header's checkpoint, and no other one, gives all values back."""
    values, outline, checkpoint, methods, bodies = made
    allowed = [method for method in methods if method.checkpoint is checkpoint]
    assert [method.name for method in allowed] == ["bitsback"]
    decoder = LosslessCoder(outline, (Floor(), *allowed))
    decoded = [decoder.decode(body, FRAMES) for body in bodies]
    assert np.array_equal(np.concatenate(decoded), values)


def test_a_chunk_by_another_checkpoint_is_refused(made):
    """Without the method that a chunk names there are no values."""
    _, outline, _, _, bodies = made
    with pytest.raises(CorruptFile):
        LosslessCoder(outline, (Floor(),)).decode(bodies[0], FRAMES)
