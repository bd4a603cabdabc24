"""Pictures through the video model: whatever their layout, chunk after chunk, or another method."""

from __future__ import annotations

import numpy as np
import pytest

import vdsc
from vdsc.codecs.lossless import chunk as lossless
from vdsc.codecs.lossless.coder import LosslessCoder
from vdsc.codecs.lossless.methods import coders
from vdsc.codecs.lossless.video.video_method import Video
from vdsc.core.sequence import Clock, Outline
from vdsc.errors import CorruptFile
from vdsc.model import store


def walk(frames=6, height=24, width=32, channels=3, seed=0):
    """A textured ground under a window that moves by a pixel or two a frame, with grain."""
    rng = np.random.default_rng(seed)
    rough = rng.integers(40, 200, (height // 4 + 6, width // 4 + 6, channels))
    ground = rough.repeat(4, axis=0).repeat(4, axis=1)
    views = [ground[t : t + height, 2 * t : 2 * t + width] for t in range(frames)]
    return (np.stack(views) + rng.integers(0, 3, (frames, height, width, channels))).astype("u1")


COLOUR, GREY = walk(), walk(channels=1)
LAYOUTS = {
    "colour": COLOUR,
    "planar colour": np.ascontiguousarray(COLOUR.transpose(0, 3, 1, 2)),
    "grey": GREY,
    "planar grey": np.ascontiguousarray(GREY.transpose(0, 3, 1, 2)),
    "bare grey": GREY[..., 0],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_pictures_of_every_layout_come_back(name):
    """The file names the model, comes back bit for bit, and a layout costs nothing."""
    clip = LAYOUTS[name]
    data = vdsc.compress(clip, codec="lossless")
    assert (vdsc.decompress(data).values == clip).all()
    facts = vdsc.info(data)
    assert facts.model == "clips"
    assert [one.method for one in facts.chunks] == ["video"]
    plain = vdsc.compress(COLOUR if "colour" in name else GREY, codec="lossless")
    assert abs(len(data) - len(plain)) < 4


def test_several_chunks(monkeypatch):
    """What the networks learned goes on from chunk to chunk."""
    monkeypatch.setattr(lossless, "VALUES", 2 * COLOUR[0].size)
    data = vdsc.compress(COLOUR, codec="lossless")
    assert len(vdsc.info(data).chunks) == 3
    assert (vdsc.decompress(data).values == COLOUR).all()
    alone = sum(len(vdsc.compress(COLOUR[t : t + 2], codec="lossless")) for t in (0, 2, 4))
    assert len(data) < alone - 200


def test_a_black_beginning_does_not_decide(monkeypatch):
    """The first chunk has nothing to say to any model; those that follow still get theirs."""
    monkeypatch.setattr(lossless, "VALUES", 2 * COLOUR[0].size)
    clip = np.concatenate([np.zeros_like(COLOUR[:2]), COLOUR])
    data = vdsc.compress(clip, codec="lossless")
    assert [one.method for one in vdsc.info(data).chunks] == ["floor", *["video"] * 3]
    assert (vdsc.decompress(data).values == clip).all()


@pytest.mark.parametrize(
    "shape", [(5, 7, 9, 3), (5, 24, 32, 2), (5, 24, 32, 4), (5, 24), (5, 2, 24, 32, 3), (9,)]
)
def test_what_is_no_picture_is_not_for_it(shape):
    """Too small, other numbers of channels, other numbers of axes."""
    video = Video(kinds()[store.VIDEO])
    assert video.start(outline(shape, "|u1")) is None
    assert video.start(outline((5, 24, 32, 3), "<u2")) is None
    assert video.start(outline((5, 24, 32, 3), "|u1")) == ()


def test_noise_is_left_to_the_floor():
    """Where nothing can be predicted, the file is as large as the pixels, not larger."""
    noise = np.random.default_rng(1).integers(0, 256, (4, 32, 32, 3), np.uint8)
    data = vdsc.compress(noise, codec="lossless")
    assert len(data) < noise.size + 100
    assert not vdsc.info(data).model


def test_repeats_are_left_to_general_compressors():
    """Noise that comes back after some frames: the model cannot see that far, LZMA can."""
    noise = np.random.default_rng(2).integers(0, 256, (5, 32, 32, 3), np.uint8)
    data = vdsc.compress(np.concatenate([noise] * 4), codec="lossless")
    assert len(data) < 1.1 * noise.size


def test_a_chunk_of_another_models_method_is_refused():
    """A file that names no checkpoint, or one of another kind, holds no video."""
    told = outline(COLOUR.shape, "|u1")
    body = LosslessCoder(told, coders(kinds()[store.VIDEO])).encode(COLOUR)
    for others in (coders(None), coders(kinds()[store.PATHS])):
        with pytest.raises(CorruptFile, match="by video"):
            LosslessCoder(told, others).decode(body, len(COLOUR))


def kinds():
    """An installed checkpoint of each kind."""
    return {checkpoint.kind: checkpoint for checkpoint in store.installed()}


def outline(shape, dtype):
    return Outline(shape, dtype, Clock(25))
