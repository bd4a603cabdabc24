"""Damaged video is refused: every prefix, every flipped byte, and what no encoder writes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tests.codecs.lossless.video.video_weights import untrained
from vdsc.codecs.lossless import coder as lossless
from vdsc.codecs.lossless.chunk import HEAD
from vdsc.codecs.lossless.video import packing, palette
from vdsc.codecs.lossless.video import video_stream as stream
from vdsc.codecs.lossless.video.video_method import PIXELS, SIDE, Video
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile

WEIGHTS, RELATED = untrained(), untrained(related=True)
RNG = np.random.default_rng(4)
SHADES = np.array([[9, 200, 3], [9, 80, 3], [250, 80, 77]], "u1")
RAMP = 128 + np.arange(192).reshape(1, 8, 8, 3) // 24 * [1, 0, 2]

CLIPS = {
    "colour": RAMP.astype("u1"),
    "few colours": SHADES[RNG.integers(0, 3, (2, 8, 16))],
    "layers": np.where(RNG.random((2, 9, 9, 1)) < 0.1, 77, 0).astype("u1"),
    "grey": np.array([5, 211], "u1")[RNG.integers(0, 2, (1, 8, 12, 1))],
    "related": RAMP.astype("u1"),
}


class Fixed(Video):
    """The method with weights at hand and, of grey clips, a kind."""

    def __init__(self, kind):
        super().__init__(SimpleNamespace(tensors=[RELATED if kind == 8 else WEIGHTS]))
        self.kind = kind

    def encode(self, values, state):
        """As `stream.encode`, but that the kind is given."""
        if self.kind in {stream.LAYERS, stream.GREY}:
            return stream._grey(self.kind, values, WEIGHTS, state or None)
        return super().encode(values, state)


def coder(clip, kind):
    return lossless.LosslessCoder(Outline(clip.shape, "|u1", Clock(25)), [Fixed(kind)])


@pytest.mark.parametrize(("name", "kind"), [*zip(CLIPS, (0, 1, 2, 3, 8), strict=True)])
def test_every_prefix_and_every_flipped_byte_is_refused(name, kind):
    """Of the bytes behind the checksum; damage that the deflated palette does not feel is none."""
    clip = CLIPS[name]
    body = coder(clip, kind).encode(clip)
    begin = HEAD
    assert body[begin] == kind
    told = begin + 5 + int.from_bytes(body[begin + 1 : begin + 5], "little")
    assert (coder(clip, kind).decode(body, len(clip)) == clip).all()
    for at in range(begin, len(body)):
        with pytest.raises(CorruptFile):
            coder(clip, kind).decode(body[:at], len(clip))
        wrong = body[:at] + bytes([body[at] ^ 1 << at % 8]) + body[at + 1 :]
        if begin + 5 <= at < told:
            assert_harmless(clip, kind, wrong)
            continue
        with pytest.raises(CorruptFile):
            coder(clip, kind).decode(wrong, len(clip))


def assert_harmless(clip, kind, body):
    """A body is refused, or gives the very values."""
    try:
        made = coder(clip, kind).decode(body, len(clip))
    except CorruptFile:
        return
    assert (made == clip).all()


def payload(kind, head, rest=b""):
    return bytes([kind]) + len(head).to_bytes(4, "little") + head + rest


TOLD = packing.to_bytes(*palette.counted(SHADES[..., [1, 0, 2]]))
STRANGE = {
    "colour with a palette": (payload(0, TOLD), 3),
    "few colours without one": (payload(1, b""), 3),
    "layers with a palette": (payload(2, TOLD), 1),
    "grey without a palette": (payload(3, b""), 1),
    "grey as colour": (payload(3, TOLD), 3),
    "colour as grey": (payload(0, b""), 1),
    "more of a palette than there is": (payload(1, TOLD)[:-1], 3),
    "a stack that ends in zero": (payload(0, b"", b"\1\0"), 3),
    "another kind": (payload(9, b""), 3),
    "related without such networks": (payload(8, b""), 3),
    "a start that goes on": (payload(4, b""), 3),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_no_encoder_writes_is_refused(name):
    """Kinds, palettes and layouts that contradict each other."""
    data, channels = STRANGE[name]
    with pytest.raises(CorruptFile):
        stream.decode(data, (1, 8, 8, channels), WEIGHTS)


def test_a_chunk_goes_on_from_one_of_its_kind_only():
    """A state of another kind is none."""
    _, state = stream.encode(CLIPS["few colours"], WEIGHTS)
    right, _ = stream.encode(CLIPS["few colours"], WEIGHTS, state)
    shape = CLIPS["few colours"].shape
    assert right[0] == 5
    stream.decode(right, shape, WEIGHTS, state)
    with pytest.raises(CorruptFile):
        stream.decode(b"\4" + right[1:], shape, WEIGHTS, state)


@pytest.mark.parametrize(
    ("frame", "fits"),
    [
        ((SIDE, PIXELS // SIDE), True),
        ((SIDE, PIXELS // SIDE + 1, 3), False),
        ((3, 1 << 20, 1 << 20), False),
        ((1 << 22, 1 << 22), False),
    ],
)
def test_a_forged_size_is_no_picture(frame, fits):
    """A few bytes cannot ask for a frame of terabytes."""
    started = Video(SimpleNamespace()).start(Outline((1, *frame), "|u1", Clock(25)))
    assert (started is not None) == fits
