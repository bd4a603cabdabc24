"""The examples of README.md and docs/guide.md, and the parts of README.md that runs fill in.

`python tests/docs/readme.py` runs each `$ vdsc ...` line, writes its output below it, and copies
the head of the benchmark's tables into the blocks that name them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
README, GUIDE = ROOT / "README.md", ROOT / "docs" / "guide.md"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FIGURES = re.compile(r"(<!-- figures: (\S+) -->\n)(.*?)(<!-- end figures -->)", re.DOTALL)
SHIM = '#!/bin/sh\nexec "{python}" -W ignore -m vdsc "$@"\n'


def blocks(page: str) -> list[tuple[str, str]]:
    """Kind and content of every fenced block, in the page's order."""
    return [(kind, body) for kind, body in BLOCK.findall(page)]


def commands(kind: str, body: str) -> list[str]:
    """Shell lines of a block: of a console those behind `$ `, else all."""
    lines = [line for line in body.splitlines() if line.strip()]
    if kind == "console":
        return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    return lines


def workplace(folder: Path) -> dict[str, str]:
    """Put the examples and a `vdsc` into an empty folder; returns the environment to run it in."""
    (folder / "examples").mkdir()
    for clip in (ROOT / "examples").glob("*.npy"):
        shutil.copy(clip, folder / "examples")
    shim = folder / "bin" / "vdsc"
    shim.parent.mkdir()
    shim.write_text(SHIM.format(python=sys.executable))
    shim.chmod(0o755)
    path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}


def run(line: str, folder: Path, env: dict[str, str]) -> str:
    """Output of one shell line, stderr included; raises AssertionError if it fails."""
    result = subprocess.run(
        ["bash", "-c", line], cwd=folder, env=env, text=True, timeout=600, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert result.returncode == 0, f"{line}\n{result.stdout}"
    return result.stdout


def run_python(program: str, folder: Path, env: dict[str, str]) -> None:
    """Run a program there; raises AssertionError if it fails."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=folder, env=env, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def console(body: str, folder: Path, env: dict[str, str]) -> str:
    """The lines of a console block, each with its output below it."""
    lines = commands("console", body)
    return "".join(f"$ {line}\n{run(line, folder, env)}" for line in lines)


def filled(page: str) -> str:
    """The page with its figures: heading and summaries of the files that they name."""

    def table(match: re.Match[str]) -> str:
        parts = (ROOT / match[2]).read_text(encoding="utf-8").strip().split("\n\n")
        return "".join([match[1], "\n\n".join(parts[:-1] or parts), "\n", match[4]])

    return FIGURES.sub(table, page)


def shown(page: str, folder: Path) -> str:
    """The page with the output of its console lines below them."""
    env = workplace(folder)

    def session(match: re.Match[str]) -> str:
        if match[1] != "console":
            return match[0]
        return f"```console\n{console(match[2], folder, env)}```"

    return BLOCK.sub(session, page)


def main() -> None:
    """Bring README.md up to date."""
    with tempfile.TemporaryDirectory() as folder:
        page = shown(README.read_text(encoding="utf-8"), Path(folder))
    README.write_text(filled(page), encoding="utf-8")


if __name__ == "__main__":
    main()
