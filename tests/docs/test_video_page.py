"""docs/format.md says all of `video`: a decoder written from it alone reads what vdsc writes."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest

import vdsc
from tests.codecs.lossless.video.video_weights import untrained
from tests.docs.lossless_page import bits, container, decoder
from tests.docs.lossless_page.video import colours, tables
from tests.docs.lossless_page.video import law as laws
from tests.docs.lossless_page.video import payload as page
from vdsc.codecs.lossless import chunk as lossless
from vdsc.codecs.lossless.bitsback.bitsback_method import BitsBack
from vdsc.codecs.lossless.methods import Arrays, Floor
from vdsc.codecs.lossless.sprites_method import SpriteFilms
from vdsc.codecs.lossless.video import law_tables as ours
from vdsc.codecs.lossless.video import packing, palette
from vdsc.codecs.lossless.video import pixel_cells as cells
from vdsc.codecs.lossless.video import video_stream as stream
from vdsc.codecs.lossless.video.law import PixelDistribution
from vdsc.entropy import BitStack
from vdsc.entropy.tape import ReadingTape
from vdsc.errors import CorruptFile

MODELS = Path(__file__).parents[2] / "models"


def ground(frames, height=16, width=24, channels=3, seed=0):
    """A textured ground under a window that moves, with grain."""
    rng = np.random.default_rng(seed)
    rough = rng.integers(40, 200, (height // 4 + 6, width // 4 + 6, channels))
    smooth = rough.repeat(4, axis=0).repeat(4, axis=1)
    views = [smooth[t : t + height, 2 * t : 2 * t + width] for t in range(frames)]
    return (np.stack(views) + rng.integers(0, 3, (frames, height, width, channels))).astype("u1")


def painted(frames, shades, seed=1):
    """A few colours, dealt by chance to tiles that slide over a still ground."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, 256, (shades, 3))
    tiles = rng.integers(0, shades, (8, 40)).repeat(3, axis=0)
    views = [
        np.where(np.arange(24)[:, None] % 5 < 2, 0, tiles[:, t : t + 24]) for t in range(frames)
    ]
    return chosen[np.stack(views)].astype("u1")


def things(frames, size=24):
    """Two things on black that pass each other and add up."""
    made = np.zeros((frames, size, size, 1), np.int64)
    one, two = np.random.default_rng(2).integers(1, 200, (2, 7, 7, 1))
    for t in range(frames):
        made[t, 2 + t : 9 + t, 3:10] += one
        made[t, 9:16, 12 - t : 19 - t] += two
    return np.minimum(made, 255).astype("u1")


def spoken(frames, size=16):
    """Grey levels that are few, far apart and in no shape."""
    return np.array([3, 90, 91, 250], "u1")[ground(frames, size, size, 1) % 4]


def tinted(frames, height=16, width=24):
    """Two kinds of ground, in each of which the channels go together in a way of their own."""
    grey = ground(frames, height, width, 1).astype(int)
    red = grey * [1, 0.5, 0.25] + [9, 50, 3]
    made = np.where(np.arange(width)[:, None] % 11 < 6, red, grey * [0.2, 0.8, 0.9])
    return np.rint(made).astype("u1")


CHUNKS = {
    "colour": ([ground(2), ground(3)[1:]], {("film", 0), "on", "new", "far", "moved"}),
    "an edge": ([ground(2, 9, 13), ground(4, 9, 13)[2:]], {("film", 0), "on"}),
    "a line of blocks": ([ground(3, 8, 30)], {("film", 0)}),
    "a ground that stands": ([np.full((9, 128, 128, 3), 128, "u1")], {"halved", "same"}),
    "a still": ([np.repeat(ground(1), 3, axis=0)], {"same", "new"}),
    "layers": ([things(4), things(7)[4:]], {("film", 2), "on", "moved"}),
    "noise in layers": ([ground(1, 67, 65, 1)], {("film", 2), "parts"}),
    "grey blocks": ([spoken(3), spoken(5)[3:]], {("film", 3), "palette", "same palette", "on"}),
    "grey, other levels": ([spoken(2), spoken(2) - 1], {("film", 3), "palette", "on"}),
    "few colours": (
        [painted(3, 12), painted(2, 12), painted(2, 9, seed=5)],
        {("film", 1), "palette", "same palette", "on", "one"},
    ),
    "related colours": ([tinted(3), tinted(5)[3:]], {("film", 8), "on", "new", "far"}),
    "related, in parts": ([tinted(2, 24, 40)], {("film", 8), "parts", "moved"}),
    "many, few, many": ([ground(1), painted(2, 5)[:, :16], ground(1)], {"anew", ("film", 0)}),
}


@pytest.fixture
def only_video(monkeypatch):
    """No other method is there."""
    for method in (Floor, Arrays, BitsBack, SpriteFilms):
        monkeypatch.setattr(method, "start", lambda *_: None)


@pytest.mark.parametrize("name", CHUNKS)
def test_chunks_are_read_by_the_page(name):
    """Kinds, palettes, repeats and cut blocks come back, and each example uses what it is for."""
    clips, uses = CHUNKS[name]
    weights, state, film, met = untrained(related=("film", 8) in uses), None, None, set()
    for clip in clips:
        if clip.shape[3] == 1 and state is None:
            kind = next(k for what, k in (u for u in uses if isinstance(u, tuple)))
            data, state = stream._grey(kind, clip, weights, None)
        else:
            data, state = stream.encode(clip, weights, state)
        raw, film = page.video(data, clip.shape, weights, film, met)
        assert raw == clip.tobytes()
    assert uses <= met


FILES = {
    "layers": (things(9)[..., 0], 4 * 24 * 24, {("film", 2), "on"}),
    "grey blocks": (ground(4, channels=1), 2 * 16 * 24, {("film", 3), "on"}),
    "planar": (np.ascontiguousarray(ground(3).transpose(0, 3, 1, 2)), 1 << 20, {"planar"}),
    "few colours": (
        np.concatenate([painted(4, 8), painted(2, 8, seed=6)]),
        2 * 24 * 24 * 3,
        {("film", 1), "same palette", "palette", "on"},
    ),
}


@pytest.mark.usefixtures("only_video")
@pytest.mark.parametrize("name", FILES)
def test_files_are_read_by_the_page(monkeypatch, name):
    """Whole files, by the checkpoint that comes with the package, over several chunks."""
    clip, most, uses = FILES[name]
    monkeypatch.setattr(lossless, "VALUES", most)
    data = vdsc.compress(clip, codec="lossless")
    bodies, met = container.opened(data)[1], set()
    assert len(bodies) == -(-clip.size // most)
    assert (decoder.decode(data, most, met, MODELS) == clip).all()
    assert {("method", 3)} | uses <= met


def test_a_method_between_changes_nothing(monkeypatch):
    """The networks wait while noise is coded by the floor."""
    monkeypatch.setattr(lossless, "VALUES", 2 * 16 * 24 * 3)
    clip = ground(6)
    clip[2:4] = np.random.default_rng(3).integers(0, 256, clip[2:4].shape)
    data = vdsc.compress(clip, codec="lossless")
    assert [body[0] for body in container.opened(data)[1]] == [3, 0, 3]
    met = set()
    assert (decoder.decode(data, 2 * 16 * 24 * 3, met, MODELS) == clip).all()
    assert "on" in met


def wild(name, tensor):
    """Weights that reach the largest size, and roots of 0 among others."""
    if name.endswith(".root"):
        return tensor * (np.arange(tensor.size).reshape(tensor.shape) % 3)
    return np.clip(tensor * (4 if "trunk" in name else 40), -tables.MOST, tables.MOST)


@pytest.mark.parametrize("kind", [0, 1, 2, 3, 8])
def test_streams_of_chance_are_read_alike(monkeypatch, kind):
    """What no encoder says gives both the same frames, and teaches them the same."""
    weights = {name: wild(name, w) for name, w in untrained(seed=kind, related=True).items()}
    rng, found = np.random.default_rng(kind + 9), packing.to_bytes(*palette.counted(painted(1, 99)))
    shape, met = (3, 17, 18, 1 if kind in {2, 3} else 3), set()
    head = found if kind % 2 else b""
    data = bytes([kind]) + len(head).to_bytes(4, "little") + head
    data += rng.integers(1, 256, 9000).astype("u1").tobytes()
    monkeypatch.setattr(BitStack, "empty", True)
    frames, after = stream.decode(data, shape, weights)
    film, rest = page.begun(data, shape, weights, None, met)
    stack = bits.Bits(rest)
    theirs = np.stack([film.frame(stack, met) for _ in range(shape[0])])
    assert (theirs[..., : shape[3]] == frames).all()
    full = 0
    for number in range(5):
        network = after.film._coder._networks[number]
        mine = film.networks[number]
        pairs = [*zip(network._trunk, (mine.first, mine.second), strict=True)]
        pairs += [*zip(network._hidden, mine.hidden, strict=True)]
        pairs += [*zip(network._out, mine.out, strict=True)]
        for layer, other in pairs:
            assert (layer.weight == other.weight).all()
            assert (layer._square == other.square).all()
            full += int((np.abs(other.weight) == tables.MOST).sum())
    assert {"moved", "new", "far"} <= met
    assert full


@pytest.mark.parametrize("bumps", [3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_laws_of_chance_are_read_alike(seed, bumps):
    """Cells and slopes are the same for any outputs, in lists of any length, cells beyond too."""
    rng, count = np.random.default_rng(seed), 9000
    colour = np.unique(
        rng.integers(0, 256, (99, 3)) // [[4, 1, 1], [1, 80, 1], [80, 2, 1]][seed], axis=0
    )
    packed = packing.to_bytes(colour, rng.integers(0, 9, len(colour)))
    choices, lists = palette.of_colours(*packing.from_bytes(packed, 3)), colours.palette(packed)
    stack, found = rng.integers(1, 256, 30000).astype("u1").tobytes(), set()
    reader, plain = ReadingTape(BitStack.from_bytes(stack)), bits.Bits(stack)
    for one, other in zip(choices, lists, strict=True):
        o = (rng.normal(0, 3 << 28, (count, 3 * bumps + 8))).astype(int)
        base, copies = rng.integers(0, 256, count), rng.integers(0, 256, (count, 7))
        centre = 16 * base[:, None].repeat(bumps, axis=1)
        centre[:, 3:] += rng.integers(-2047, 2048, (count, bumps - 3))
        which = rng.integers(0, len(one.sizes), count)
        theirs, met = laws.Law(o, centre, other, which, copies), set()
        mine = PixelDistribution.of(o.astype(float), centre.T / 16)
        cell = cells.code(reader, mine, one, which, copies.astype(np.int16), None)
        assert (theirs.pop(plain, met) == cell).all()
        edges = one.table.take((which * 257 + cell)[:, None] + np.arange(2))
        hits = one.places[which[:, None], copies] == cell[:, None]
        assert (theirs.slopes(cell) == mine.slopes(edges, hits)).all()
        found |= met
    assert "beyond" in found or bumps > 3


def test_the_tables_are_those_on_the_page():
    """Every number of every table."""
    assert (ours.cdf() == tables.heights()).all()
    assert (ours.density() == tables.densities()).all()
    assert (ours.inverse_scales() * 2**20 == tables.inverses()).all()
    assert (ours.shares() == tables.decays()).all()
    assert (ours.companded() == tables.bend(np.arange(-511, 512))).all()


@pytest.mark.parametrize("seed", range(4))
def test_palettes_are_those_on_the_page(seed):
    """Lists, cells and edges agree, for colours of every frequency."""
    rng = np.random.default_rng(seed)
    colour = np.unique(rng.integers(0, [256, 9, 256][seed % 3], (30 * seed + 1, 3)), axis=0)
    classes = rng.integers(0, 41, len(colour))
    theirs = colours.palette(packing.to_bytes(colour, classes))
    for one, other in zip(palette.of_colours(colour, classes), theirs, strict=True):
        assert (one.sizes == other.size).all()
        assert (one.edges == other.edge).all()
        assert (one.values == other.value).all()
        assert (one.places == other.cell).all()
        assert (one.follow == other.next).all()


STILL = np.full((1, 8, 8, 3), 128, "u1")


@pytest.mark.parametrize(
    ("first", "head"),
    [
        (8, b""),
        (9, b""),
        (16, b""),
        (0, zlib.compress(bytes(4))),
        (1, b""),
        (5, b""),
        (4, b""),
        (2, b""),
        (1, b"x"),
    ],
)
def test_what_the_page_refuses_is_refused(first, head):
    """Kinds that are not, palettes that are missing or one too many, a start that goes on."""
    weights = untrained()
    right, _ = stream.encode(STILL, weights)
    data = bytes([first]) + len(head).to_bytes(4, "little") + head + right[5:]
    with pytest.raises(CorruptFile):
        stream.decode(data, STILL.shape, weights)
    with pytest.raises((AssertionError, KeyError, zlib.error)):
        page.video(data, STILL.shape, weights, None, set())
