"""What all benchmarks share: files on disk, and runs that go on where they stopped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vdsc.bench import runner
from vdsc.bench.__main__ import main
from vdsc.bench.clips import Clip, NoData
from vdsc.bench.peers.peer import Peer
from vdsc.bench.runner import Journal


def plain(**changes) -> Peer:
    """A codec whose files are the raw bytes of (T, 3) uint8."""
    return Peer(
        **{"name": "raw", "knobs": (), "settings": ((),),
           "encode": lambda values, _: values.tobytes(),
           "decode": lambda file: np.frombuffer(file, np.uint8).reshape(-1, 3)} | changes
    )  # fmt: skip


CLIPS = [Clip("a", np.arange(12, dtype=np.uint8).reshape(4, 3), None)]


def test_a_trial_is_what_a_file_gives_back() -> None:
    """Size and values are those of the bytes that were written to disk; both ways take time."""
    (trial,) = runner.trials(plain(), (), CLIPS)
    assert trial.size == 12
    np.testing.assert_array_equal(trial.decoded, CLIPS[0].values)
    assert trial.encode_seconds > 0 < trial.decode_seconds
    (counted,) = runner.trials(plain(size=lambda file: len(file) - 5), (), CLIPS)
    assert counted.size == 7


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    """Each job is done once over two runs, in order, and the second knows the first's results."""
    done: list[str] = []

    def job(name: str):
        def work() -> dict[str, str]:
            if name == "b" and "stopped" not in done:
                done.append("stopped")
                raise KeyboardInterrupt
            done.append(name)
            return {"name": name}

        return work

    jobs, path, lines = {name: job(name) for name in "abc"}, tmp_path / "j.json", []
    with pytest.raises(KeyboardInterrupt):
        runner.each("test", jobs, Journal(path, {"clips": 1}), lines.append)
    journal = Journal(path, {"clips": 1})
    assert runner.each("test", jobs, journal, lines.append) == [{"name": n} for n in "abc"]
    assert done == ["a", "stopped", "b", "c"]
    assert [line.split(",")[0] for line in lines] == ["test 1/3 a", *(
        f"test {i}/3 {name}" for i, name in enumerate("abc", 1)
    )]  # fmt: skip
    journal.close()
    assert not path.exists()


def test_results_of_another_run_are_not_taken(tmp_path: Path) -> None:
    """A journal of other clips is started anew."""
    path = tmp_path / "j.json"
    assert Journal(path, {"clips": (1, 2)}).once("a", lambda: 1) == 1
    assert Journal(path, {"clips": (1, 2)}).once("a", lambda: 2) == 1
    assert Journal(path, {"clips": (1, 3)}).once("a", lambda: 2) == 2


def test_parts_replace_their_own_results(tmp_path: Path) -> None:
    """The parts asked for are run; the others' results stay; an unknown one is named."""
    out = tmp_path / "r.json"
    parts = {"one": lambda: [1], "two": lambda: [2]}
    runner.run_parts(parts, out, [])
    runner.run_parts({**parts, "two": lambda: [3]}, out, ["two"])
    kept = json.loads(out.read_text())
    assert (kept["one"], kept["two"]) == ([1], [3])
    assert kept["conditions"]["libraries"]["numpy"] == np.__version__
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]
    with pytest.raises(SystemExit, match="no part three; there are one, two"):
        runner.run_parts(parts, out, ["three"])


def test_parts_without_data_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Missing data is one line, and nothing is written."""

    def absent() -> None:
        raise NoData("no data: set VDSC_DATA")

    runner.run_parts({"one": absent}, tmp_path / "r.json", [])
    assert capsys.readouterr().err == "benchmark skipped: no data: set VDSC_DATA\n"
    assert not list(tmp_path.iterdir())


def test_a_benchmark_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Without `lossy` or `lossless` the usage is shown."""
    assert main([]) == 2
    assert "lossy|lossless" in capsys.readouterr().err
