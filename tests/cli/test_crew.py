"""`-T`: several files at once, and what becomes of them when something goes wrong."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_shell import ENVIRONMENT, VDSC, heed_ctrl_c, run, shell
from vdsc.cli.failure import cores

NAMES = ("a", "b", "c", "d")


@pytest.fixture
def clips(folder):
    """Write a.npy to d.npy; the first values of a are the largest."""
    for i, name in enumerate(NAMES):
        np.save(f"{name}.npy", np.full((40, 3), 10.0 * (i == 0), np.float32))
    return [f"{name}.npy" for name in NAMES]


def words_of(result):
    return [line.split()[0] for line in result.stderr.decode().splitlines()]


@pytest.mark.parametrize("threads", ["2", "100"])
def test_words_come_in_order(clips, threads):
    """However many processes there are, files are the same and reports in the order of inputs."""
    result = run("compress", *clips, "-T", threads, "--model", "uneven")
    assert result.returncode == 0
    assert words_of(result) == clips
    assert run("test", *[f"{name}.vds" for name in NAMES], "-T", threads).returncode == 0
    back = run("decompress", *[f"{name}.vds" for name in NAMES], "--output-dir", "out", "-T", "2")
    assert back.returncode == 0
    for clip in clips:
        np.testing.assert_array_equal(np.load(f"out/{clip}"), np.load(clip))


def test_failures_are_each_files_own(clips):
    """A file that fails is said in its turn; the others are done; the first code is returned."""
    Path("b.npy").write_bytes(b"no array")
    Path("c.vds").touch()
    result = run("compress", *clips, "gone.npy", "-T", "2")
    assert result.returncode == 1
    lines = result.stderr.decode().splitlines()
    assert len(lines) == 5
    for line, name in zip(lines, ("a.npy ->", "b.npy", "c.vds exists", "d.npy ->", "gone.npy"),
                          strict=True):  # fmt: skip
        assert name in line
    assert Path("d.vds").exists()


def test_the_first_code_in_order_is_returned(clips):
    """The exit code is that of the first input that failed, not of the first to fail."""
    run("compress", *clips)
    Path("c.vds").write_bytes(b"newer\n")
    Path("d.vds").write_bytes(b"junk")
    files = ["a.vds", "c.vds", "d.vds"]
    assert run("decompress", *files, "--output-dir", "out", "-T", "3").returncode == 4
    assert run("test", *files, "-T", "3").returncode == 3


def test_a_killed_process_costs_one_file(clips):
    """What the system kills is said with advice, leaves no file, and the rest is done."""
    result = run("compress", *clips, "-T", "2", "--model", "killed")
    assert result.returncode == 1
    first, *rest = result.stderr.decode().splitlines()
    assert first.startswith("vdsc: a.npy: its process was ended by signal 9; ")
    assert "lower --threads or --memlimit" in first
    assert len(rest) == 3
    assert not Path("a.vds").exists()
    assert run("compress", "a.npy").returncode == 0
    assert sorted(os.listdir()) == sorted([*clips, *(f"{name}.vds" for name in NAMES)])


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, b"vdsc: interrupted\n"), (signal.SIGTERM, 143, b"")],
)
@pytest.mark.parametrize("everyone", [False, True])
def test_signals_end_all_of_it(clips, number, code, said, everyone):
    """Ctrl-C at a terminal, or a signal to the parent alone: one line and no partial file."""
    process = subprocess.Popen(
        [*VDSC, "compress", *clips, "--model", "slow", "-T", "2"],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - no threads here, and only SIGINT is set back
    )  # fmt: skip
    assert process.stdout.read(12).count(b"ready") == 2  # the lines of two may be mixed
    assert len(os.listdir()) == 6
    if everyone:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, words = process.communicate(timeout=30)
    assert (process.returncode, words) == (code, said)
    assert sorted(os.listdir()) == clips
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_processes_end_with_their_parent(clips):
    """A parent that is killed leaves no process waiting for work."""
    line = [*VDSC, "compress", "a.npy", "b.npy", "--model", "slowly", "-T", "2"]
    process = subprocess.Popen(
        line, env=ENVIRONMENT, stderr=subprocess.PIPE, start_new_session=True
    )
    while len(os.listdir()) < 6:
        pass
    process.kill()
    process.communicate(timeout=30)  # stderr closes when the last of them has ended


@pytest.mark.parametrize("target", ["/dev/full", "&-"])
def test_words_that_nobody_gets_change_nothing(clips, target):
    """With a full or closed stderr the work is done all the same."""
    assert shell(f"vdsc compress a.npy b.npy c.npy -T 2 2>{target}").returncode == 0
    assert {"a.vds", "b.vds", "c.vds"} <= set(os.listdir())


def test_stdin_goes_to_stdout_among_others(clips):
    """'-' may be one of several inputs; its data alone go to stdout."""
    shell("vdsc compress a.npy -o first.vds")
    result = shell("vdsc compress - b.npy c.npy -T 2 < a.npy")
    assert result.returncode == 0
    assert result.stdout == Path("first.vds").read_bytes()
    assert words_of(result) == ["-", "b.npy", "c.npy"]


def test_a_closed_pipe_is_quiet(clips):
    """Where the reader of stdout leaves early, vdsc ends with 1 and says nothing of it."""
    np.save("big.npy", np.zeros((20_000, 16)))
    result = shell("vdsc compress - a.npy b.npy -T 2 < big.npy | (exec 0<&-; sleep 0.5)")
    assert result.returncode == 1
    assert b"Broken pipe" not in result.stderr
    assert b"Traceback" not in result.stderr


FORKED = """
import os, signal
from vdsc.cli import crew, process

signal.signal(signal.SIGTERM, process._terminate)
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))
print(*crew.side_by_side(["clip.npy"], print, 1, quiet=True))
"""


def test_a_process_that_is_ended_as_it_begins_is_quiet():
    """A signal that comes while Python tidies up after the fork waits until that is done."""
    command = [sys.executable, "-c", FORKED]
    result = subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=True, timeout=60)
    assert result.stdout == b"1\n"
    assert b"Traceback" not in result.stderr
    assert b"clip.npy: its process was ended" in result.stderr


def test_a_terminal_sees_how_many_are_done(clips):
    """On a terminal one bar counts files, and the reports stand above it."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*VDSC, "compress", *clips, "-T", "2", "--model", "slowly"],
        env={**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "200"}, stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    try:
        while chunk := os.read(controller, 65536):
            shown += chunk
    except OSError:  # the terminal is closed
        pass
    assert process.wait(timeout=30) == 0
    assert b"/4 files" in shown
    assert shown.count(b" -> ") == 4


@pytest.mark.parametrize("number", ["-1", "2.5", "many", "4097"])
def test_a_number_of_threads_is_whole(vdsc, clips, number):
    """What is no whole number from 0 to 4096 is a usage error."""
    assert vdsc("compress", *clips, f"--threads={number}").exit_code == 2


def test_all_cores_are_those_that_may_be_used():
    """-T 0 counts the cores of this process, not those of the machine."""
    assert cores() == len(os.sched_getaffinity(0))
