"""Whether compiled loops do the work: where numba is installed, and once they pay.

VDSC_COMPILED   0 never, 1 always, else once a process has had as much to do as loading them takes
"""

from __future__ import annotations

import importlib
import os
from threading import Lock
from typing import Any

SETTING = "VDSC_COMPILED"
"""The environment variable that settles it."""

LOAD, COMPILE = 1.0, 10.0
"""Seconds of NumPy's work from which loops pay that are kept on disk, and that are not yet."""


class LoopChoice:
    """What a process has had to do so far of one kind, and its module of loops once it is loaded.

    The module has `kept()`, whether its loops are compiled already, and `warm()`, which loads them.
    """

    def __init__(self, module: str) -> None:
        self._lock, self._seconds = Lock(), 0.0
        self._name, self._module = module, None
        self._fails = False

    def loops(self, seconds: float) -> Any:
        """The module, or None to leave to NumPy what would take it so many seconds."""
        setting = os.environ.get(SETTING)
        if setting == "0":
            return None
        self._seconds += seconds
        if self._module is None and not self._fails and self._lock.acquire(blocking=False):
            try:
                self._load(at_once=setting == "1")
            finally:
                self._lock.release()
        return self._module

    def _load(self, *, at_once: bool) -> None:
        """Load the loops if they pay; without numba, or with a broken one, never try again."""
        if not at_once and self._seconds < LOAD:
            return
        try:
            module: Any = importlib.import_module(self._name)
            if at_once or module.kept() or self._seconds >= COMPILE:
                module.warm()
                self._module = module
        except Exception:
            self._fails = True
