"""README.md is true: its examples run, its tables are the benchmark's, its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import readme

from vdsc.train import train_config as config

PAGE = readme.README.read_text(encoding="utf-8")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
MADE_BY_RUNS = ("benchmarks/",)


@pytest.mark.slow
def test_shell_lines_run(tmp_path):
    """Every `vdsc` line succeeds, one after the other in one folder, and so do its neighbours."""
    env, ran = readme.workplace(tmp_path), 0
    for block in readme.shell_blocks(PAGE):
        for line in readme.commands(block):
            whole_folder = "-r examples" in line
            if not readme.missing("walk digits" if whole_folder else line):
                readme.run(line, tmp_path, env)
                ran += 1
    if not ran:
        pytest.skip("no model that the README uses is installed")


@pytest.mark.slow
def test_python_blocks_run(tmp_path):
    """The blocks of Python run as one program."""
    program = "\n".join(readme.python_blocks(PAGE))
    if readme.missing(program):
        pytest.skip("a model that the README uses is not installed")
    env = readme.workplace(tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=tmp_path, env=env, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_figures_are_the_benchmarks():
    """Blocks that name a file of figures hold that file, where it exists."""
    assert readme.filled(PAGE) == PAGE, "run: python tests/docs/readme.py"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *sorted(
    str(path.relative_to(readme.ROOT)) for path in (readme.ROOT / "docs").glob("*.md")
)])  # fmt: skip
def test_links_lead_somewhere(page):
    """Files that a page links to exist; pictures and tables of runs may not have been made yet."""
    path = readme.ROOT / page
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        found = (path.parent / target).resolve()
        assert found.exists() or target.startswith(MADE_BY_RUNS), target


def test_the_training_line_names_a_config():
    """The config of the training example loads, with the override that is shown."""
    line = next(line for line in PAGE.splitlines() if "vdsc train" in line)
    words = line.split()
    settings = config.load(readme.ROOT / words[2], [words[words.index("--set") + 1]])
    assert settings.name == "mine"


def test_exit_codes_are_the_errors():
    """The table of exit codes is that of the errors."""
    import vdsc

    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    errors = {getattr(vdsc, name).exit_code for name in vdsc.__all__ if name[0].isupper()
              and isinstance(getattr(vdsc, name), type)
              and issubclass(getattr(vdsc, name), vdsc.VdscError)}  # fmt: skip
    assert listed == errors | {0, 2, 130}
