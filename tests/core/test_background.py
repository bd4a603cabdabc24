"""Background threads: results, exceptions, forks and interruptions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from vdsc.core.background import Worker, together


def test_work_is_done_in_order():
    """A worker does one task after the other, so a later one finds the results of the earlier."""
    seen: list[int] = []
    worker = Worker("test")
    done = [worker.submit(seen.append, number) for number in range(100)]
    assert [one.result() for one in done] == [None] * 100
    assert seen == list(range(100))


def test_exceptions_reach_who_asks():
    """What a task raises is raised where its result is asked for, and the worker goes on."""
    worker = Worker("test")
    with pytest.raises(ZeroDivisionError):
        worker.submit(lambda: 1 // 0).result()
    assert worker.submit(lambda: 2).result() == 2
    with pytest.raises(ZeroDivisionError):
        together([lambda: 1, lambda: 1 // 0])


def test_results_are_in_the_order_of_tasks():
    """`together` returns each task's result in its place, however few run at once."""
    tasks = [lambda n=n: n * n for n in range(20)]
    for at_once in (None, 1, 2):
        assert together(tasks, at_once=at_once) == [n * n for n in range(20)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_has_threads_of_its_own():
    """A worker that has worked works in a forked child, too."""
    worker = Worker("test")
    assert worker.submit(lambda: 1).result() == 1
    assert forked(lambda: worker.submit(lambda: 2).result(timeout=60) == 2)


def test_an_interrupted_program_ends_without_its_tasks():
    """After Ctrl-C a program ends while a background task still has a minute to go."""
    program = (
        "import signal, time\n"
        "from vdsc.core.background import together\n"
        # A shell's background job, which a test run may be, ignores SIGINT.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def slow():\n    print('begun', flush=True)\n    time.sleep(60)\n"
        "together([slow])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=50) != 0


def forked(check, seconds=60):
    """Whether check() is true in a forked child that ends within some seconds."""
    child = os.fork()
    if not child:
        os._exit(0 if check() else 1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False
