"""The README's examples, and the parts of it that are filled in from runs.

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

from vdsc.api import installed_models

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
FIGURES = re.compile(r"(<!-- figures: (\S+) -->\n)(.*?)(<!-- end figures -->)", re.DOTALL)
SHIM = '#!/bin/sh\nexec "{python}" -W ignore -c "from vdsc.cli.app import main; main()" "$@"\n'
CLIPS = {"walk": "cmu", "digits": "digits"}


def missing(text: str) -> set[str]:
    """Models that the clips named in `text` need and that are not installed."""
    names = {card.name for card in installed_models()}
    return {model for clip, model in CLIPS.items() if clip in text} - names


def commands(block: str) -> list[str]:
    """Shell lines of a block: those behind `$ ` where there are any, else all."""
    lines = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    return lines or [line for line in block.splitlines() if line.strip()]


def shell_blocks(page: str) -> list[str]:
    """Blocks of shell lines, in the page's order."""
    return [body for kind, body in BLOCK.findall(page) if kind in {"console", "sh"}]


def python_blocks(page: str) -> list[str]:
    """Blocks of Python, in the page's order."""
    return [body for kind, body in BLOCK.findall(page) if kind == "python"]


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
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def run(line: str, folder: Path, env: dict[str, str]) -> str:
    """Output of one shell line, stderr included."""
    result = subprocess.run(
        ["bash", "-c", line], cwd=folder, env=env, text=True, timeout=600, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert result.returncode == 0, f"{line}\n{result.stdout}"
    return result.stdout


def filled(page: str) -> str:
    """The page with its figures: heading and summaries of the files that they name."""

    def table(match: re.Match[str]) -> str:
        source = ROOT / match[2]
        if not source.is_file():
            return match[0]
        *parts, _every_point = source.read_text(encoding="utf-8").strip().split("\n\n")
        return "".join([match[1], "\n\n".join(parts), "\n", match[4]])

    return FIGURES.sub(table, page)


def shown(page: str, folder: Path) -> str:
    """The page with the output of its console lines below them, where their models are here."""
    env = workplace(folder)

    def session(match: re.Match[str]) -> str:
        if match[1] != "console" or missing(match[2]):
            return match[0]
        parts = [f"$ {line}\n{run(line, folder, env)}" for line in commands(match[2])]
        return f"```console\n{''.join(parts)}```"

    return BLOCK.sub(session, page)


def main() -> None:
    """Bring README.md up to date."""
    with tempfile.TemporaryDirectory() as folder:
        page = shown(README.read_text(encoding="utf-8"), Path(folder))
    README.write_text(filled(page), encoding="utf-8")


if __name__ == "__main__":
    main()
