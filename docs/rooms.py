"""The room table of docs/design.md, made from the docstrings of all modules of the package.

`python docs/rooms.py` writes it between its two marks; a test checks that it is up to date.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "design.md"
BEGIN, END = "<!-- rooms: python docs/rooms.py -->", "<!-- end of rooms -->"
TABLE = re.compile(f"({re.escape(BEGIN)}\n).*?({re.escape(END)})", re.DOTALL)

ORDER = (
    "core", "quant", "container", "entropy", "io", "rec", "twin", "model", "codecs", "api",
    "viewer", "train", "bench", "integrations", "cli",
)  # fmt: skip
"""The rooms from below to above; a room that is not named here is an error."""


def sentence(module: Path) -> str:
    """The first paragraph of a module's docstring, on one line; "" where there is none."""
    words = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(words.split("\n\n")[0].split()).replace("|", "\\|")


def modules(folder: Path) -> list[Path]:
    """The modules of one folder, without those of the folders in it."""
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def folders(folder: Path) -> Iterator[Path]:
    """A package and the packages below it, each before those in it."""
    yield folder
    for below in sorted(path.parent for path in folder.glob("*/__init__.py")):
        yield from folders(below)


def rows(folder: Path) -> list[str]:
    """The rows of one room, headed by what its `__init__.py` says."""
    name = folder.relative_to(ROOT / "vdsc")
    head = f"| **{name}/** | **{sentence(folder / '__init__.py')}** |"
    return [head, *(f"| `{path.name}` | {sentence(path)} |" for path in modules(folder))]


def table() -> str:
    """The whole table."""
    package = ROOT / "vdsc"
    known = {path.parent.name for path in package.glob("*/__init__.py")}
    if known != set(ORDER):
        raise SystemExit(f"name these rooms in docs/rooms.py: {sorted(known ^ set(ORDER))}")
    lines = ["| file | in one line |", "| --- | --- |"]
    lines += [f"| `{path.name}` | {sentence(path)} |" for path in modules(package)]
    for room in ORDER:
        for folder in folders(package / room):
            lines += rows(folder)
    return "\n".join(lines) + "\n"


def filled(page: str) -> str:
    """The page with the table as it should be."""
    made = table()
    return TABLE.sub(lambda match: match[1] + made + match[2], page)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
