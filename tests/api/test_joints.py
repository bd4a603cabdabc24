"""Errors of joints, in units of length."""

from __future__ import annotations

import io

import numpy as np
import pytest

from tests.io.bvh_files import rows, text
from vdsc.api.joints import JointBound, centimetres
from vdsc.api.requests import encode
from vdsc.cli.app import app
from vdsc.core.skin import Skin
from vdsc.errors import InvalidInput
from vdsc.io.bvh import skeleton_of
from vdsc.io.source import array_source, open_source


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        *(("0.01cm", 0.01), ("2 mm", 0.2), (".5m", 50), ("1e-1in", 0.254), ("1", None)),
        *(("1%", None), ("cm", None), ("-1cm", None), (0.5, None), ("1km", None)),
    ],
)
def test_lengths(words, wanted):
    """mm, cm, m and inches, with or without a blank; everything else is no length."""
    assert centimetres(words) == (wanted if wanted is None else pytest.approx(wanted))


@pytest.mark.parametrize("words", [("0.1cm", "two"), ("0cm", ""), ("1cm", "0cm"), ("1%", "1cm")])
def test_lengths_that_are_none_are_refused(words):
    """A unit is a length above zero, for an error that is one."""
    with pytest.raises(InvalidInput):
        JointBound.of(*words)


def test_only_a_skeleton_has_joints():
    """An array has none: the advice says what has."""
    with pytest.raises(InvalidInput, match="bvh"):
        encode(array_source(np.eye(4), exact=True), io.BytesIO(), max_error="1cm")


def test_compress_says_how_far_joints_are_off(tmp_path):
    """The line names the error in cm and what a unit is; what is written keeps the bound."""
    from typer.testing import CliRunner

    source, packed, back = (str(tmp_path / name) for name in ("x.bvh", "x.vds", "y.bvh"))
    (tmp_path / "x.bvh").write_text(text(rows(30)))
    run = CliRunner().invoke
    made = run(app, ["compress", "--max-error", "0.5cm", source, "-o", packed])
    assert made.exit_code == 0
    assert "cm, max 0." in made.stderr
    assert "1 unit = 1 cm" in made.stderr
    assert "--unit" in made.stderr
    assert run(app, ["decompress", packed, "-o", back]).exit_code == 0
    with open_source(source, exact=True) as one, open_source(back, exact=True) as other:
        skin = Skin(skeleton_of(one.meta), 3.0)
        assert skin.apart(one.read(0, 30), other.read(0, 30)).max() <= 0.5


def test_a_larger_unit_is_a_finer_bound(tmp_path):
    """Where a unit is 10 cm, 1 cm is a tenth of one."""
    (tmp_path / "x.bvh").write_text(text(rows(30)))
    with open_source(str(tmp_path / "x.bvh"), exact=True) as source:
        reports = [
            encode(source, io.BytesIO(), max_error="1cm", unit=unit) for unit in ("1cm", "10 cm")
        ]
        assert reports[0].file_bytes < reports[1].file_bytes
        assert reports[1].groups[0].max <= 1
        assert reports[1].warnings == ()
