"""Loops over single integers, compiled by numba where it is installed: the same bits, sooner.

Modules of loops are imported once they pay, see `loop_choice.py`: importing numba takes a while.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import numpy as np
from numba import config, njit

F = TypeVar("F", bound=Callable[..., Any])

signed: Any = np.int64
"""Take 64 bits, in a loop, as a signed integer."""

unsigned: Any = np.uint64
"""Take 64 bits as an unsigned integer; those of both kinds are never mixed."""

_HOW: dict[str, Any] = {"nogil": True, "error_model": "numpy"}  # a quotient by 0 raises nothing
_INNER: dict[str, Any] = _HOW | {
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "forceinline": True,
}


def loop(function: F) -> F:
    """Compile a function into those that call it; `//` and `>>` round down, as everywhere.

    Signed sums and products must not leave 64 bits: what then happens is undefined. Those that
    may are taken by `plus`, `minus` and `times` of `fixed_loops.py`.
    """
    return cast("F", njit(**_INNER)(function))


class Entry:
    """A compiled function that Python calls; its machine code is kept on disk for other processes.

    The kept code's name has a digest of all sources that go into it, so that no older one is taken.

    Args:
        function: what is compiled at its first call.
        modules: those that it and the loops that it calls are in.

    Raises:
        ImportError: numba is told not to compile.
    """

    def __init__(self, function: Callable[..., Any], modules: Iterable[ModuleType]) -> None:
        if vars(config).get("DISABLE_JIT"):
            raise ImportError("NUMBA_DISABLE_JIT is set")
        self._stamp = _digest(modules)
        function.__qualname__ = f"{function.__name__}-{self._stamp}"
        try:
            self._compiled = njit(cache=True, **_HOW)(function)
        except RuntimeError:  # no folder to keep it in
            self._compiled = njit(**_HOW)(function)

    def __call__(self, *arguments: Any) -> Any:
        """Run it, compiled for the types of these arguments."""
        return self._compiled(*arguments)

    @property
    def kept(self) -> bool:
        """Whether some process has compiled it and kept the code."""
        path = self._compiled.stats.cache_path
        return path is not None and any(Path(path).glob(f"*-{self._stamp}-*.nbi"))


def _digest(modules: Iterable[ModuleType]) -> str:
    digest = hashlib.sha256()
    for module in modules:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:16]
