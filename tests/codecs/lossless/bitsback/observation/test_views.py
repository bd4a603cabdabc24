"""The observation models of bits-back: each tells what it asks, and its bytes are frozen."""

from __future__ import annotations

import zlib

import numpy as np

from vdsc.codecs.lossless.bitsback.observation.logistic_mixture import Logistics
from vdsc.codecs.lossless.bitsback.observation.scene import code
from vdsc.codecs.lossless.bitsback.observation.sprite_motion import Drift, Sprite
from vdsc.codecs.lossless.bitsback.observation.sprites import drawn
from vdsc.codecs.scene import mix
from vdsc.codecs.scene.adaptive import Counts
from vdsc.codecs.scene.mending import mend
from vdsc.codecs.scene.sprite_track import draw, find
from vdsc.codecs.scene.texture import Texture
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile

SIZE = (40, 36)
WHERE = np.full((30, 2, 2), 18 << 16)


def glyphs():
    """Two sprites with soft edges, and their corners (30, 2, 2): straight lines and one bounce."""
    rng = np.random.RandomState(4)
    sprites = [rng.randint(0, 256, size).astype(np.uint8) for size in ((9, 7), (8, 10))]
    for sprite in sprites:
        sprite[2:4] = 0
        sprite[0], sprite[-1], sprite[:, 0], sprite[:, -1] = 90, 80, 70, 60
    time = np.arange(30)[:, None]
    one = np.array([3, 1]) + time * np.array([1, 0])
    two = np.stack([np.abs(14 - time[:, 0]), 12 + time[:, 0] // 3], axis=1)
    return sprites, np.stack([np.minimum(one, (31, 29)), two], axis=1)


def film():
    """The frames (30, 40, 36) of the two."""
    sprites, places = glyphs()
    return np.stack([draw(sprites, at, SIZE) for at in places])


def pushed(tape):
    """The stack that holds what a tape noted."""
    stack = BitStack()
    tape.push(stack)
    return stack


def test_scenes_are_found_and_come_back():
    """The search gives frames back exactly, and the scene's bytes are what they were."""
    x = film()
    scene = find(x, 2)
    assert scene is not None
    assert (np.stack([draw(scene.sprites, at, SIZE) for at in scene.places]) == x).all()
    tape = WritingTape()
    code(tape, scene, WHERE, SIZE)
    stack = pushed(tape)
    data = stack.to_bytes()
    found = code(ReadingTape(stack), None, WHERE, SIZE)
    assert stack.empty
    assert (found.places == scene.places).all()
    assert all((a == b).all() for a, b in zip(found.sprites, scene.sprites, strict=True))
    assert (len(data), zlib.crc32(data)) == (124, 353714697)


def test_what_is_no_scene_is_not_found():
    """Noise, and a sprite that changes on its way, are left to another model."""
    rng = np.random.RandomState(5)
    assert find(rng.randint(0, 256, (4, 20, 20)).astype(np.uint8), 2) is None
    x = film()
    x[17:] = 255 - x[17:]
    assert find(x, 2) is None


def test_a_few_wrong_pixels_are_mended():
    """A scene is found in spite of some wrong pixels, which come back at 30 bits each or less."""
    x = film()
    wrong = x.copy()
    wrong[17, :3, 0], wrong[25, 39, 30] = 7, 200
    scene = find(wrong, 2)
    assert scene is not None
    tape = WritingTape()
    assert (mend(tape, wrong, drawn(scene, SIZE)) == wrong).all()
    stack = pushed(tape)
    assert stack.bits < 4 * 30 + 64
    assert (mend(ReadingTape(stack), None, drawn(scene, SIZE)) == wrong).all()
    assert (drawn(scene, SIZE) == x).all()


def test_straight_moves_cost_next_to_nothing():
    """Once its speed is known, a sprite takes less than half a bit a frame."""
    tape, drift = WritingTape(), Drift()
    mover = Sprite((0, 5), ((0, 400), (0, 400)), None, 1)
    for t in range(1, 101):
        mover.step(tape, drift, (3 * t, 5 + 2 * t))
    assert pushed(tape).bits < 40


def test_a_sprite_outside_its_frame_is_damage():
    """Random bytes never decode to a scene that cannot be drawn."""
    rng = np.random.RandomState(6)
    for _ in range(12):
        stack = BitStack.from_bytes(rng.randint(1, 256, 400).astype(np.uint8).tobytes())
        try:
            scene = code(ReadingTape(stack), None, WHERE, SIZE)
        except CorruptFile:
            continue
        assert draw(scene.sprites, scene.places[0], SIZE).shape == SIZE


def test_rows_of_logistics_are_frequencies():
    """Each of the 256 rows sums to 2**16, is positive, and peaks at its own level."""
    rows = Logistics(narrow=100, wide=9000, weight=200).rows
    assert rows.shape == (256, 256)
    assert (rows.sum(axis=1) == 1 << 16).all()
    assert rows.min() > 0
    assert (rows.argmax(axis=1) == np.arange(256)).all()


def test_textures_learn():
    """The second of two equal sprites takes fewer bits than the first."""
    sprite = glyphs()[0][0]
    one, both = WritingTape(), WritingTape()
    Texture().code(one, sprite, (9, 7))
    twice = Texture()
    twice.code(both, sprite, (9, 7))
    twice.code(both, sprite, (9, 7))
    assert pushed(both).bits < 1.9 * pushed(one).bits


def test_squash_and_stretch_are_inverse():
    """Stretching a probability and squashing it again moves it by a step of the tables at most."""
    table = mix.stretches()
    assert table == sorted(table)
    for i in range(64, 4032):
        assert abs(mix.squash(table[i]) - (16 * i + 8)) <= 72


def test_counts_follow_what_they_see():
    """A symbol that keeps coming gets cheap, and all others stay possible."""
    tape, counts = WritingTape(), Counts([1] * 9)
    for symbol in [4] * 200 + list(range(9)):
        counts.code(tape, symbol)
    assert pushed(tape).bits < 140
