"""Solids are found without being asked for, with loss and without."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest

import vdsc
from vdsc.api.collecting import Item, collect
from vdsc.api.two_valued import two_valued
from vdsc.core.sequence import Clock, Outline
from vdsc.io.source import array_source, open_source


def ball(side=24):
    """A ball with a bite taken out of it, (side, side, side) of 0 and 1."""
    z, y, x = np.mgrid[:side, :side, :side] - (side - 1) / 2
    inside = z * z + y * y + x * x < (0.4 * side) ** 2
    return (inside & ((z - 6) ** 2 + y * y + (x - 7) ** 2 > 30)).astype(np.uint8)


@pytest.mark.parametrize("dtype", ["u1", "?", "f4", "i8"])
@pytest.mark.parametrize("solids", [False, True])
def test_lossless_files_are_solids_where_that_is_smaller(dtype, solids):
    """One solid of slices, or several frames of one each."""
    values = np.stack([ball(), ball()[::-1]]) if solids else ball()
    data, report = vdsc.compress(values.astype(dtype), lossless=True, report=True)
    assert (report.codec, report.lossless) == ("solids", True)
    assert vdsc.decompress(data).values.tobytes() == values.astype(dtype).tobytes()
    assert "2 solids" in report.made_by if solids else "1 solid" in report.made_by


def test_files_with_loss_say_how_many_voxels_are_wrong():
    """Without a codec, of two values along three axes; no more than the quality allows."""
    for dtype in ("u1", "f4", "?"):
        values = ball().astype(dtype)
        data, report = vdsc.compress(values, quality=50, report=True)
        found = vdsc.decompress(data).values
        assert report.codec == "solids"
        assert (found != values).mean() <= 0.01
        assert "two values" in report.chosen or report.lossless


def test_other_arrays_are_no_solids():
    """A third value, one value, two axes, thin ones; other codecs' settings."""
    outline = {"dtype": np.dtype("u1"), "clock": Clock(rate=Fraction(1))}
    third = ball()
    third[-1, -1, -1] = 2
    for values in (third, np.zeros_like(third), ball().reshape(24, -1), ball()[:3]):
        source = array_source(values, exact=True)
        assert not two_valued(source, Outline(values.shape, **outline))
    assert two_valued(array_source(ball(), exact=True), Outline(ball().shape, **outline))
    report = vdsc.compress(ball().astype("f4"), codec="linear", report=True)[1]
    assert report.codec == "linear"


def test_a_collection_of_solids(tmp_path):
    """Each clip is told as a solid."""
    for name, values in (("one", ball()), ("two", ball()[:, ::-1])):
        np.save(tmp_path / f"{name}.npy", values)
    items = [
        Item(name, lambda name=name: open_source(str(tmp_path / f"{name}.npy"), exact=True))
        for name in ("one", "two")
    ]
    stream = io.BytesIO()
    collect(items, stream, lossless=True)
    (tmp_path / "all.vds").write_bytes(stream.getvalue())
    found = vdsc.open(str(tmp_path / "all.vds"))["two"].decode()
    assert (found.values == ball()[:, ::-1]).all()
    assert len(stream.getvalue()) < 900
