"""`python -m vdsc.bench paper`: what is made, what is not made again, and what is skipped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import vdsc
from tests import tiny
from vdsc.bench.clips import NoData
from vdsc.bench.lossy_domains import LossyDomain
from vdsc.bench.paper import figure6, figure7, paper_run, rate_curves
from vdsc.bench.paper.figure import PaperFigure, Workplace, digest_of_model
from vdsc.bench.peers import even_knots
from vdsc.bench.runner import Journal
from vdsc.codecs.knots import placing


def figure(made: list[str], inputs=lambda: {"clips": 1}) -> PaperFigure:
    """A figure that notes each time it is made."""

    def make(place: Workplace) -> dict[str, int]:
        file = place.kept("some.vds", lambda: b"12345")
        made.append(file.name)
        return {"bytes": file.stat().st_size}

    def draw(record: dict[str, int], place: Workplace, path: Path) -> None:
        path.write_bytes(b"png")

    return PaperFigure(
        "figure9", "Figure 9", "shown.", "differs.", inputs, make,
        lambda record: f"{record['bytes']} bytes\n",
        draw,
    )  # fmt: skip


def test_a_figure_is_made_once(tmp_path: Path) -> None:
    """Equal inputs: it is there; other inputs: it is made again, and its files with it."""
    made, said = [], []
    for inputs in ({"clips": 1}, {"clips": 1}, {"clips": 2}):
        one = figure(made, lambda inputs=inputs: inputs)
        paper_run.make(one, tmp_path, tmp_path / "files", said.append)
    assert len(made) == 2
    assert "is there" in said[1]
    record = json.loads((tmp_path / "figure9.json").read_text())
    assert record["inputs"] == {"clips": 2}
    assert record["bytes"] == 5
    page = (tmp_path / "figure9.md").read_text()
    assert all(words in page for words in ("shown.", "differs.", "5 bytes", "figure9.png"))
    assert len(list((tmp_path / "files").iterdir())) == 2
    assert not list(tmp_path.glob("*.part.json"))


def test_without_data_it_says_so(tmp_path: Path) -> None:
    """A figure without its data is a line, not a failure."""

    def inputs():
        raise NoData("no data: set VDSC_DATA")

    said: list[str] = []
    paper_run.make(figure([], inputs), tmp_path, tmp_path, said.append)
    assert said == ["figure9 skipped: no data: set VDSC_DATA"]
    assert not list(tmp_path.iterdir())


def test_all_figures_have_names_of_their_own() -> None:
    """Figures 2 to 7, each once."""
    assert [one.name for one in paper_run.FIGURES] == [f"figure{n}" for n in range(2, 8)]


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    """All figures are made; a table whose data or checkpoint is not there is a line."""
    monkeypatch.setattr(paper_run, "FIGURES", (figure([]),))
    monkeypatch.delenv("VDSC_DATA", raising=False)
    assert paper_run.main(["--out", str(tmp_path / "o"), "--files", str(tmp_path / "f")]) == 0
    assert "figure9 made" in (said := capfd.readouterr().err)
    assert "table1 skipped" in said


def test_even_knots_are_as_many(installed) -> None:
    """Within the context as many knots as without, evenly spaced; afterwards as before."""
    usual = placing.choose
    options = {"fps": 30, "codec": "knots", "effort": 0, "quality": 80}
    values = tiny.clip(tiny.VECTORS, 40)
    learned = vdsc.inspect_knots(vdsc.compress(values, **options))
    with even_knots.evenly():
        even = vdsc.inspect_knots(vdsc.compress(values, **options))
    assert placing.choose is usual
    assert len(even) == len(learned)
    assert np.ptp(np.diff(even)) < 1.5 / 30


def test_paths_go_through_knots(installed) -> None:
    """The path that Figure 6 draws has the values of the knots at their times."""
    file = vdsc.compress(
        tiny.clip(tiny.VECTORS, 40), fps=30, codec="knots", effort=0, model=tiny.VECTORS
    )
    seconds, path = figure6.path_of(file)
    times, values = figure6.knots_of(file)
    at = np.searchsorted(seconds, times - 1e-9)
    np.testing.assert_allclose(path[at], values, atol=1e-3)


def test_histograms_of_nu(installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The diffusions are those of the checkpoint; the widest gap parts the still one."""
    nu = np.array(figure7._nu(tiny.VECTORS))
    assert len(nu) == 4
    assert nu[1] == nu.min() < figure7.GLOBAL
    assert figure7.widest_gap(nu) == (nu[1], np.sort(nu)[1])
    rows = [{"name": "a", "start": 0.1, "steps": 9, "nu": nu.tolist()}]
    place = Workplace(tmp_path, tmp_path, Journal(tmp_path / "j.part.json", {}), print)
    figure7.draw({"rows": [*rows, rows[0] | {"start": None}]}, place, tmp_path / "nu.png")
    assert (tmp_path / "nu.png").read_bytes()[1:4] == b"PNG"
    assert "1 |" in figure7.table({"rows": rows})


def test_savings_are_read_at_equal_error() -> None:
    """A codec whose points take half the bytes saves half; one that is not covered says nothing."""
    point = {"setting": {}, "clips": 1, "values": 8}
    rows = [
        point | {"codec": codec, "total_bytes": size * factor, "error": error}
        for codec, factor in (("vdsc", 1), ("vdsc, even knots", 2))
        for size, error in ((100, 2.0), (200, 1.0), (400, 0.5))
    ]
    rows.append(point | {"codec": "far", "total_bytes": 1, "error": 9.0})
    domain = LossyDomain("d", "D", "deg", [], (), lambda _: 0.0, {}, ())
    saved = rate_curves._saved(rows, domain)
    assert saved["vdsc, even knots"] == pytest.approx(0.5)
    assert saved["far"] is None
    assert "save 50.0%" in rate_curves.table({"unit": "deg", "points": rows, "saved": saved})


def test_models_are_known_by_their_content(installed) -> None:
    """Two checkpoints have two digests."""
    assert digest_of_model(tiny.VECTORS) != digest_of_model(tiny.PIXELS)
