"""The benchmark of joints, on a clip that was made for it."""

from __future__ import annotations

import numpy as np

from tests.io.bvh_files import HEADER
from vdsc.bench import joints_benchmark


def test_a_clip_is_measured_at_acls_error(tmp_path, monkeypatch):
    """Every second frame counts, the bound is ACL's largest error, and the table sums the bytes."""
    folder = tmp_path / "mocap" / "cmu_mb"
    (folder / "hierarchy").mkdir(parents=True)
    (folder / "train").mkdir()
    (folder / "hierarchy" / "01.txt").write_text(HEADER)
    walk = np.random.default_rng(0).standard_normal((24, 12)).cumsum(axis=0)
    np.save(folder / "train" / "01_01.npy", walk.astype("f4"))
    monkeypatch.setenv("VDSC_DATA", str(tmp_path))
    _, values = joints_benchmark.clip("01_01")
    assert values.shape == (12, 12)
    row = {"id": "01_01", "P1_max": "1.5", "P1_bytes": "700"}
    found = joints_benchmark.measured(row, "1")
    assert found["error"] <= found["bound"] == 1.5
    assert 0 < found["bytes"] < values.nbytes
    rows = {f"01_01 {one}": found | {"bytes": 350} for one in joints_benchmark.PRECISIONS}
    assert "0.500" in joints_benchmark.words(rows)


def test_without_the_table_nothing_is_measured(tmp_path, capsys):
    """A missing table is one line, and no failure."""
    words = ["--acl", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out")]
    assert joints_benchmark.main(words) == 0
    assert "no data" in capsys.readouterr().err
