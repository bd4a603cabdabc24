"""Every figure of `vdsc info` is that of the file's bytes, of every golden file of every codec."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

import vdsc
from tests.golden.recipes import HERE
from tests.golden.said_sizes import said
from vdsc.cli.app import app

FILES = sorted(path.stem for path in HERE.glob("*.vds"))
every = pytest.mark.parametrize("name", FILES)
CODES = {"a": "every frame", "d": "rec", "r": "rec", "p": "poisson"}


def golden(name):
    """A golden file's bytes."""
    return (HERE / f"{name}.vds").read_bytes()


@every
def test_bytes_by_purpose_are_those_of_the_file(name):
    """Header, knot times, pose, values, checksums: to the byte, with nothing beside."""
    data = golden(name)
    facts, expected = vdsc.info(data), said(data)
    assert facts.budget == dict(expected.budget)
    assert sum(facts.budget.values()) == facts.size == len(data)


@every
def test_chunks_and_knots_are_those_of_the_file(name):
    """Bytes, frames, knots and method of each chunk; knots in all and per second; their code."""
    data = golden(name)
    facts, expected = vdsc.info(data), said(data)
    chunks = [(one.size, one.frames, one.knots, one.method) for one in facts.chunks]
    assert chunks == expected.chunks
    knots = sum(one[2] or 0 for one in expected.chunks) - expected.shared
    assert facts.knots == knots
    assert (facts.start, facts.end) == expected.span
    span = facts.end - facts.start
    assert facts.knots_per_second == (knots / span if span else 0)
    assert facts.params == expected.params
    if facts.grid is not None:
        code = next((c for key, c in CODES.items() if key in expected.params), "histogram")
        spent = expected.budget["knot times"]
        assert (facts.grid.code, facts.grid.size) == (code, spent)
        assert facts.grid.kl_bits == expected.kl_bits


@every
def test_the_command_prints_these_bytes_and_their_share(name):
    """Each row of `vdsc info` has the bytes of a purpose and their percentage of the file."""
    data, path = golden(name), HERE / f"{name}.vds"
    shown = CliRunner().invoke(app, ["info", str(path)])
    assert shown.exit_code == 0
    rows = re.findall(r"^  (\S.*?) {2,}([\d,]+) bytes, ([\d.]+) %$", shown.stdout, re.MULTILINE)
    found = {purpose: (int(size.replace(",", "")), share) for purpose, size, share in rows}
    budget = said(data).budget
    assert found == {p: (size, f"{size / len(data):.1%}"[:-1]) for p, size in budget.items()}
    assert abs(sum(float(share) for _, share in found.values()) - 100) <= 0.05 * len(found)
    raw = vdsc.info(data).raw_bytes
    assert f"{len(data):,} bytes, {raw / len(data):.1f}x below {raw:,}" in shown.stdout


def test_the_files_are_of_every_codec_and_method():
    """What is compared above is all that there is."""
    facts = [vdsc.info(golden(name)) for name in FILES]
    known = {
        "knots",
        "vdsde",
        "lossless",
        "packed",
        "linear",
        "bounded",
        "gaps",
        "sprites",
        "solids",
        "field",
    }
    assert {one.codec for one in facts} == known
    methods = {chunk.method.split(", ")[-1] for one in facts for chunk in one.chunks}
    every = {"", "floor", "arrays", "bitsback", "video", "packed", "sprites", "solids", "fronts"}
    assert methods == every
    assert any(", " in chunk.method for one in facts for chunk in one.chunks)
    assert sum(one.grid is not None and one.grid.kl_bits is not None for one in facts) > 2
