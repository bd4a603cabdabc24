"""`vdsc info`, `vdsc models`, and the command line's own words."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli import fake_api


def test_info_is_a_table_on_stdout(vdsc, motion):
    """Everything that the file says is in the table, unwrapped and uncoloured in a pipe."""
    vdsc("compress", "clip.npy")
    result = vdsc("info", "clip.vds")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    for words in ("knots", "fake 0123456789ab\n", "(40, 3)", "3.5/s", "4 local, 28 global"):
        assert words in result.stdout
    assert "knot values" in result.stdout
    assert "rec, drawn from the posterior, 10 bytes, KL 61.5 bits" in result.stdout


def test_info_json_is_data(vdsc, motion):
    """One file is an object, several are a list; the budget sums to the size."""
    vdsc("compress", "clip.npy")
    facts = json.loads(vdsc("info", "clip.vds", "--json").stdout)
    assert facts["file"] == "clip.vds"
    assert sum(facts["budget"].values()) == facts["size"]
    assert facts["chunks"][0] == {
        "size": 40, "frames": 40, "knots": 7, "method": "", "bits": {}
    }  # fmt: skip
    assert facts["grid"] == {"code": "rec", "size": 10, "kl_bits": 61.5}
    assert len(json.loads(vdsc("info", "clip.vds", "clip.vds", "--json").stdout)) == 2


def test_info_of_bad_files_still_shows_the_good(vdsc, motion):
    """A corrupt file returns 3, and the others are shown all the same."""
    vdsc("compress", "clip.npy")
    Path("bad.vds").write_bytes(b"junk")
    result = vdsc("info", "bad.vds", "clip.vds", "--json")
    assert result.exit_code == 3
    assert len(json.loads(result.stdout)) == 1


def test_models_are_listed(vdsc):
    """The table and the JSON tell of each installed checkpoint."""
    result = vdsc("models")
    assert result.exit_code == 0
    for words in ("fake", "motion", "(T, 96)", "1.5 MB", "0123456789ab", "60x"):
        assert words in result.stdout
    assert "trained on CMU [mb]" in vdsc("models", "-v").stdout
    assert json.loads(vdsc("models", "--json").stdout)[0]["size"] == 1_500_000


def test_no_models_is_said_on_stderr(vdsc, monkeypatch):
    """Without checkpoints there is no data, and advice where to get one."""
    monkeypatch.setattr(fake_api, "installed_models", list)
    result = vdsc("models")
    assert result.stdout == ""
    assert "VDSC_MODELS" in result.stderr


def test_version_is_the_packages(vdsc):
    """--version prints the version of the installed package."""
    assert vdsc("--version").stdout == f"vdsc {version('vdsc')}\n"


@pytest.mark.parametrize("command", ["compress", "decompress", "info", "bench", "models", "train"])
def test_every_command_has_help(vdsc, command):
    """Each command is listed with a whole sentence and explains itself."""
    listing = vdsc("--help").stdout
    assert command in listing
    assert "..." not in listing.split("Commands:")[1]
    assert "Usage: " in vdsc(command, "--help").stdout


def test_no_arguments_show_help(vdsc):
    """`vdsc` alone shows the help; an unknown command is a usage error."""
    assert "Commands:" in vdsc().output
    assert vdsc("zip").exit_code == 2
