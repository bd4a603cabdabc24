"""The benchmark as a whole, on codecs that are quick to fake."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import vdsc
from vdsc.bench import clips as data
from vdsc.bench import lossy_benchmark as run
from vdsc.bench import lossy_points as measure
from vdsc.bench import lossy_tables as report
from vdsc.bench import metrics
from vdsc.bench.clips import Clip
from vdsc.bench.lossy_domains import LossyDomain
from vdsc.bench.peers import ours, raw_packers
from vdsc.bench.peers.peer import Values
from vdsc.bench.runner import Journal


def compress(
    values: Values,
    *,
    fps: float = 60.0,
    codec: str = "",
    model: str = "cmu",
    quality: int = 200,
    knots: str = "",
    lossless: bool = False,
) -> bytes:
    """Round to a step, and pretend that a knot at every frame costs 100 bytes more."""
    assert (fps, model) == (60.0, "cmu")
    counts = np.round(values * quality).astype(np.int32)
    padding = bytes(100) if knots == "full" else b""
    return bytes([quality, len(padding)]) + padding + zlib.compress(counts.tobytes())


def decompress(file: bytes) -> SimpleNamespace:
    """Undo `compress`."""
    counts = np.frombuffer(zlib.decompress(file[2 + file[1] :]), np.int32).reshape(-1, 96)
    return SimpleNamespace(values=(counts / file[0]).astype(np.float32))


@pytest.fixture
def domain(walks: list[Clip], monkeypatch: pytest.MonkeyPatch) -> LossyDomain:
    """Motion with a fake vdsc and the lossless floor."""
    monkeypatch.setattr(vdsc, "compress", compress, raising=False)
    monkeypatch.setattr(vdsc, "decompress", decompress, raising=False)
    codecs = (*ours.peers("cmu", 60.0, (1, 2, 4)), *raw_packers.peers((96,), np.float32))
    return LossyDomain(
        "cmu", "Fake", "deg", walks, codecs, metrics.mean_angular_error,
        {"root_cm": metrics.mean_root_error}, (0.1, 50.0),
    )  # fmt: skip


def test_points_hold_what_happened(domain: LossyDomain, journal: Journal) -> None:
    """Bytes are whole files of all clips, errors fall with quality, times are positive."""
    lines: list[str] = []
    points = measure.points(domain, journal, lines.append)
    assert len(points) == len(lines) == 9
    learned = [point for point in points if point.codec == ours.LEARNED]
    sizes = [len(compress(c.values, fps=60.0, model="cmu", quality=4, knots="learned"))
             for c in domain.clips]  # fmt: skip
    assert learned[-1].total_bytes == sum(sizes)
    assert learned[0].error > learned[1].error > learned[2].error > 0
    assert learned[0].encode_seconds > 0
    assert learned[0].playing_seconds == pytest.approx(learned[0].frames / 60)
    assert points[-1].error == 0


def test_answers_stay_inside_the_curve(domain: LossyDomain, journal: Journal) -> None:
    """Figures are given where a codec was measured on both sides, and None elsewhere."""
    found = report.answers(domain, measure.points(domain, journal))
    at = found["at"][ours.LEARNED]
    assert at["0.1"]["ratio"] > 1
    assert at["50"] is None
    assert found["at"]["xz"]["0.1"] is None


def test_savings_are_seen(domain: LossyDomain, journal: Journal) -> None:
    """100 bytes more a file show as a saving at the errors that both curves reach."""
    found = report.answers(domain, measure.points(domain, journal))
    row = found["savings"][0]
    assert row["full"] - row["bytes"] == pytest.approx(100 * len(domain.clips))
    assert 0 < found["mean_saving"] < 1


def test_a_codec_that_loses_frames_is_caught(domain: LossyDomain) -> None:
    """Values of another shape are an error, not a figure."""
    peer = replace(domain.peers[0], decode=lambda file: ours.decode(file)[1:])
    with pytest.raises(ValueError, match="gave"):
        measure.point(domain, peer, (1.0,))


def test_results_are_written(domain: LossyDomain, journal: Journal, tmp_path: Path) -> None:
    """JSON, tables and pictures are there, and another domain's results are kept."""
    (tmp_path / "results.json").write_text('{"digits": {"kept": true}}')
    run.write(domain, measure.points(domain, journal), tmp_path)
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["digits"] == {"kept": True}
    assert results["cmu"]["conditions"]["cores"] >= 1
    assert len(results["cmu"]["points"]) == 9
    assert "| codec" in (tmp_path / "cmu.md").read_text()
    assert (tmp_path / "cmu.png").read_bytes().startswith(b"\x89PNG")


def test_tables_are_aligned() -> None:
    """Every line of a table has the same width, numbers to the right."""
    lines = report.table(["codec", "B"], [["xz", "1,000"], ["zstd", "7"]]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[-1] == "| zstd  |     7 |"


def test_one_codec_can_be_picked(domain: LossyDomain) -> None:
    """`--only` keeps the named codec and refuses a name that is not there."""
    assert [peer.name for peer in run.only(domain, ["xz"]).peers] == ["xz"]
    with pytest.raises(SystemExit, match="no such codec"):
        run.only(domain, ["rar"])


def test_without_data_it_says_so_and_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A missing data folder is one clear line on stderr, and no failure."""
    monkeypatch.delenv(data.VARIABLE, raising=False)
    assert run.main(["--out", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("benchmark skipped: no data: set VDSC_DATA")
    assert shown.err.count("\n") == 1
