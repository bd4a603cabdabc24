"""Threads beside the main one: their results are waited for, so they change nothing but time.

Unlike the pools of `concurrent.futures` these threads are daemons: an interrupted program ends at
once and does not wait for the work that is still running. A process that was forked starts threads
of its own, since those of its parent are not copied.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Semaphore, Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """One thread that does what is submitted, in order; it starts with the first submission.

    Args:
        name: of the thread, for debuggers.
    """

    def __init__(self, name: str) -> None:
        self._name, self._lock = name, Lock()
        self._queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def submit(self, task: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have task(*args, **kwargs) computed; ask the Future for its result or its exception."""
        future: Future[T] = Future()
        with self._lock:
            if self._queue is None:
                self._queue = SimpleQueue()
                Thread(target=_serve, args=(self._queue,), name=self._name, daemon=True).start()
            self._queue.put((future, lambda: task(*args, **kwargs)))
        return future

    def _forget(self) -> None:
        """Have no thread, in a child process: nobody there will release what its parent held."""
        self._lock, self._queue = Lock(), None


def together(tasks: Sequence[Callable[[], T]], *, at_once: int | None = None) -> list[T]:
    """Return the results of all tasks, computed side by side, at most `at_once` of them at a time.

    Raises what a task raises, and KeyboardInterrupt at once: nobody waits for the other tasks then.
    """
    futures: list[Future[T]] = [Future() for _ in tasks]
    turns = Semaphore(len(tasks) if at_once is None else at_once)

    def taken(future: Future[T], task: Callable[[], T]) -> None:
        with turns:
            _do(future, task)

    for future, task in zip(futures, tasks, strict=True):
        Thread(target=taken, args=(future, task), name="vdsc-together", daemon=True).start()
    return [future.result() for future in futures]


def _serve(queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]]]) -> None:
    while True:
        _do(*queue.get())


def _do(future: Future[T], task: Callable[[], T]) -> None:
    """Compute a task for its future; what the task raises is raised where the result is asked."""
    try:
        result = task()
    except BaseException as reason:
        future.set_exception(reason)
    else:
        future.set_result(result)
