"""Values that are missing come back as missing, where they were, and the others as they would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vdsc
from tests.battery import check_damage, check_info
from vdsc.errors import InvalidInput


def holes(shape, seed, share, dtype="f8"):
    """A walk with holes."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=shape).cumsum(axis=0).astype(dtype)
    values[rng.random(shape) < share] = np.nan
    return values


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from([(1, 3), (30, 4), (200, 1), (12, 5, 6), (40,)]),
    st.integers(0, 99), st.sampled_from([0.001, 0.1, 0.9, 1.0]),
    st.sampled_from(["f2", "<f4", ">f8"]),
    st.sampled_from([None, 0.5, "1%"]),
)  # fmt: skip
def test_gaps_come_back_where_they_were(shape, seed, share, dtype, error):
    """Gaps exactly, and of a promised error every other value within it."""
    values = holes(shape, seed, share, dtype)
    data = vdsc.compress(values, missing="nan", max_error=error)
    found = vdsc.decompress(data).values
    assert (np.isnan(found) == np.isnan(values)).all()
    if error == 0.5:
        off = np.abs(found.astype(float) - values.astype(float))
        assert not (off > error).any()


@pytest.mark.parametrize("options", [{"codec": "linear"}, {"codec": "bounded", "max_error": 0.1}])
def test_info_and_damage(options):
    """Bytes by purpose sum to the file; no flipped bit and no cut passes."""
    values = holes((90, 5), 1, 0.2)
    data, report = vdsc.compress(values, missing="nan", report=True, **options)
    assert report.codec == "gaps"
    assert report.made_by.endswith("with gaps")
    assert np.isfinite(report.max_error)
    check_info(data, values, report)
    check_damage(data, 12)


def test_long_gaps_cost_little():
    """A sensor that is off for a second costs a few bytes."""
    values = holes((600, 10), 2, 0.0)
    whole = len(vdsc.compress(values, codec="linear"))
    values[100:200, 3:6] = np.nan
    assert len(vdsc.compress(values, codec="linear", missing="nan")) < whole + 60


def test_without_a_word_they_are_refused():
    """So are infinities, whatever is said; where nothing is missing nothing is kept of it."""
    values = holes((30, 3), 3, 0.2)
    with pytest.raises(InvalidInput, match="is nan"):
        vdsc.compress(values)
    with pytest.raises(InvalidInput, match="missing must be 'nan'"):
        vdsc.compress(values, missing="zero")
    values[0] = np.inf
    with pytest.raises(InvalidInput, match="inf"):
        vdsc.compress(values, missing="nan")
    full = np.nan_to_num(values, posinf=0)
    assert vdsc.compress(full, missing="nan") == vdsc.compress(full)


@pytest.mark.parametrize("shape", [(40, 6, 7), (40, 5, 6, 3)])
@pytest.mark.parametrize("base", ["none", "linear"])
def test_what_is_always_missing_widens_no_range(shape, base):
    """A share is of what is there: places of a field that are never there do not count as zeros."""
    colours = shape[-1] if shape[-1] <= 4 else 1
    values = 280 + 100 * (np.arange(shape[-1]) % colours) + holes(shape, 2, 0.01) / 9
    values[:, 2:4, 1:3] = np.nan
    values[:, 0, 0] = np.nan
    data = vdsc.compress(values, missing="nan", max_error="1%", codec="bounded", base=base)
    off = np.abs(vdsc.decompress(data).values - values).reshape(-1, colours)
    ranges = np.nanmax(values.reshape(-1, colours), 0) - np.nanmin(values.reshape(-1, colours), 0)
    assert (np.nanmax(off, 0) <= 0.01 * ranges).all()


def test_nothing_is_there():
    """A field of gaps alone comes back, with an error, too."""
    values = np.full((5, 6, 7), np.nan)
    for error in (None, "1%"):
        data = vdsc.compress(values, missing="nan", max_error=error)
        assert np.isnan(vdsc.decompress(data).values).all()
