"""README.md and docs/guide.md are true: every block of them runs, tables and links are right."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import readme

import vdsc
from vdsc.train import settings_file

PAGES = {path.name: path.read_text(encoding="utf-8") for path in (readme.README, readme.GUIDE)}
PAGE = PAGES["README.md"]
LINK = re.compile(r"\]\(([^)#:\s]*)(#[^)]*)?\)")
NUMBER = re.compile(r"\d[\d.,]*( s\b)?")
WRITTEN = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md", *sorted(
    str(path.relative_to(readme.ROOT)) for path in (readme.ROOT / "docs").rglob("*.md")
)]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_every_block_runs(name, tmp_path):
    """Every fenced block succeeds, in order and in one folder; Python last, as one program.

    A console shows what is printed, but for its numbers.
    """
    env, ran, program = readme.workplace(tmp_path), 0, ""
    for kind, body in readme.blocks(PAGES[name]):
        if kind == "python":
            program += body
        elif kind == "console":
            shown = readme.console(body, tmp_path, env)
            assert NUMBER.sub("#", shown) == NUMBER.sub("#", body)
        elif kind == "sh":
            for line in readme.commands(kind, body):
                readme.run(line, tmp_path, env)
        else:
            raise AssertionError(f"a block of kind {kind!r} is not run by this test")
        ran += 1
    readme.run_python(program, tmp_path, env)
    fences = PAGES[name].count("\n```")
    assert ran == fences / 2 > 0


def test_each_kind_of_block_has_lines():
    """No block is empty, so that none passes without doing anything."""
    for page in PAGES.values():
        for kind, body in readme.blocks(page):
            assert readme.commands(kind, body), body


def test_readme_is_short():
    """The README has at most 150 lines, and its first screen shows a picture."""
    lines = PAGE.splitlines()
    assert len(lines) <= 150
    assert any(line.startswith("![") for line in lines[:12])


def test_figures_are_the_benchmarks():
    """Blocks that name a file of figures hold that file."""
    assert len(readme.FIGURES.findall(PAGE)) == PAGE.count("<!-- figures:") > 0
    assert readme.filled(PAGE) == PAGE, "run: python tests/docs/readme.py"


@pytest.mark.parametrize("page", WRITTEN)
def test_links_lead_somewhere(page):
    """Files and headings that a page links to exist."""
    path = readme.ROOT / page
    for target, anchor in LINK.findall(path.read_text(encoding="utf-8")):
        found = (path.parent / target).resolve() if target else path
        assert found.exists(), target
        if anchor:
            assert anchor[1:] in anchors(found), f"{target}{anchor}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_training_line_names_a_config():
    """The config of the training example loads, with the override that is shown."""
    lines = PAGES["guide.md"].splitlines()
    line = next(line for line in lines if "vdsc train" in line and "--set" in line)
    words = line.split()
    settings = settings_file.read(readme.ROOT / words[2], [words[words.index("--set") + 1]])
    assert settings["name"] == "mine"


def test_exit_codes_are_the_errors():
    """The table of exit codes is that of the errors."""
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGES["guide.md"], re.MULTILINE)}
    found = [getattr(vdsc, name) for name in vdsc.__all__]
    errors = {
        error.exit_code for error in found
        if isinstance(error, type) and issubclass(error, vdsc.VdscError)
    }  # fmt: skip
    assert listed == errors | {0, 2, 130}
