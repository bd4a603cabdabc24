"""The arrays on which promised errors are measured: climate, sensors, motion."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vdsc.bench.clips import NoData, motion, root
from vdsc.bench.peers.peer import Values

CLIPS = 10
"""Sequences of a motion corpus."""


def _array(file: str) -> Values:
    path = root() / file
    if not path.is_file():
        raise NoData(f"no data: VDSC_DATA holds no {file}")
    with np.load(path, allow_pickle=False) as archive:
        found: Values = archive["x"]
        return found


def _daz() -> list[Values]:
    path = root() / "mocap" / "cmu_daz" / "val.npz"
    if not path.is_file():
        raise NoData("no data: VDSC_DATA holds no mocap/cmu_daz/val.npz")
    with np.load(path, allow_pickle=False) as archive:
        return [archive[key] for key in sorted(archive.files)[:CLIPS]]


SETS: dict[str, Callable[[], list[Values]]] = {
    "ERA5": lambda: [_array("climate/era5_t2m_uk_2019-03_hourly.npz")],
    "HadCM3": lambda: [_array("climate/hadcm3_a1b_tas_north_america.npz")],
    "BasicMotions": lambda: [_array("timeseries/ts_BasicMotions_train.npz").reshape(-1, 6)],
    "ECG": lambda: [_array("timeseries/ts_ecg_mitbih208_360Hz.npz").ravel()[:40_000]],
    "UI-PRMD": lambda: [clip.values for clip in motion("val", "ui_prmd")[:CLIPS]],
    "CMU DAZ": _daz,
}
"""Each set's arrays; the error is relative to the range of all of them."""
