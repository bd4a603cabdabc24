"""docs/format.md is complete: a decoder written from it alone reads what vdsc writes."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import page_decoder

from tests.format_pages import TEXT as PAGE
from vdsc.codecs.knots import body as layout
from vdsc.codecs.knots import pose, window_code
from vdsc.codecs.knots.coding import Coding
from vdsc.codecs.knots.params import OLD_ID, KnotParams
from vdsc.codecs.knots.placing import PlacedKnots
from vdsc.codecs.model_tables import Tables
from vdsc.codecs.windows import windows
from vdsc.container import Header, ModelRef
from vdsc.core.sequence import Clock, Outline
from vdsc.entropy import TransitionTables
from vdsc.quant import LAWS, ValueGrid
from vdsc.rec import codes


def checkpoint(seed, dims=6, lags=9):
    """Random tables that use every feature; odd seeds leave the optional ones out."""
    rng = np.random.default_rng(seed)
    classes, blocks = 2, rng.integers(0, 3, dims)
    weights = rng.integers(-9000, 9000, (classes, dims, 3 * dims))
    weights[:, :, 2 * dims :][:, ~(blocks[None, :] < blocks[:, None])] = 0
    rich = {
        "weights": weights,
        "activity_weights": np.array([1, 2, 3]),
        "activity_edges": np.array([20000, 50000, 90000]),
        "activity_gain": rng.integers(9000, 150000, (classes, 4)),
    }
    transition = TransitionTables(
        rho=rng.integers(20000, 65536, (lags, dims)),
        sigma=rng.integers(50, 90000, (lags, dims)),
        sigma0=rng.integers(20000, 90000, dims),
        is_global=np.arange(dims) == dims - 1,
        blocks=blocks,
        lag_class=np.arange(lags) % classes,
        law=list(LAWS)[seed // 2 % 2],
        **({} if seed % 2 else rich),
    )
    curve = np.column_stack(
        [rng.integers(90, 2000, 100), rng.integers(0, 256, 100), rng.integers(0, 2, 100)]
    )
    steps = np.exp2(rng.uniform(7, 15, dims)).astype(np.int64)
    return Tables(transition, steps, int(rng.choice([1, 3, 64])), np.array([
        [5, 4, 3, 2, 1, 1, 1, 1], [1, 1, 1, 1, 9, 1, 1, 1],
    ]), curve)  # fmt: skip


def coding_of(tables, codec, params, frames, rate):
    """The codes of a file with these parameters in its header."""
    outline = Outline((frames, 3), np.dtype("<f4"), Clock(rate=rate))
    header = Header(codec, ModelRef("m", bytes(16)), outline, params, 1)
    said, old = KnotParams.from_header(header), codec == OLD_ID
    return Coding(tables, Fraction(60), outline, said, old=old)


def asked(grid, seed, old):
    """Parameters that say so of either codec."""
    quality = int(np.random.default_rng(seed).integers(1, 101))
    drawn, last = grid.startswith("drawn"), 2**64 - 1 - seed
    params = {"qr"[drawn]: quality, "l": 5, "g": 1} if old else {"q": quality, "u": 0b101}
    params |= {"d": 1} if drawn and not old else {}
    return params | {"histogram": {}, "full": {"a": 1}, "drawn": {"s": last}}.get(
        grid, {"p": 20000}
    )


def random_pose(rng, past, frames):
    """A pose that goes on from the one before."""
    start, end = rng.integers(-900, 900, (2, 2))
    before = np.zeros(3, np.int64)
    if past is not None:
        start, before = past.end, past.after
    turns = [[t, c, int(rng.choice([-2, 1]))] for t in range(0, frames, 5) for c in (0, 2)]
    return pose.Pose(start, end, np.array(turns, np.int64).reshape(-1, 3), before)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("codec", ["vdsde", "knots"])
@pytest.mark.parametrize("grid", ["histogram", "poisson", "full", "drawn", "drawn poisson"])
def test_a_decoder_made_from_the_page_reads_what_vdsc_writes(seed, grid, codec):
    """Times, cells and poses of three windows agree, wild values and all laws included."""
    tables, rng, old = checkpoint(seed), np.random.default_rng(seed), codec == OLD_ID
    params = asked(grid, seed, old)
    frames, chunk, rate = 40, 16, Fraction(24)
    coding = coding_of(tables, codec, params, frames, rate)
    bodies, wanted, past, posed = [], [], None, None
    for i, (shared, end) in enumerate(windows(frames, chunk)):
        fresh = not i or (not old and i == 2 and seed % 2 == 0)
        begin = shared + (fresh and i > 0)
        gaps = rng.integers(1, 2 if grid == "full" else 8, end - begin)
        knots = np.concatenate(([0], np.cumsum(gaps)))
        knots = np.append(knots[knots < end - 1 - begin], end - 1 - begin)
        draw = None
        if coding.drawn is not None:
            law = rng.random((end - 1 - begin, coding.times.max_gap)) ** (1 + 3 * seed)
            draw = coding.drawn.draw(law, begin)
            knots = draw.knots
        z = np.cumsum(rng.normal(size=(len(knots), 6)), axis=0) / 2
        z[rng.random(z.shape) < 0.05] *= 40 if old else 4000
        context = None if fresh else past
        cells = coding.snapped(z, context)
        made = window_code.push(coding, PlacedKnots(knots, draw), cells, begin, context)
        past, head, told = made.window.after, b"", b""
        if not old:
            posed = random_pose(rng, None if fresh else posed, end - begin)
            head = layout.Span(end - begin, fresh).to_bytes()
            told = pose.pack(posed, fresh=fresh)
        bodies.append(head + layout.join(len(knots), made.spent, made.data, told))
        wanted.append((begin, knots.tolist(), made.window, posed))
    plain = {name: array.tolist() for name, array in tables.to_arrays().items()}
    found = page_decoder.decode(
        plain, params, bodies, chunk=chunk, frames=frames, ticks_per_frame=Fraction(60) / rate,
        channels=None if old else 3,
    )  # fmt: skip
    for part, (begin, knots, window, placed) in zip(found, wanted, strict=True):
        assert (part.first, part.knots) == (begin, knots)
        assert part.cells == window.cells.tolist()
        assert part.values == window.values.tolist()
        if placed is not None:
            assert vars(part.pose) == {k: getattr(placed, k).tolist() for k in vars(part.pose)}


@pytest.mark.parametrize("expected", [0, 1, 7, 16, 100, 160, 255])
def test_the_row_of_octaves_is_the_one_on_the_page(expected):
    """Frequencies of an index agree."""
    ours = codes._octaves(expected, heavy=True)[0].tolist()
    assert page_decoder.octaves(expected) == ours


def test_the_vector_decodes():
    """The stream on the page holds the cells on the page."""
    weights = np.zeros((1, 3, 9), dtype=np.int64)
    weights[0, :, 3:6] = 9000 * np.eye(3, dtype=np.int64)
    weights[0, 2, 6:8] = 12000, -5000
    tables = {
        "law": [0], "blur": [18919], "sigma0": [65536] * 3, "blocks": [0, 0, 1],
        "lag_class": [0, 0], "is_global": [0] * 3, "weights": weights.tolist(),
        "rho": [[64000, 60000, 50000], [62000, 55000, 40000]],
        "sigma": [[14000, 26000, 42000], [21000, 35000, 51000]],
        "activity_weights": [1, 1, 2], "activity_edges": [30000, 80000],
        "activity_gain": [[40000, 65536, 110000]],
    }  # fmt: skip
    block = re.search(r"```knots\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    stack = page_decoder.Stack(bytes.fromhex(block[1]))
    path = page_decoder.Path(tables, [2**10, 2**14, 2**16], 4)
    cells = [path.first(stack), *(path.later(stack, lag, 0) for lag in (2, 1, 6))]
    assert cells == [[40, -3, 1], [52, -3, 0], [230, 2, 0], [200, 9, -2]]
    assert stack.empty


@pytest.mark.parametrize("cap", [1, 2, 17, 256])
def test_the_grid_is_the_one_on_the_page(cap):
    """Edges, limits and cells of values agree for steps from the finest to the widest."""
    z = np.arange(-13 << 16, 13 << 16, 9973)
    for step in (2**6, 777, 2**12, 40001, 2**17):
        ours, theirs = ValueGrid(np.array([step]), cap), page_decoder.Grid(step, cap)
        limit = int(ours.limit[0])
        q = np.arange(-limit, limit + 2)
        assert theirs.limit == limit
        assert [theirs.edge(int(i)) for i in q] == ours.edge(q[:, None])[:, 0].tolist()
        assert [theirs.snap(int(x)) for x in z] == ours.snap(z[:, None])[:, 0].tolist()


@pytest.mark.parametrize("cap", [1, 2, 17, 256])
def test_the_open_grid_is_the_one_on_the_page(cap):
    """Edges, limits and cells agree to 2**31, for steps from the finest to the widest."""
    rng = np.random.default_rng(cap)
    z = np.concatenate([np.arange(-13 << 16, 13 << 16, 99973), rng.integers(-(2**47), 2**47, 40)])
    for step in (2**6, 777, 2**12, 40001, 2**17):
        ours = ValueGrid(np.array([step]), cap, open=True)
        theirs = page_decoder.OpenGrid(step, cap)
        assert theirs.limit == int(ours.limit[0])
        cells = ours.snap(z[:, None])
        assert [theirs.snap(int(x)) for x in z] == cells[:, 0].tolist()
        assert [theirs.edge(int(q)) for q in cells[:, 0]] == ours.edge(cells)[:, 0].tolist()
        assert [theirs.value(int(q)) for q in cells[:, 0]] == ours.value(cells)[:, 0].tolist()


@pytest.mark.parametrize("law", [0, 1])
def test_the_laws_are_those_on_the_page(law):
    """The distribution functions agree bit for bit."""
    x = np.arange(-26 << 16, 26 << 16, 4099)
    ours = list(LAWS.values())[law](x)
    assert [page_decoder.distribution(law, int(v)) for v in x] == ours.tolist()
