"""docs/design.md is true: its room table is that of the package, its words are the code's."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
MODULES = sorted((ROOT / "vdsc").rglob("*.py"))

RIDDLES = {"told", "kin", "stranger", "strangers", "crowd"}
"""Words that are no names for anything: what is meant has a plain name in the glossary."""


def rooms():
    """The script that makes the table."""
    spec = importlib.util.spec_from_file_location("rooms", ROOT / "docs" / "rooms.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_module_says_what_it_is():
    """Each module of the package has a docstring, which ends as a sentence does."""
    first = {path: rooms().sentence(path) for path in MODULES}
    assert [str(path) for path, words in first.items() if not words.endswith((".", "?"))] == []


def test_the_room_table_is_up_to_date():
    """The table between the marks is made of these docstrings, and names every module once."""
    script = rooms()
    assert script.BEGIN in PAGE
    assert script.filled(PAGE) == PAGE, "run: python docs/rooms.py"
    rows = re.findall(r"^\| `(\w+\.py)` \|", script.table(), re.MULTILINE)
    assert sorted(rows) == sorted(path.name for path in MODULES if path.name != "__init__.py")


def test_files_of_one_name_lie_in_the_rooms_of_codecs():
    """A file name occurs once in the package; only `codec.py` is what every codec's room has."""
    names = [path.name for path in MODULES if not path.name.startswith("__")]
    twice = {name for name in names if names.count(name) > 1}
    assert twice <= {"codec.py"}


def glossary() -> list[str]:
    """The words that the glossary explains."""
    part = PAGE.split("## Glossary")[1].split("\n## ")[0]
    cells = re.findall(r"^\| ([^|]+) \|", part, re.MULTILINE)
    return [word for cell in cells[2:] for word in cell.split(", ")]


def test_the_glossary_names_each_thing_once():
    """No word is explained twice, and they stand in alphabetical order."""
    part = PAGE.split("## Glossary")[1].split("\n## ")[0]
    firsts = [cell.lower() for cell in re.findall(r"^\| ([^|]+) \|", part, re.MULTILINE)[2:]]
    words = glossary()
    assert len(words) == len(set(words)) > 30
    assert firsts == sorted(firsts)


@cache
def names_in(path: Path) -> set[str]:
    """Every word of every identifier of a module, in lower case."""
    stream = io.StringIO(path.read_text(encoding="utf-8"))
    names = [t.string for t in tokenize.generate_tokens(stream.readline) if t.type == tokenize.NAME]
    return {part.lower() for name in names for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


@pytest.mark.parametrize("word", sorted(RIDDLES))
def test_no_name_is_a_riddle(word):
    """No identifier of the package has one of these words in it."""
    assert [str(p.relative_to(ROOT)) for p in MODULES if word in names_in(p)] == []


def test_code_that_the_page_names_exists():
    """Each `file.py: name` of the table of equations is there."""
    part = PAGE.split("| equation | code | test |")[1].split("\n\n")[0]
    for file, names in re.findall(r"`([\w/]+\.py)(?:: ([^`]+))?`", part):
        path = ROOT / "vdsc" / file
        path = path if path.exists() else ROOT / "tests" / file
        assert path.exists(), file
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kinds = (ast.FunctionDef, ast.ClassDef)
        defined = {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
        wanted = {part for name in names.split(", ") if name for part in name.split(".")}
        assert wanted <= defined, (file, wanted - defined)
