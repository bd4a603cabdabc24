"""Changes one operator or constant at a time, in a copy, and says which changes no test notices.

    python tests/mutants.py vdsc/quant vdsc/entropy --count 40 --seed 1 [--also tests/golden]

The tests that run are those of the folder that mirrors the module's, and those of `--also`.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("vdsc", "tests", "docs", "examples", "models", "benchmarks", "pyproject.toml")
SECONDS = 900
SWAPS = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.FloorDiv: "*", ast.Mod: "+", ast.LShift: ">>",
    ast.RShift: "<<", ast.BitAnd: "|", ast.BitOr: "&", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=",
    ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.And: "or", ast.Or: "and",
}  # fmt: skip
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%", ast.LShift: "<<",
    ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.And: "and", ast.Or: "or",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A line of a module, and what it is changed to."""

    module: Path
    line: int
    after: str

    def text(self) -> str:
        """The module with the change."""
        lines = (ROOT / self.module).read_text(encoding="utf-8").splitlines()
        lines[self.line] = self.after
        return "\n".join(lines) + "\n"


def mutants(module: Path) -> Iterator[Mutant]:
    """Every change of one operator or integer of a module that leaves it a program."""
    source = (ROOT / module).read_text(encoding="utf-8")
    lines = source.splitlines()
    for line, begin, end, new in changes(ast.parse(source), lines):
        after = lines[line][:begin] + new + lines[line][end:]
        yield Mutant(module, line, after)


def changes(tree: ast.AST, lines: list[str]) -> Iterator[tuple[int, int, int, str]]:
    """Line, columns and new text of each change; annotations, which never run, are left alone."""
    for node in walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int and node.col_offset:
            line = node.lineno - 1
            if lines[line][node.col_offset : node.end_col_offset] == str(node.value):
                yield line, node.col_offset, node.end_col_offset or 0, str(node.value + 1)
        for one, sign, other in operators(node):
            line, begin, end = one.end_lineno or 0, one.end_col_offset or 0, other.col_offset
            if line == other.lineno and type(sign) in SWAPS:
                between = lines[line - 1][begin:end]
                new = between.replace(SIGNS[type(sign)], SWAPS[type(sign)], 1)
                if new != between:
                    yield line - 1, begin, end, new


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but annotations and what they hold."""
    yield tree
    for name, value in ast.iter_fields(tree):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and name not in ("annotation", "returns"):
                yield from walk(child)


def operators(node: ast.AST) -> Iterator[tuple[ast.expr, ast.AST, ast.expr]]:
    """Each operator of a node with what stands on both sides of it."""
    if isinstance(node, ast.BinOp):
        yield node.left, node.op, node.right
    if isinstance(node, ast.Compare):
        yield node.left, node.ops[0], node.comparators[0]
    if isinstance(node, ast.BoolOp):
        yield node.values[0], node.op, node.values[1]


def mirror(module: Path) -> str:
    """The innermost folder of tests that mirrors a module's."""
    folder = Path("tests", *module.parent.parts[1:])
    while not any((ROOT / folder).glob("test_*.py")) and len(folder.parts) > 2:
        folder = folder.parent
    return str(folder)


def survives(mutant: Mutant, copy: Path, tests: list[str]) -> bool:
    """Whether all tests pass with the change."""
    target = copy / mutant.module
    target.write_text(mutant.text(), encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(words, cwd=copy, env=env, capture_output=True, timeout=SECONDS,
                              check=False)  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.copy(ROOT / mutant.module, target)
    return done.returncode == 0


def main() -> None:
    """Run a sample of the mutants and print the survivors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("paths", nargs="+", type=Path, help="modules or folders of vdsc")
    parser.add_argument("--count", type=int, default=20, help="how many changes are tried")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--also", nargs="*", default=[], help="further tests to run")
    wanted = parser.parse_args()
    modules = [m for p in wanted.paths for m in ([p] if p.suffix else sorted(p.rglob("*.py")))]
    found = [mutant for module in modules for mutant in mutants(module)]
    some = random.Random(wanted.seed).sample(found, min(wanted.count, len(found)))
    killed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder) / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        for mutant in some:
            alive = survives(mutant, Path(folder), [mirror(mutant.module), *wanted.also])
            killed += not alive
            if alive:
                print(f"{mutant.module}:{mutant.line + 1}: {mutant.after.strip()}", flush=True)
    print(f"{killed} of {len(some)} were noticed")


if __name__ == "__main__":
    main()
