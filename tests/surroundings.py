"""Processes with threads and instruction sets of their own, in which nothing may come out else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parents[1]
THREADS = ("1", "2")
INSTRUCTIONS = {
    "default": {
        "ATEN_CPU_CAPABILITY": "default",
        "OPENBLAS_CORETYPE": "Nehalem",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512_SKX AVX512_CLX AVX512_ICL",
    },
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512_SKX AVX512_CLX AVX512_ICL",
    },
    "avx512": {"ATEN_CPU_CAPABILITY": "avx512", "OPENBLAS_CORETYPE": "SkylakeX"},
}


def able(instructions: str) -> bool:
    """Whether this processor has the instructions."""
    flags = Path("/proc/cpuinfo")
    known = flags.read_text(encoding="utf-8").split() if flags.is_file() else []
    return instructions == "default" or f"{instructions}f" in known or instructions in known


KINDS = tuple(kind for kind in INSTRUCTIONS if able(kind))


def settings() -> Iterator[tuple[str, str]]:
    """Instruction set and number of threads of every surroundings that this machine can give."""
    yield from product(KINDS, THREADS)


def start(kind: str, threads: str, *arguments: object, **more: str) -> subprocess.Popen[str]:
    """Python with these arguments in its surroundings; `more` is added to the environment."""
    env = os.environ | INSTRUCTIONS[kind] | more
    env |= {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": str(ROOT)}
    env["OMP_WAIT_POLICY"] = "passive"  # idle threads that spin would starve the others
    program = [sys.executable, "-W", "ignore", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(program, cwd=ROOT, env=env, stdout=pipe, stderr=pipe, text=True)


def said(running: subprocess.Popen[str]) -> str:
    """What a program printed, once it has ended well."""
    out, errors = running.communicate(timeout=300)
    assert running.returncode == 0, errors[-3000:]
    return out
