"""What share/ holds is made from the help texts, and what shells and systems can use."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from vdsc.container.prelude import MAGIC, MAJOR, PRELUDE

ROOT = Path(__file__).parents[2]
SHARE = ROOT / "share"
COMMANDS = ["compress", "completion"]


@cache
def script():
    """The script that makes the files."""
    spec = importlib.util.spec_from_file_location("shipped", ROOT / "docs" / "shipped.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_shipped_files_are_up_to_date():
    """The man page and the completions are those that the help texts make."""
    for path, text in script().shipped().items():
        assert path.read_text(encoding="utf-8") == text, "run: python docs/shipped.py"


def test_the_manual_names_every_option():
    """Each option of each command has its entry, with the variable that sets it."""
    page = (SHARE / "vdsc.1").read_text()
    for words in (r"\-\-threads, \-T N", "VDSC_THREADS", r"\-\-rm", "vdsc test", r"\fB130\fR"):
        assert words in page
    assert r"\-\-device\fR" not in page.split(".SS vdsc train")[1].split(".SS")[0]


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_is_formatted_without_a_warning():
    """Roff finds nothing wrong with the page, whatever the help texts hold."""
    line = ["groff", "-man", "-ww", "-z", str(SHARE / "vdsc.1")]
    assert subprocess.run(line, capture_output=True, check=True).stderr == b""
    assert script().roff(".x 'a' \\ -b") == r"\&.x \(aqa\(aq \e \-b"


@pytest.mark.skipif(shutil.which("file") is None, reason="file is not installed")
def test_libmagic_knows_the_files(tmp_path):
    """`file -m` says what a .vds file is, and of which format version."""
    path = tmp_path / "clip"
    path.write_bytes(PRELUDE + bytes(16))
    line = ["file", "--brief", "-m", str(SHARE / "vdsc.magic")]
    said = subprocess.check_output([*line, str(path)], text=True)
    assert said == f"vdsc compressed sequence, format {MAJOR}.0\n"
    mime = subprocess.check_output([*line, "--mime-type", str(path)], text=True)
    assert mime == "application/x-vdsc\n"


def test_the_mime_type_is_that_of_the_prelude():
    """Shared MIME info knows the files by the same eight bytes, and by their suffix."""
    tree = ET.parse(SHARE / "vdsc.xml")
    (match,) = tree.findall(".//{*}match")
    assert match.get("value").encode().decode("unicode_escape").encode("latin-1") == MAGIC
    (glob,) = tree.findall(".//{*}glob")
    assert glob.get("pattern") == "*.vds"


@pytest.fixture
def shell(tmp_path):
    """Run a script of bash in which `vdsc` is this checkout's command line."""
    (tmp_path / "vdsc").write_text(
        f"#!{sys.executable}\nfrom vdsc.cli.process import main\nmain()\n"
    )
    (tmp_path / "vdsc").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}

    def run(text, **more):
        words = ["bash", "-c", text]
        return subprocess.check_output(words, text=True, env={**environment, **more})

    return run


def test_bash_completes_commands_and_options(shell):
    """The shipped file, sourced by bash, completes both; files are left to bash itself."""
    source = f"source {SHARE}/completions/vdsc.bash; _vdsc_completion vdsc; "
    show = 'printf "%s\\n" "${COMPREPLY[@]}"'
    commands = shell(f"COMP_WORDS=(vdsc comp); COMP_CWORD=1; {source}{show}")
    assert commands.split() == COMMANDS
    options = shell(f"COMP_WORDS=(vdsc test --v); COMP_CWORD=2; {source}{show}")
    assert options.split() == ["--verbose"]
    assert "-o default" in shell(f"source {SHARE}/completions/vdsc.bash; complete -p vdsc")


@pytest.mark.parametrize(
    "more",
    [
        {"_VDSC_COMPLETE": "complete_zsh"},
        {"_VDSC_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    ],
)
def test_other_shells_get_their_answers(shell, more):
    """What the files of zsh and fish ask for is answered, with a few words for each command."""
    said = shell("vdsc", _TYPER_COMPLETE_ARGS="vdsc comp", **more)
    assert all(name in said for name in COMMANDS)
    assert "Compress arrays" in said
    assert "Usage" not in said


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_shells_that_are_installed_read_their_files(name):
    """The syntax of the file is right for its shell."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    path = SHARE / "completions" / script().COMPLETIONS[name]
    subprocess.run([name, "-n", str(path)], check=True)
