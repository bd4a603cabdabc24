"""A scene of sprites, symbol by symbol: the same code encodes it and decodes it."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from vdsc.codecs.lossless.bitsback.observation.sprite_motion import Drift, Pair, Sprite
from vdsc.codecs.scene.adaptive import bit
from vdsc.codecs.scene.sprite_track import Scene
from vdsc.codecs.scene.texture import Texture
from vdsc.core.fixed import ONE
from vdsc.core.types import Ints
from vdsc.entropy import frequencies as tables
from vdsc.entropy.tape import Tape
from vdsc.errors import CorruptFile
from vdsc.twin.synthesis import Sprites

Walls = tuple[Pair, Pair]
_STRAY = 3 * ONE  # scale of how far a sprite lies from where the path says, pixels
_COMMON = 3 << 14  # probability that a sprite's walls are as far apart as most are


def matched(scene: Scene, where: Ints) -> Scene:
    """The scene with its sprites in the order of the path's objects, places (T, objects, 2) Q16."""
    sizes = np.array([sprite.shape for sprite in scene.sprites])
    middle = (2 * scene.places[scene.anchor] + sizes) << 15
    orders = list(permutations(range(len(sizes))))
    far = [int(np.abs(middle[list(o)] - where[scene.anchor]).sum()) for o in orders]
    best = list(orders[far.index(min(far))])
    return Scene(scene.anchor, [scene.sprites[i] for i in best], scene.places[:, best])


def centres(path: Ints, draw: Sprites) -> Ints:
    """Objects (T, objects, 2), Q16 pixels from the corner, as the path (T, D) Q16 has them."""
    half = np.array(draw.frame[:2], dtype=np.int64) << 15
    return draw.places(path) + half


def code(tape: Tape, scene: Scene | None, where: Ints, size: Pair) -> Scene:
    """Encode or decode a scene on frames of `size`.

    The path expects the corners at `where` (T, objects, 2).

    Raises:
        CorruptFile: a sprite leaves the frame.
    """
    anchor = tape.uniform(None if scene is None else scene.anchor, len(where))
    places = np.zeros((len(where), where.shape[1], 2), dtype=np.int64)
    sizes: list[Pair] = []
    for i, centre in enumerate(where[anchor]):
        sizes.append(_size(tape, None if scene is None else scene.sprites[i].shape, size))
        for axis in (0, 1):
            given = None if scene is None else int(scene.places[anchor, i, axis])
            free = size[axis] - sizes[i][axis] + 1
            expected = int(centre[axis]) - (sizes[i][axis] << 15)
            places[anchor, i, axis] = corner(tape, given, expected, free)
    walls = _walls(tape, scene, places[anchor], sizes, size)
    texture = Texture()
    looks = [None] * len(sizes) if scene is None else scene.sprites
    sprites = [texture.code(tape, look, s) for look, s in zip(looks, sizes, strict=True)]
    _move(tape, scene, anchor, places, walls)
    if (places < 0).any() or (places + np.array(sizes) > np.array(size)).any():
        raise CorruptFile("a sprite lies outside its frame; the file is damaged")
    return Scene(anchor, sprites, places)


def _size(tape: Tape, given: tuple[int, ...] | None, most: Pair) -> Pair:
    tall, wide = (None, None) if given is None else (given[0] - 1, given[1] - 1)
    return tape.uniform(tall, most[0]) + 1, tape.uniform(wide, most[1]) + 1


def corner(tape: Tape, given: int | None, expected: int, free: int) -> int:
    """One of `free` corner coordinates, under a logistic law around the expected one, Q16."""
    edges = (np.arange(free + 1, dtype=np.int64) << 16) - ONE // 2
    row = tables.rows(edges[None], np.array([expected]), np.array([_STRAY]), "logistic")
    return int(tape.rows(None if given is None else np.array([given]), row)[0])


def _walls(
    tape: Tape, scene: Scene | None, corners: Ints, sizes: list[Pair], size: Pair
) -> list[Walls]:
    """Least and largest corner of each sprite and axis; most are equally far apart."""
    low = high = None
    common = None
    if scene is not None:
        low, high = scene.places.min(axis=0), scene.places.max(axis=0)
        common = int(np.bincount((high - low).ravel()).argmax())
    room = tape.uniform(common, max(size))
    walls = []
    for i, shape in enumerate(sizes):
        pair = []
        for axis in (0, 1):
            given = None if low is None or high is None else (int(low[i, axis]), int(high[i, axis]))
            at, last = int(corners[i, axis]), size[axis] - shape[axis]
            pair.append(_wall(tape, given, at, last, room))
        walls.append((pair[0], pair[1]))
    return walls


def _wall(tape: Tape, given: Pair | None, at: int, last: int, room: int) -> Pair:
    low = tape.uniform(given and given[0], at + 1)
    usual = bit(tape, None if given is None else int(given[1] - given[0] == room), _COMMON)
    if usual:
        return low, low + room
    return low, at + tape.uniform(None if given is None else given[1] - at, last - at + 1)


def _move(tape: Tape, scene: Scene | None, anchor: int, places: Ints, walls: list[Walls]) -> None:
    """Fill the corners (T, objects, 2) of all frames, from the anchor on and then back."""
    drift, count = Drift(), len(places)
    for way in (1, -1):
        known = way < 0 and anchor + 1 < count
        speeds = places[anchor] - places[anchor + 1] if known else None
        movers = [
            Sprite(
                _pair(places[anchor, i]), wall, None if speeds is None else _pair(speeds[i]), way
            )
            for i, wall in enumerate(walls)
        ]
        for t in range(anchor + way, count if way > 0 else -1, way):
            for i, mover in enumerate(movers):
                given = None if scene is None else _pair(scene.places[t, i])
                places[t, i] = mover.step(tape, drift, given)


def _pair(corner: Ints) -> Pair:
    return int(corner[0]), int(corner[1])
