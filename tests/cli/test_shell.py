"""The command line as a process: pipes, full disks, signals, terminals."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
VDSC = [sys.executable, "-m", "tests.cli.fake_main"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}


def run(*arguments, **options):
    return subprocess.run(
        [*VDSC, *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        timeout=60,
        check=False,
        **options,
    )


def shell(script):
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script.replace("vdsc", " ".join(VDSC))],
        env=ENVIRONMENT, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


def test_pipes_carry_the_data(motion):
    """A clip goes through two processes and comes out as it was."""
    result = shell("vdsc compress - < clip.npy | vdsc decompress - > out.npy")
    assert result.returncode == 0
    np.testing.assert_array_equal(np.load("out.npy"), motion)


@pytest.mark.parametrize(
    "command", ["decompress - < big.vds", "info big.vds", "info --json big.vds"]
)
def test_a_closed_pipe_is_quiet(command):
    """Where the reader leaves early, vdsc ends with 1 and says nothing of it."""
    np.save("big.npy", np.zeros((20_000, 16)))
    assert run("compress", "big.npy").returncode == 0
    # The reader is given time to leave first, on a busy machine, too.
    result = shell(f"{{ sleep 1; vdsc {command}; }} | (exec 0<&-; sleep 0.5)")
    assert b"Traceback" not in result.stderr
    assert b"Broken pipe" not in result.stderr
    assert b"Exception" not in result.stderr
    assert result.returncode == 1


@pytest.mark.parametrize("target", ["-o /dev/full", "-o - > /dev/full"])
def test_a_full_disk_is_one_line(motion, target):
    """No space left is told in one line with exit code 1; the device is still there."""
    result = shell(f"vdsc compress clip.npy {target}")
    assert result.returncode == 1
    assert b"No space left" in result.stderr
    assert result.stderr.count(b"\n") == 1
    assert Path("/dev/full").is_char_device()


def heed_ctrl_c():
    """Undo a shell's habit: its background jobs, which a test run may be, ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_leave_no_partial_file(motion, number, code):
    """Ctrl-C and SIGTERM in the middle of writing leave only the input."""
    process = subprocess.Popen(
        [*VDSC, "compress", "clip.npy", "--model", "slow"],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - no threads here, and only SIGINT is set back
    )  # fmt: skip
    assert process.stdout.readline() == b"ready\n"
    assert len(os.listdir()) == 2
    process.send_signal(number)
    _, words = process.communicate(timeout=30)
    assert process.returncode == code
    assert b"Traceback" not in words
    assert os.listdir() == ["clip.npy"]


def test_terminals_are_no_place_for_data(motion):
    """With stdin or stdout a terminal, `-` is refused with advice."""
    controller, terminal = pty.openpty()
    try:
        reading = run("compress", "-", stdin=terminal)
        writing = subprocess.run(
            [*VDSC, "compress", "clip.npy", "-o", "-"],
            env=ENVIRONMENT, stdout=terminal, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    finally:
        os.close(controller)
        os.close(terminal)
    assert (reading.returncode, writing.returncode) == (1, 1)
    assert b"stdin is a terminal" in reading.stderr
    assert b"name a file with -o" in writing.stderr


@pytest.mark.parametrize("no_color", [False, True])
def test_colour_is_for_terminals_that_want_it(motion, no_color):
    """A report on a terminal is coloured unless NO_COLOR is set."""
    controller, terminal = pty.openpty()
    environment = {**ENVIRONMENT, "TERM": "xterm", **({"NO_COLOR": "1"} if no_color else {})}
    subprocess.run(
        [*VDSC, "compress", "clip.npy"], env=environment, stderr=terminal, check=True, timeout=60
    )
    shown = os.read(controller, 65536)
    os.close(controller)
    os.close(terminal)
    assert b"100 bytes" in shown
    assert (b"\x1b[1;32m" in shown) != no_color


def test_tables_are_bold_on_a_terminal(motion):
    """On a terminal the names of the facts are bold; everything else is as in a pipe."""
    run("compress", "clip.npy")
    controller, terminal = pty.openpty()
    environment = {**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "120"}
    subprocess.run([*VDSC, "info", "clip.vds"], env=environment, stdout=terminal, check=True)
    shown = os.read(controller, 65536)
    os.close(controller)
    os.close(terminal)
    assert b"\x1b[1mknot" in shown or b"\x1b[1msize" in shown
    assert b"4 local, 28 global" in shown
