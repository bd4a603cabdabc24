"""From a trained network to a folder that loads, verifies and codes."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from tests.tiny import quickly
from vdsc.errors import ModelMissing
from vdsc.model.path_model import PathModel
from vdsc.model.store import CONFIG, TABLES, WEIGHTS, Checkpoint
from vdsc.train import checkpoint as export
from vdsc.train.densities import usual_width
from vdsc.train.path_trainer import PathTrainer


@pytest.fixture(scope="module", autouse=True)
def _few():
    """Curves of few points, for all tests here."""
    with quickly():
        yield


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    """The checkpoint of a short run; one of its dimensions does not move."""
    with torch.no_grad():
        trained.model.posterior.raw_nu[1] = -12.0
    out = tmp_path_factory.mktemp("models") / "waves"
    out.mkdir()
    (out / "CARD.md").write_text("what it was trained on")
    (out / "stale").write_text("of an older checkpoint")
    PathTrainer(trained).write(out)
    return out


@pytest.fixture(scope="module")
def tables(folder):
    return export.Tables.from_arrays(*Checkpoint.open(folder).tensors[::-1])


def test_the_folder_loads(folder, trained):
    """Weights, settings and card are the run's; the card page stays, other files go."""
    checkpoint = Checkpoint.open(folder)
    model = PathModel.load(checkpoint, "cpu")
    for name, weight in trained.model.state_dict().items():
        assert torch.equal(weight, model.net.state_dict()[name])
    assert (checkpoint.name, checkpoint.settings["chunk"]) == ("waves", 41)
    assert checkpoint.settings["card"]["domain"] == "waves"
    assert sorted(p.name for p in folder.iterdir()) == sorted(["CARD.md", CONFIG, TABLES, WEIGHTS])
    assert not folder.with_name("waves.new").exists()


def test_a_changed_weight_is_refused(folder, tmp_path):
    """One weight off by one part in a million, and the checkpoint is not what it says."""
    shutil.copytree(folder, tmp_path / "copy")
    weights = load_file(folder / WEIGHTS)
    name = min(weights)
    weights[name] = np.nextafter(weights[name], np.float32(np.inf))
    save_file(weights, tmp_path / "copy" / WEIGHTS)
    with pytest.raises(ModelMissing, match="install the checkpoint again"):
        PathModel.load(Checkpoint.open(tmp_path / "copy"), "cpu")
    settings = json.loads((folder / CONFIG).read_text())
    settings["net"]["fps"] = 11.0
    shutil.copy(folder / WEIGHTS, tmp_path / "copy" / WEIGHTS)
    (tmp_path / "copy" / CONFIG).write_text(json.dumps(settings))
    with pytest.raises(ModelMissing, match="has hash"):
        PathModel.load(Checkpoint.open(tmp_path / "copy"), "cpu")


def test_tables_survive_safetensors(tables, tmp_path):
    """To arrays, to disk and back gives the same integers."""
    save_file(tables.to_arrays(), tmp_path / "t")
    arrays = load_file(tmp_path / "t")
    again = export.Tables.from_arrays(arrays, {})
    assert all(array.dtype == np.int32 for array in arrays.values())
    assert again.cap == tables.cap
    for name, array in tables.to_arrays().items():
        assert (again.to_arrays()[name] == array).all(), name


def test_no_gap_is_impossible(tables):
    """Every histogram counts each gap up to the limit, none of them zero."""
    assert tables.gaps.shape == (len(export.DENSITIES), 10)
    assert tables.gaps.min() >= 1


def test_the_curve_points_into_the_tables(tables):
    """A hundred qualities, each with a coarseness, a density and a histogram that exist."""
    coarse, density, row = tables.curve.T
    assert tables.curve.shape == (100, 3)
    assert coarse.min() >= 1
    assert -128 <= density.min() <= density.max() <= 2 * 255
    assert 0 <= row.min() <= row.max() < len(export.DENSITIES)


def test_more_quality_is_more_bits_and_less_error(folder, trained, tables):
    """Along the curve bits rise and errors fall, measured on the data it was fitted to."""
    model = PathModel.load(Checkpoint.open(folder), "cpu")
    clips = trained.domain.sequences()
    seen = [model.infer(x, np.arange(len(x)) / 10) for x in clips]
    points = []
    for quality in (1, 34, 67, 100):
        coarse, _, row = tables.curve[quality - 1]
        traces = [export.trace(model, s, tables.density(quality)) for s in seen]
        points.append(export.measure(model, tables, traces, int(coarse), int(row)))
    bits, errors = np.array(points).T
    assert (np.diff(bits) > 0).all()
    assert bits[-1] > 2 * bits[0]
    assert errors[-1] < errors[0]


def test_dimensions_that_stand_still_are_marked(tables):
    """The dimension whose nu is below 0.001 is global in the tables, the others are not."""
    assert tables.transition.is_global.tolist() == [False, True, False]
    assert tables.dims == (2, 1)


def test_the_envelope_takes_the_best_density_everywhere(monkeypatch):
    """Two densities whose errors cross: the curve is the lower one, and coarseness goes along."""
    monkeypatch.setattr(export, "DENSITIES", (0.0, 1.0))
    bits = np.linspace(1, 5, 9)
    sparse = np.stack([bits - 1, 2 - 0.5 * bits, 7 - bits], 1)
    dense = np.stack([bits, 4 - 1.1 * bits, 5 - bits], 1)
    coarse, density, row = export.envelope([sparse, dense]).T
    wanted = np.linspace(0, 5, 100)
    better = 4 - 1.1 * wanted < 2 - 0.5 * (wanted + 1)
    expected = ((wanted >= 1) & better) | (wanted > 4)
    assert (row == expected).all()
    assert (density == 255 * row).all()
    exact = np.where(expected, 5 - wanted, 6 - wanted)
    assert np.abs(coarse - np.exp(exact)).max() < 0.51


def test_a_histogram_is_smooth_and_complete():
    """Gaps are counted, longer ones as the longest, and every gap stays possible."""
    ticks = [0, 3, 6, 9], [0, 3, 40], [0]
    traces = [np.array(some) for some in ticks]
    counts = export.histogram(traces, 12)
    assert counts.shape == (12,)
    assert counts.min() >= 1
    assert np.argmax(counts) == 2
    assert counts[11] > counts[8]
    assert export.histogram(traces, 5000).min() == 1


def test_a_histogram_by_hand():
    """Smoothed counts over their sum, 64 to a one of the longest gap's share, in thousandths."""
    traces = [np.array([0, 2, 4, 6, 9, 12])]
    counts = np.array([0, 3, 2, 0, 0, 0, 0])
    kernel = [0.05, 0.1, 0.7, 0.1, 0.05]
    padded = np.pad(counts, 2)
    near = np.array([padded[i : i + 5] @ kernel for i in range(7)])
    expected = np.rint(1000 * (64 * near / near.sum() + 1 / 7)).astype(int) + 1
    assert export.histogram(traces, 7).tolist() == expected.tolist()


def test_sparse_knots_usually_have_coarse_cells():
    """Cells are four times as wide at density 0 as at density 1, and so on beyond."""
    assert [usual_width(d) for d in (-0.5, 0, 0.5, 1, 2)] == [8, 4, 2, 1, 0.25]


def test_a_measure_is_a_mean_over_frames(monkeypatch):
    """Bits and errors are summed over sequences, each error by its frames, and divided by all."""
    made = SimpleNamespace(
        steps=np.array([1 << 12]), cap=1, gaps=np.ones((2, 9)),
        transition=SimpleNamespace(is_global=np.array([False])), coder=lambda _: coder,
    )  # fmt: skip
    asked = []

    class Model:
        def fit(self, *request):
            return np.full((len(request[1]), 1), 0.26)

        def distortion(self, seen, knots, values):
            asked.append(values[0, 0])
            return float(len(seen.times))

    coder = SimpleNamespace(bits=lambda *coded: 10.0 * len(coded[1]))
    gaps = SimpleNamespace(bits=lambda *coded: float(coded[1]))
    monkeypatch.setattr(export, "RenewalGaps", lambda *_: gaps)
    monkeypatch.setattr(export, "price", lambda *_: None)
    traces = [
        export.CodedSequence(SimpleNamespace(times=np.zeros(frames)), np.array(knots), None)
        for frames, knots in ((6, [0, 5]), (11, [0, 4, 10]))
    ]
    bits, error = export.measure(Model(), made, traces, 512, 1)
    assert bits == pytest.approx((20 + 5 + 30 + 10) / 17)
    assert error == pytest.approx((6 * 6 + 11 * 11) / 17)
    assert asked == [pytest.approx(0.26, abs=1 / 16)] * 2
    assert asked[0] != pytest.approx(0.26, abs=1e-3)  # of cells of width 512/256 * 2**-4
