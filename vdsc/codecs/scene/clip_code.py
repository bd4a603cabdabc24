"""A clip of sprites, symbol by symbol: the same code encodes it and decodes it."""

from __future__ import annotations

import numpy as np

from vdsc.codecs.scene.adaptive import bit
from vdsc.codecs.scene.bouncing import Course, Mover, Pair, Walls
from vdsc.codecs.scene.look_canvas import FINE
from vdsc.codecs.scene.look_code import code_look, code_size
from vdsc.codecs.scene.look_network import LookNetworks
from vdsc.codecs.scene.sprite_clip import FINEST, MOST_PIXELS, SpriteClip
from vdsc.codecs.scene.sprite_track import Pixels
from vdsc.codecs.scene.texture import Texture
from vdsc.core.types import Ints
from vdsc.entropy.tape import Tape
from vdsc.errors import CorruptFile

_OBJECTS = np.array([[8192, 49152, 4096, 4096]])
_PLACES = np.array([[49152, *[2048] * FINEST]])
_LEARNED = 63 << 10  # probability that looks are told under the network, Q16
_COMMON = 63 << 10  # probability that a sprite's walls are those of its square
_OFF = np.array([[2048, 61440, 2048]])


def code_clip(
    tape: Tape,
    clip: SpriteClip | None,
    networks: LookNetworks,
    shape: tuple[int, int, int],
    levels: int,
    *,
    learned: bool = True,
) -> SpriteClip:
    """Encode or decode a clip on frames of shape (T, H, W).

    learned: an encoder's choice, of looks of all levels: whether they are told under the networks,
    else under a texture that learns from the clip alone.

    Raises:
        CorruptFile: a sprite leaves its frame.
    """
    size = (shape[1], shape[2])
    count = _row(tape, None if clip is None else len(clip.looks) - 1, _OBJECTS) + 1
    places = _row(tape, None if clip is None else clip.places, _PLACES)
    if levels == FINE:
        learned = bool(bit(tape, None if clip is None else int(learned), _LEARNED))
    texture = None if learned or levels != FINE else Texture()
    looks = [
        _look(tape, None if clip is None else clip.looks[i], networks, size, levels, texture)
        for i in range(count)
    ]
    corners = np.zeros((shape[0], count, 2), dtype=np.int64)
    movers = []
    for i, look in enumerate(looks):
        given = None if clip is None else clip.corners[:, i]
        walls = _walls(tape, given, look, networks.cell, size, places)
        start = _start(tape, given, walls)
        corners[0, i] = start
        movers.append(Mover(start, walls))
    _move(tape, clip, movers, corners, Course(1 << places))
    most = (np.array(size) - [look.shape for look in looks]) << places
    if (corners < 0).any() or (corners > most).any():
        raise CorruptFile("a sprite lies outside its frame; the file is damaged")
    return SpriteClip(looks, corners, levels, places)


def _row(tape: Tape, given: int | None, row: Ints) -> int:
    return int(tape.rows(None if given is None else np.array([given]), row)[0])


def _look(
    tape: Tape,
    given: Pixels | None,
    networks: LookNetworks,
    most: Pair,
    levels: int,
    texture: Texture | None,
) -> Pixels:
    said = None if given is None else (given.shape[0], given.shape[1])
    size = code_size(tape, said, networks, most)
    if size[0] > most[0] or size[1] > most[1] or size[0] * size[1] > MOST_PIXELS:
        raise CorruptFile("a sprite is larger than can be; the file is damaged")
    if texture is not None:
        return texture.code(tape, given, size)
    return code_look(tape, given, networks, size, levels)


def _walls(
    tape: Tape, given: Ints | None, look: Pixels, cell: int, size: Pair, places: int
) -> Walls:
    """Least and largest corner on both axes: those of the square that the look is centred in."""
    found = []
    for axis in (0, 1):
        track = None if given is None else given[:, axis]
        most = size[axis] - look.shape[axis] << places
        usual = centred(look, axis, cell) << places, max(size[axis] - cell, 0) << places
        found.append(_wall(tape, track, usual, most, 1 << places))
    return found[0], found[1]


def _wall(tape: Tape, track: Ints | None, usual: Pair, most: int, part: int) -> Pair:
    """The walls of one axis: from the usual least corner on, or a pixel off, or any."""
    low, room = usual
    ways = [(low + off * part, low + off * part + room) for off in (-1, 0, 1)]
    off = None if track is None else _fitting(track, ways)
    if bit(tape, None if track is None else int(off is not None), _COMMON):
        return ways[_row(tape, off, _OFF)]
    least = tape.uniform(None if track is None else int(track.min()), most + 1)
    return least, tape.uniform(None if track is None else int(track.max()), most + 1)


def _fitting(track: Ints, ways: list[Pair]) -> int | None:
    """Which walls hold a track (T,), best those that it touches; None if none do."""
    low, high = int(track.min()), int(track.max())
    holding = [i for i in (1, 0, 2) if ways[i][0] <= low and high <= ways[i][1]]
    touched = [i for i in holding if low == ways[i][0] or high == ways[i][1]]
    return next(iter(touched + holding), None)


def centred(look: Pixels, axis: int, cell: int) -> int:
    """Where on an axis a look begins whose centre of mass lies in the middle of a square."""
    mass = look.sum(axis=1 - axis, dtype=np.int64)
    whole = max(int(mass.sum()), 1)
    moment = int((mass * (2 * np.arange(mass.size) + 1)).sum())
    return max((cell * whole - moment) // (2 * whole) + 1, 0)


def _start(tape: Tape, given: Ints | None, walls: Walls) -> Pair:
    where = []
    for axis, (low, high) in enumerate(walls):
        if high < low:
            raise CorruptFile("a sprite has no room between its walls; the file is damaged")
        said = None if given is None else int(given[0, axis]) - low
        where.append(low + tape.uniform(said, high - low + 1))
    return where[0], where[1]


def _move(
    tape: Tape, clip: SpriteClip | None, movers: list[Mover], corners: Ints, course: Course
) -> None:
    """Fill the corners (T, objects, 2) of all frames but the first."""
    for t in range(1, len(corners)):
        for i, mover in enumerate(movers):
            given = None
            if clip is not None:
                given = int(clip.corners[t, i, 0]), int(clip.corners[t, i, 1])
            corners[t, i] = mover.step(tape, course, given)
