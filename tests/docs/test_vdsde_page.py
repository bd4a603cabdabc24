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

from vdsc.codecs.knots import window_code as vdsde
from vdsc.core.sequence import Clock, Outline
from vdsc.entropy import TransitionTables
from vdsc.quant import LAWS, ValueGrid
from vdsc.rec import codes

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")


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
    return vdsde.Tables(transition, steps, int(rng.choice([1, 3, 64])), np.array([
        [5, 4, 3, 2, 1, 1, 1, 1], [1, 1, 1, 1, 9, 1, 1, 1],
    ]), curve)  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("grid", ["histogram", "poisson", "full", "drawn", "drawn poisson"])
def test_a_decoder_made_from_the_page_reads_what_vdsc_writes(seed, grid):
    """Knot times and cells of three windows agree, wild values and all laws included."""
    tables, rng = checkpoint(seed), np.random.default_rng(seed)
    params = {"qr"["drawn" in grid]: int(rng.integers(1, 101)), "l": 5, "g": 1}
    params |= {"histogram": {}, "full": {"a": 1}, "drawn": {"s": 2**64 - 1 - seed}}.get(
        grid, {"p": 20000}
    )
    frames, chunk, rate = 40, 16, Fraction(24)
    outline = Outline((frames, 3), np.dtype("<f4"), Clock(rate=rate))
    coding = vdsde.Coding(tables, Fraction(60), outline, params)
    bodies, wanted, past = [], [], None
    for begin, end in vdsde.windows(frames, chunk):
        gaps = rng.integers(1, 2 if grid == "full" else 8, end - begin)
        knots = np.concatenate(([0], np.cumsum(gaps)))
        knots = np.append(knots[knots < end - 1 - begin], end - 1 - begin)
        draw = None
        if coding.drawn is not None:
            law = rng.random((end - 1 - begin, coding.times.max_gap)) ** (1 + 3 * seed)
            draw = coding.drawn.draw(law, begin)
            knots = draw.knots
        z = np.cumsum(rng.normal(size=(len(knots), 6)), axis=0) / 2
        z[rng.random(z.shape) < 0.05] *= 40
        body, past, _ = vdsde.push(coding, knots, z, begin, past, draw)
        bodies.append(body)
        cells = coding.grid.snap(np.rint(np.clip(z, -30, 30) * 65536).astype(np.int64))
        wanted.append((knots.tolist(), cells))
    plain = {name: array.tolist() for name, array in tables.to_arrays().items()}
    found = page_decoder.decode(
        plain, params, bodies, chunk=chunk, frames=frames, ticks_per_frame=Fraction(60) / rate
    )
    assert [times for times, _ in found] == [times for times, _ in wanted]
    local = ~tables.transition.is_global
    for i, ((_, cells), (_, sought)) in enumerate(zip(found, wanted, strict=True)):
        first = 1 if i else 0  # a later window begins with the knot that it shares
        assert (np.array(cells)[first:, local] == sought[first:, local]).all()
        assert (np.array(cells)[:, ~local] == wanted[0][1][0, ~local]).all()


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
    cells = [path.first(stack), *(path.later(stack, lag) for lag in (2, 1, 6))]
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


@pytest.mark.parametrize("law", [0, 1])
def test_the_laws_are_those_on_the_page(law):
    """The distribution functions agree bit for bit."""
    x = np.arange(-26 << 16, 26 << 16, 4099)
    ours = list(LAWS.values())[law](x)
    assert [page_decoder.distribution(law, int(v)) for v in x] == ours.tolist()
