"""Video without loss: every frame comes back, whatever it shows."""

import numpy as np
import pytest

from tests.codecs.lossless.video.video_weights import untrained
from vdsc.codecs.lossless.video import video_stream as stream
from vdsc.errors import CorruptFile, InvalidInput

RNG = np.random.default_rng(0)


def drifting(frames=5, height=21, width=30, channels=3):
    """A textured ground that moves by a pixel a frame."""
    ground = np.random.default_rng(1).integers(0, 256, (height, width + frames, channels))
    return np.stack([ground[:, t : t + width] for t in range(frames)]).astype(np.uint8)


def sprites(frames=12):
    clip = np.zeros((frames, 32, 32, 1), np.uint8)
    shapes = np.random.default_rng(2).integers(1, 256, (2, 9, 9))
    for t in range(frames):
        clip[t, 2 + t : 11 + t, 4:13, 0] += shapes[0].astype(np.uint8)
        clip[t, 14:23, 18 - t : 27 - t, 0] = np.minimum(
            clip[t, 14:23, 18 - t : 27 - t, 0] + shapes[1], 255
        )
    return clip


CLIPS = {
    "drifting": drifting(),
    "noise": RNG.integers(0, 256, (3, 16, 16, 3), np.uint8),
    "constant": np.full((4, 16, 16, 3), 7, np.uint8),
    "few colours": (RNG.integers(0, 2, (4, 24, 24, 1)) * np.array([250, 30, 99])).astype(np.uint8),
    "one frame": drifting(frames=1),
    "one pixel": RNG.integers(0, 256, (3, 1, 1, 3), np.uint8),
    "a line": RNG.integers(0, 256, (3, 1, 40, 3), np.uint8),
    "grey noise": RNG.integers(0, 256, (3, 16, 16, 1), np.uint8),
    "grey drifting": drifting(channels=1),
    "sprites": sprites(),
    "one grey pixel": RNG.integers(0, 256, (3, 1, 1, 1), np.uint8),
}


@pytest.mark.parametrize("name", CLIPS)
def test_round_trip(name):
    clip = CLIPS[name]
    weights = untrained()
    data, _ = stream.encode(clip, weights)
    assert (stream.decode(data, clip.shape, weights)[0] == clip).all()


CHUNKS = {
    "drifting": [drifting()[:2], drifting()[2:]],
    "few, then fewer": [CLIPS["few colours"], CLIPS["few colours"][:, ::-1]],
    "few, then others": [CLIPS["few colours"], CLIPS["few colours"] // 2],
    "few, then many": [CLIPS["few colours"], drifting(height=24, width=24)],
    "many, then few": [drifting(height=24, width=24), CLIPS["few colours"]],
    "grey": [drifting(channels=1), drifting(channels=1)[::-1] // 3],
    "sprites": [sprites(), sprites()[::-1]],
}


@pytest.mark.parametrize("name", CHUNKS)
def test_chunks_follow_one_another(name):
    weights, state, known = untrained(), None, None
    for clip in CHUNKS[name]:
        data, after = stream.encode(clip, weights, state)
        assert stream.encode(clip, weights, state)[0] == data  # a state is left as it was
        frames, known = stream.decode(data, clip.shape, weights, known)
        assert (frames == clip).all()
        state = after


def test_what_was_learned_pays():
    weights, clip = untrained(), drifting(frames=12)
    _, state = stream.encode(clip[:6], weights)
    assert len(stream.encode(clip[6:], weights, state)[0]) < len(
        stream.encode(clip[6:], weights)[0]
    )


def test_a_chunk_that_goes_on_needs_the_one_before():
    weights, clip = untrained(), drifting()
    _, state = stream.encode(clip[:2], weights)
    second, _ = stream.encode(clip[2:], weights, state)
    with pytest.raises(CorruptFile):
        stream.decode(second, clip[2:].shape, weights)


def test_motion_and_layers_pay():
    weights = untrained()
    clip = sprites()
    alone = sum(len(stream.encode(frame[None], weights)[0]) for frame in clip)
    assert len(stream.encode(clip, weights)[0]) < alone / 2


def test_bytes_that_end_early_are_refused():
    clip, weights = drifting(), untrained()
    data, _ = stream.encode(clip, weights)
    for size in (0, 1, 4, 9, len(data) - 1):
        with pytest.raises(CorruptFile):
            stream.decode(data[:size], clip.shape, weights)


@pytest.mark.parametrize("shape", [(0, 4, 4, 3), (2, 4, 4, 2), (4, 4, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(InvalidInput):
        stream.encode(np.zeros(shape, np.uint8), untrained())


def test_an_unknown_kind_is_refused():
    with pytest.raises(CorruptFile):
        stream.decode(b"\x07" + bytes(8), (1, 4, 4, 3), untrained())


def test_damaged_bytes_give_frames_or_are_refused():
    clip, weights = drifting(), untrained()
    data, _ = stream.encode(clip, weights)
    for place in range(9, len(data) - 4, 700):
        damaged = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        try:
            made, _ = stream.decode(damaged, clip.shape, weights)
        except CorruptFile:
            continue
        assert made.shape == clip.shape
