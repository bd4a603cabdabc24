"""Clips of sprites on a tape: what was told comes back, and damage is known as such."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import tiny_sprites as tiny
from vdsc.codecs.scene import clip_code, sprite_finding
from vdsc.codecs.scene.clip_code import centred, code_clip
from vdsc.codecs.scene.look_canvas import FINE, LADDER, Canvas
from vdsc.codecs.scene.look_code import look_bits, seen
from vdsc.codecs.scene.look_network import LookNetworks, greys
from vdsc.codecs.scene.sprite_clip import SpriteClip, between
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape, WritingTape
from vdsc.errors import CorruptFile

NETWORKS = LookNetworks.of({"net": {"cell": tiny.CELL}}, tiny.weights())
SIZE = (40, 36)


def a_clip(seed: int, levels: int, places: int, count: int = 2, frames: int = 9) -> SpriteClip:
    """Sprites that bounce, in parts of a pixel."""
    rng = np.random.default_rng(seed)
    each = greys(levels)
    looks = [each[look.astype(np.int64) * levels >> 8].astype(np.uint8)
             for look in tiny.looks(count, rng)]  # fmt: skip
    room = ((SIZE[0] - 9) << places, (SIZE[1] - 9) << places)
    return SpriteClip(looks, tiny.tracks(count, frames, room, rng), levels, places)


def stack_of(clip: SpriteClip, *, learned: bool = True) -> BitStack:
    """A clip on a stack."""
    tape, stack = WritingTape(), BitStack()
    shape = (len(clip.corners), *SIZE)
    code_clip(tape, clip, NETWORKS, shape, clip.levels, learned=learned)
    tape.push(stack)
    return stack


@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 999), st.sampled_from(LADDER), st.integers(0, 8), st.integers(1, 4))
def test_a_clip_comes_back(seed, levels, places, count):
    """Looks, corners and what they are in, for any number of sprites and parts of a pixel."""
    clip = a_clip(seed, levels, places, count)
    stack = stack_of(clip, learned=bool(seed % 2))
    found = code_clip(ReadingTape(stack), None, NETWORKS, (9, *SIZE), levels)
    assert stack.empty
    assert all((a == b).all() for a, b in zip(found.looks, clip.looks, strict=True))
    assert (found.corners == clip.corners).all()
    assert (found.levels, found.places) == (levels, places)
    frames = clip.drawn(NETWORKS, SIZE)
    assert (found.drawn(NETWORKS, SIZE) == frames).all()
    assert frames.shape == (9, *SIZE)


def test_a_jump_of_any_length_comes_back():
    """A sprite may be anywhere in the next frame."""
    clip = a_clip(1, FINE, 0)
    clip.corners[4:, 0] = [0, 27]
    clip.corners[6:, 0] = [30, 0]
    found = code_clip(ReadingTape(stack_of(clip)), None, NETWORKS, (9, *SIZE), FINE)
    assert (found.corners == clip.corners).all()


def test_random_bytes_are_a_clip_or_damage():
    """No stack makes anything else fail, and no sprite lies outside its frame."""
    rng, damaged = np.random.default_rng(2), 0
    for _ in range(10):
        stack = BitStack.from_bytes(rng.integers(1, 256, 200).astype(np.uint8).tobytes())
        try:
            clip = code_clip(ReadingTape(stack), None, NETWORKS, (4, 14, 13), 3)
            assert clip.drawn(NETWORKS, (14, 13)).shape == (4, 14, 13)
        except CorruptFile:
            damaged += 1
    assert damaged > 0


@pytest.mark.parametrize("levels", LADDER)
def test_the_law_of_a_pixel_depends_on_what_is_known(levels):
    """All rows at once are those of one pixel after another, and cost what the tape takes."""
    clip = a_clip(5, levels, 0, 1)
    look = clip.looks[0]
    rows = NETWORKS.rows(seen(look, levels), levels)
    canvas = Canvas(look.shape, levels)
    for (row, column), grey in np.ndenumerate(look):
        one = NETWORKS.rows(canvas.inputs(row, column)[None], levels)
        assert (one == rows[row * look.shape[1] + column]).all()
        canvas.put(row, column, int(grey))
    assert (canvas.look == look).all()
    assert rows.min() >= 1
    assert (rows.sum(axis=1) == 1 << 16).all()
    assert look_bits(look, NETWORKS, levels) > 0


def test_a_digit_is_found_in_its_square_by_its_centre_of_mass():
    """A look that was centred in a square of 28 begins where the rule says."""
    rng = np.random.default_rng(7)
    for look in tiny.looks(20, rng):
        mass = look.sum(axis=1).astype(np.float64)
        centre = (mass * (np.arange(len(mass)) + 0.5)).sum() / mass.sum()
        assert centred(look, 0, 28) == int(np.floor(14 - centre)) + 1


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 8), st.integers(0, 255), st.integers(0, 255))
def test_a_moved_picture_keeps_its_mass(places, down, right):
    """Straight lines between pixels share every pixel out, and a whole pixel moves it."""
    one = 1 << places
    picture = np.arange(12).reshape(3, 4)
    moved = between(picture, np.array([down % one, right % one]), places)
    assert moved.shape == (4, 5)
    assert moved.sum() == picture.sum() * one * one
    still = between(picture, np.array([0, 0]), places)
    assert (still[:3, :4] == picture * one * one).all()


def test_black_stays_black_around_a_drawn_look():
    """Where no ink is near, nothing is drawn; a look of all levels is drawn as it is."""
    look = np.zeros((12, 12), np.uint8)
    look[0, 0] = look[0, -1] = look[-1, 0] = 255
    drawn = NETWORKS.drawn(look, 2)
    assert drawn.shape == (16, 16)
    assert not drawn[8:, 8:].any()
    assert NETWORKS.drawn(look, FINE) is look


def test_a_look_beyond_the_limit_is_damage_and_is_not_made(monkeypatch):
    """No file makes a reader decode an endless look, and no encoder finds one."""
    stack = stack_of(a_clip(3, 4, 0))
    monkeypatch.setattr(clip_code, "MOST_PIXELS", 8)
    with pytest.raises(CorruptFile, match="larger than can be"):
        code_clip(ReadingTape(stack), None, NETWORKS, (9, *SIZE), 4)
    assert sprite_finding.found_clip(tiny.film()) is not None
    monkeypatch.setattr(sprite_finding, "MOST_PIXELS", 8)
    assert sprite_finding.found_clip(tiny.film()) is None
