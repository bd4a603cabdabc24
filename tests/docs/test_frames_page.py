"""docs/format.md is complete for frames: a decoder written from it alone draws the same bits."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from tests.docs import page_frames
from tests.docs.page_decoder import Grid, clip
from tests.forge import opened
from tests.twin.test_path_decoder import FRAMES, asked, settings
from tests.twin.test_twin import CONFIGS, made
from vdsc.twin.path_decoder import PathDecoder, channels_to_dtype

GOLDEN = Path(__file__).parents[1] / "golden"
FROZEN = GOLDEN / "models" / "frozen"
PROMISED = 0.01  # degrees, in docs/determinism.md
DIGESTS = {
    "one": "7ec8db5e945efc83",
    "window": "481b7d0f011b74aa",
    "coarse": "4f8fbdb755300221",
    "fine": "88d6fae143656ff5",
    "slow": "fa1a395a22030f36",
    "rational": "180a9023991779bd",
    "irregular": "01f0fea70b81b182",
    "drawn": "f666b3332027a8f7",
    "wild": "4b865f7f3e78b4f4",
}
every = pytest.mark.parametrize("name", DIGESTS)


def checkpoint():
    """What `model.json` of the frozen checkpoint says, and its float32 tensors."""
    return json.loads((FROZEN / "model.json").read_text()), load_file(
        FROZEN / "weights.safetensors"
    )


@cache
def grids(quality):
    """The cells of each dimension at a quality."""
    tables = load_file(FROZEN / "tables.safetensors")
    coarse, cap = int(tables["curve"][quality - 1][0]), int(tables["cap"][0])
    return [
        Grid(clip(step * coarse >> 8, 1 << 6, 1 << 17), cap) for step in tables["steps"].tolist()
    ]


def windows(name):
    """Times of the frames of each window of a golden file, its knots' times and their values."""
    header, _ = opened((GOLDEN / f"{name}.vds").read_bytes())
    kept, clock = json.loads((GOLDEN / f"{name}.json").read_text()), header.outline.clock
    last, count = header.outline.frames - 1, len(kept["knots"])
    cells = grids(header.params.get("q", header.params.get("r")))
    for i, (knots, rows) in enumerate(zip(kept["knots"], kept["cells"], strict=True)):
        times = clock.seconds(i * last // count, (i + 1) * last // count + 1)
        values = [[grid.value(q) for grid, q in zip(cells, row, strict=True)] for row in rows]
        yield times, times[knots], values


@every
def test_frames_are_those_that_were_decoded(name):
    """The channels of a golden file never change."""
    found, ours = sha256(), PathDecoder(*checkpoint())
    for times, knots, values in windows(name):
        found.update(ours.frames(knots, np.array(values), times).astype("<i8").tobytes())
    assert found.hexdigest()[:16] == DIGESTS[name]


@every
def test_the_page_draws_what_vdsc_draws(name):
    """All channels of a golden file's frames, and of frames in between, agree to the bit."""
    model, tensors = checkpoint()
    ours, theirs = PathDecoder(model, tensors), page_frames.Frames(model, tensors)
    for times, knots, values in windows(name):
        between = times[:-1] + np.diff(times) * 0.37
        asked_for = np.concatenate([times, between])
        found = ours.frames(knots, np.array(values), asked_for)
        drawn = theirs.at(knots.tolist(), values, asked_for.tolist())
        assert found.tolist() == [[channel for channel, _ in frame] for frame in drawn]
        assert {power for frame in drawn for _, power in frame} == {0}


@pytest.mark.parametrize("kind", CONFIGS)
def test_the_page_draws_every_kind(kind):
    """Sprites behind bridges, and channels in small and large units, agree to the bit."""
    said, (knots, values, times) = settings(kind), asked(kind)
    if kind == "vectors":
        scale = [1e-6, 0.1, 0.25, 1e3, 1024.0, 1e7]
        said["frames"] = FRAMES[kind] | {"scale": scale, "offset": [-s for s in scale]}
    tensors = made(kind)[1]
    ours, theirs = PathDecoder(said, tensors), page_frames.Frames(said, tensors)
    found = ours.frames(knots, values, times)
    drawn = theirs.at(knots.tolist(), values.tolist(), times.tolist())
    if kind == "pixels":
        assert (found == np.array(drawn)).all()
        return
    assert found.tolist() == [[channel for channel, _ in frame] for frame in drawn]
    assert ours.exponents.tolist() == [power for _, power in drawn[0]]


@pytest.mark.parametrize("kind", CONFIGS)
def test_the_page_draws_the_wildest_paths(kind):
    """Values of 31 bits a nanosecond apart before a pause of 30 years agree, where latents end."""
    said, tensors = settings(kind) | {"net": CONFIGS[kind].as_dict()}, made(kind)[1]
    said["net"]["interpolation"] = "spline"
    rng, knots = np.random.default_rng(3), np.array([0.0, 1e-9, 1e9, 1e9 + 1, 1e9 + 1.5])
    values = rng.integers(-(2**31), 2**31, (5, CONFIGS[kind].latent))
    times = np.array([5e-10, 2e-9, 0.5, 3e8, 1e9, 1e9 + 0.3, 1e9 + 1.5])
    found = PathDecoder(said, tensors).frames(knots, values, times)
    drawn = page_frames.Frames(said, tensors).at(knots.tolist(), values.tolist(), times.tolist())
    if kind == "vectors":
        drawn = [[channel for channel, _ in frame] for frame in drawn]
    assert (found == np.array(drawn)).all()


@every
def test_golden_files_decode_as_close_to_before_as_promised(name):
    """What networks in float32 drew of these files differs by less than was allowed to drift."""
    from vdsc.model.path_model import PathModel
    from vdsc.model.store import Checkpoint

    networks, ours = PathModel.load(Checkpoint.open(FROZEN), "cpu"), PathDecoder(*checkpoint())
    for times, knots, values in windows(name):
        local = times - times[0], knots - times[0]
        real = np.array(values) / 2**16
        before = np.concatenate([*networks.synthesise(local[1], real, local[0])])
        now = channels_to_dtype(ours.frames(knots, np.array(values), times), np.float32)
        assert np.abs(now - before).max() < PROMISED


@pytest.mark.parametrize("far", range(0, 40, 3))
def test_the_exponential_is_the_one_on_the_page(far):
    """e(x) agrees to the bit, at entries of its tables and between them."""
    from vdsc.twin.decay import decay

    x = far + np.array([0.0, 2.0**-8, 2.0**-16, 255 * 2.0**-16, 0.1, 0.7071])
    assert decay(x).tolist() == [page_frames.e(float(v)) for v in x]
