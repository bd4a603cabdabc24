"""The examples: a data set of xarray, a store compressed by Dask, names found by entry point."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import zarr

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def installed_here(tmp_path: Path) -> dict[str, str]:
    """An environment in which this checkout is installed, with the entry points of pyproject."""
    told = tmp_path / "site" / f"vdsc-{PROJECT['version']}.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: vdsc\nVersion: {PROJECT['version']}\n"
    )
    groups = PROJECT["entry-points"].items()
    lines = [f"[{group}]\n{name} = {home}" for group, all_ in groups for name, home in all_.items()]
    (told / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return os.environ | {"PYTHONPATH": f"{told.parent}{os.pathsep}{ROOT}"}


def run(env: dict[str, str], *arguments: object) -> str:
    """What a Python program says on stdout."""
    program = [sys.executable, *map(str, arguments)]
    done = subprocess.run(
        program, env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_names_are_found_by_entry_point(installed_here):
    """Both registries know `vdsc` without any import of it, and load no torch."""
    program = """
import sys, numcodecs, zarr
codec = numcodecs.get_codec({"id": "vdsc", "max_error": 0.5})
found = zarr.registry.get_codec_class("vdsc")
print(codec, found.__name__, "torch" in sys.modules)
"""
    said = run(installed_here, "-c", program)
    assert said == "NumcodecsVdsc(fast=False, max_error=0.5) ZarrVdsc False\n"


@pytest.mark.parametrize("error", [None, 0.01, "1%"])
def test_xarray_round_trip(tmp_path, monkeypatch, error):
    """Values, dates, coordinates and attributes come back; only what may be off is."""
    xr = pytest.importorskip("xarray")
    monkeypatch.syspath_prepend(ROOT / "examples")
    import xarray_zarr

    data = xarray_zarr.made_up()
    options = {"zarr_format": 3, "consolidated": False}
    data.to_zarr(tmp_path / "x", encoding=xarray_zarr.encoding(data, error), **options)
    found = xr.open_zarr(tmp_path / "x", consolidated=False).load()
    xr.testing.assert_identical(found.drop_vars("t2m"), data.drop_vars("t2m"))
    assert found.t2m.attrs == data.t2m.attrs
    if error is None:
        xr.testing.assert_identical(found, data)
    else:
        assert np.array_equal(np.isnan(found.t2m), np.isnan(data.t2m))
        limit = error if error != "1%" else 0.01 * float(data.t2m.max() - data.t2m.min())
        off = np.abs(found.t2m.astype("f8") - data.t2m.astype("f8"))
        assert (off <= limit).where(np.isfinite(data.t2m), other=True).all()
        assert off.max() > 0


def test_the_dask_recipe(tmp_path, installed_here):
    """Two processes compress all arrays of a store, whole in shards, within the error."""
    pytest.importorskip("distributed")
    values = np.cumsum(np.random.default_rng(0).normal(size=(16, 6, 5)), 0).astype("f4")
    group = zarr.create_group(tmp_path / "a", attributes={"title": "walks"})
    array = group.create_array(
        "walk", shape=values.shape, dtype="f4", chunks=(2, 6, 5), shards=(8, 6, 5),
        attributes={"units": "m"}, dimension_names=("t", "y", "x"),
    )  # fmt: skip
    array[:] = values
    group.create_array("t", shape=(16,), dtype="f8", chunks=(9,))[:] = np.arange(16) / 7
    recipe = ROOT / "examples" / "dask_zarr.py"
    options = ["--workers", "2", "--max-error", "0.05", "--fast"]
    assert "by 2 processes" in run(installed_here, recipe, tmp_path / "a", tmp_path / "b", *options)
    made = zarr.open_group(tmp_path / "b", mode="r")
    assert dict(made.attrs) == {"title": "walks"}
    assert np.array_equal(made["t"][:], np.arange(16) / 7)
    walk = made["walk"]
    assert (walk.chunks, walk.shards) == (array.chunks, array.shards)
    assert walk.metadata.dimension_names == ("t", "y", "x")
    assert dict(walk.attrs) == {"units": "m"}
    assert 0 < np.abs(walk[:] - values).max() <= 0.05
