"""A data set of xarray to a store of zarr whose arrays are .vds files, and back.

    python examples/xarray_zarr.py TARGET.zarr

Needs: pip install 'vdsc[zarr]' xarray
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import xarray as xr


def made_up() -> xr.Dataset:
    """Temperatures over land for two days, missing over the sea."""
    hours, lat, lon = np.arange(48), np.linspace(50, 60, 12), np.linspace(-8, 2, 16)
    wave = np.sin(2 * np.pi * (hours[:, None, None] - 9) / 24) * np.cos(np.radians(lat))[:, None]
    values = 281 + 4 * wave + 0.02 * lon
    values[:, 3:5, 2:9] = np.nan
    return xr.Dataset(
        {"t2m": (("time", "lat", "lon"), values.astype("f4"), {"units": "K", "cell": [1, 2]})},
        {"time": np.datetime64("2019-03-01", "ns") + hours * np.timedelta64(1, "h"),
         "lat": lat, "lon": lon},
        {"title": "two days of temperature"},
    )  # fmt: skip


def encoding(data: xr.Dataset, max_error: float | str | None = None) -> dict[str, dict[str, Any]]:
    """What `to_zarr` is told: floats within an error where one is given, all else exactly.

    Missing values are NaN and stay so. Of a `_FillValue` such as -9999 an error would change a
    little, after which it would no longer mean that a value is missing.
    """
    exact: dict[str, Any] = {"name": "vdsc", "configuration": {}}
    said: dict[str, dict[str, Any]] = {}
    for name, array in data.variables.items():
        lossy = name in data.data_vars and array.dtype.kind == "f" and max_error is not None
        serializer = {"name": "vdsc", "configuration": {"max_error": max_error}}
        said[str(name)] = {"serializer": serializer if lossy else exact, "compressors": None}
        if lossy:
            said[str(name)]["_FillValue"] = np.nan
    return said


def main() -> None:
    """Write the data set within 0.01 K, read it again, and say what became of it."""
    data = made_up()
    options: dict[str, Any] = {"zarr_format": 3, "consolidated": False}
    data.to_zarr(sys.argv[1], mode="w", encoding=encoding(data, 0.01), **options)
    again = xr.open_zarr(sys.argv[1], consolidated=False).load()
    off = float(np.abs(again.t2m - data.t2m).max())
    sys.stdout.write(f"{again}\nno value is off by more than {off:.4f} K\n")


if __name__ == "__main__":
    main()
