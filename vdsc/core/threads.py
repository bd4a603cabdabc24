"""One thread for matrix products that are so small that more of them would wait for each other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@contextmanager
def one_thread() -> Iterator[None]:
    """Run a block on one thread of BLAS, and of torch where that is loaded, and restore both."""
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch is not None else 1
    with _libraries().limit(limits=1, user_api="blas"):
        if torch is not None and before != 1:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch is not None and before != 1:
                torch.set_num_threads(before)


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
