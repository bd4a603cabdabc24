"""The process around the commands: closed and full streams, signals, what is left behind."""

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


def test_the_package_is_a_program():
    """`python -m vdsc` is the command line."""
    result = subprocess.run(
        [sys.executable, "-m", "vdsc", "info", "missing.vds"],
        env=ENVIRONMENT, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr == b"vdsc: missing.vds: no such file; check the path\n"


@pytest.mark.parametrize("command", ["info clip.vds", "info --json clip.vds", "--help"])
@pytest.mark.parametrize(("target", "words"), [("/dev/full", b"No space left"), ("&-", b"closed")])
def test_output_that_nobody_gets_is_a_failure(motion, command, target, words):
    """A full or closed stdout ends in one line and exit code 1; a closed one just has no help."""
    run("compress", "clip.npy")
    result = shell(f"vdsc {command} >{target}")
    if target == "&-" and command == "--help":
        assert (result.returncode, result.stderr) == (0, b"")
        return
    assert result.returncode == 1
    assert words in result.stderr
    assert result.stderr.count(b"\n") == 1


@pytest.mark.parametrize("target", ["/dev/full", "&-"])
@pytest.mark.parametrize(
    ("command", "code"),
    [("compress clip.npy", 0), ("info no.vds", 1), ("info --no", 2), ("compress no clip.npy", 1)],
)
def test_words_that_nobody_gets_change_nothing(motion, command, code, target):
    """With a full or closed stderr the work is done and the exit code is the same."""
    result = shell(f"vdsc {command} 2>{target}")
    assert (result.returncode, result.stdout) == (code, b"")
    assert Path("clip.vds").exists() == ("clip.npy" in command)


def test_data_never_goes_where_words_should(motion):
    """With stdout and stderr closed, the output file is the data and nothing else."""
    run("compress", "clip.npy", "-o", "open.vds")
    assert shell("vdsc compress clip.npy >&- 2>&- <&-").returncode == 0
    assert Path("clip.vds").read_bytes() == Path("open.vds").read_bytes()


def test_a_closed_stdout_takes_no_data(motion):
    """`-o -` with stdout closed is refused with advice."""
    result = shell("vdsc compress clip.npy -o - >&-")
    assert result.returncode == 1
    assert b"stdout is closed" in result.stderr


def test_a_full_disk_under_a_video_is_one_line(video):
    """A .mp4 that cannot be written ends in one line and exit code 1."""
    run("compress", "video.npy")
    os.symlink("/dev/full", "full.mp4")
    result = run("decompress", "video.vds", "-o", "full.mp4", "-f")
    assert result.returncode == 1
    assert b"No space left" in result.stderr
    assert result.stderr.count(b"\n") == 1
    assert Path("/dev/full").is_char_device()


def interrupted(arguments, number):
    """Send a signal to a command that has said that it is ready; its exit code and words."""
    process = subprocess.Popen(
        [*VDSC, *arguments],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - no threads here, and only SIGINT is set back
    )  # fmt: skip
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    _, words = process.communicate(timeout=30)
    return process.returncode, words


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, b"vdsc: interrupted\n"), (signal.SIGTERM, 143, b"")],
)
def test_a_busy_thread_is_not_waited_for(motion, number, code, said):
    """A signal ends the process though a thread would be busy for a minute, and tidies up."""
    assert interrupted(["compress", "clip.npy", "--model", "busy"], number) == (code, said)
    assert os.listdir() == ["clip.npy"]


def test_ctrl_c_ends_a_batch(motion):
    """Ctrl-C stops all the work, not only the file at hand."""
    np.save("next.npy", motion)
    code, words = interrupted(["compress", "clip.npy", "next.npy", "--model", "slow"], 2)
    assert (code, words) == (130, b"vdsc: interrupted\n")
    assert sorted(os.listdir()) == ["clip.npy", "next.npy"]


def test_ctrl_c_during_the_imports_is_one_line():
    """An interrupt before any command runs shows no traceback either."""
    program = (
        "import os, signal, sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': os.kill(os.getpid(), signal.SIGINT)\n"
        "from vdsc.cli.process import main\n"
        "sys.meta_path.insert(0, Finder())\n"
        "main()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=ENVIRONMENT, capture_output=True, timeout=60, check=False,
        preexec_fn=heed_ctrl_c,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (130, b"vdsc: interrupted\n")


def test_a_terminal_that_goes_away_does_not_end_the_work(motion):
    """When stderr's terminal is closed while a bar is drawn, the file is written all the same."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*VDSC, "compress", "clip.npy", "--model", "slowly"],
        env={**ENVIRONMENT, "TERM": "xterm"}, stdout=subprocess.PIPE, stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    while b"16/40" not in shown or b" left" not in shown:
        shown += os.read(controller, 65536)
    os.close(controller)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    assert sorted(os.listdir()) == ["clip.npy", "clip.vds"]
    for words in (b"40 %  16/40 frames", b" frames/s", b" left"):
        assert words in shown


def test_threads_are_few_unless_the_user_says(monkeypatch):
    """One thread for the commands' arithmetic; a number that is set stays; training has its own."""
    program = (
        "import os, sys; from vdsc.cli import process; process._prepare(); "
        "print(os.environ.get('OMP_NUM_THREADS'), os.environ.get('OPENBLAS_NUM_THREADS'))"
    )
    plain = {k: v for k, v in ENVIRONMENT.items() if not k.endswith("_NUM_THREADS")}

    def said(command, **more):
        words = [sys.executable, "-c", program, command]
        return subprocess.check_output(words, env={**plain, **more}, text=True).split()

    assert said("compress") == ["1", "1"]
    assert said("decompress", OMP_NUM_THREADS="3") == ["3", "1"]
    assert said("train") == ["None", "None"]


def test_the_signal_of_a_background_job_stays_ignored(motion):
    """Where the shell ignores SIGINT, as for background jobs, vdsc does, too."""
    program = "import signal; from vdsc.cli import process; process._prepare(); print(signal.getsignal(2) is signal.SIG_IGN)"  # noqa: E501
    words = [sys.executable, "-c", f"import signal; signal.signal(2, signal.SIG_IGN); {program}"]
    assert subprocess.check_output(words, env=ENVIRONMENT) == b"True\n"


def test_time_is_given_to_tidy_up_but_not_for_ever():
    """A command that does not end after a signal is ended: the exit code is the signal's."""
    program = (
        "import sys, time; from vdsc.cli import process; process.GRACE = 0.1\n"
        "import vdsc.cli.app as a\n"
        "def stuck():\n"
        "    try:\n        print('ready', flush=True); time.sleep(60)\n"
        "    finally:\n        time.sleep(60)\n"
        "a.app = stuck\nprocess.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=ENVIRONMENT, stdout=subprocess.PIPE,
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - as above
    )  # fmt: skip
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
