"""Whether frames are coded by compiled loops: where numba is installed, and once they pay.

VDSC_COMPILED   0 never, 1 always, else once a process has had as much to do as loading them takes
"""

from __future__ import annotations

import importlib
import os
from math import prod
from threading import Lock
from typing import Any

SETTING = "VDSC_COMPILED"
"""The environment variable that settles it."""

LOAD, COMPILE = 1.0, 10.0
"""Seconds of NumPy's work from which loops pay that are kept on disk, and that are not yet."""

CHANNELS = 1 << 14
"""Frames of more channels are left to NumPy, which needs less memory for them."""

_MODULE = "vdsc.codecs.lossless.arrays.compiled.frame_coding"
_FRAME, _VALUE = 1.2e-3, 1.5e-5  # seconds that NumPy takes, about, for a round and for a value


class Choice:
    """What a process has had to do so far, and the module of loops once it has been loaded."""

    def __init__(self) -> None:
        self._lock, self._seconds = Lock(), 0.0
        self._module: Any = None
        self._fails = False

    def coding(self, shape: tuple[int, ...], rounds: int) -> Any:
        """The module that codes frames of this shape (T, D) by loops, or None to leave it to NumPy.

        It has `push` and `pop`, which keep the promises of those in `rank_frames.py`.
        """
        setting = os.environ.get(SETTING)
        if setting == "0" or not 0 < shape[1] <= CHANNELS:
            return None
        self._seconds += _FRAME * shape[0] * (1 + rounds) + _VALUE * prod(shape)
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
            module: Any = importlib.import_module(_MODULE)
            if at_once or module.kept() or self._seconds >= COMPILE:
                module.warm()
                self._module = module
        except Exception:
            self._fails = True


CHOICE = Choice()
"""That of this process."""
