"""What is said of the work: reports, warnings, spans of time, progress."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from dataclasses import replace

import pytest

from tests.cli import fake_api
from vdsc.cli import progress
from vdsc.cli.dates import span_words
from vdsc.cli.progress import progress_bar, progress_words


def test_a_report_says_every_group_and_warning(vdsc, motion):
    """Further groups of channels follow the first; warnings have lines of their own."""
    lines = vdsc("compress", "clip.npy", "--model", "talkative").stderr.splitlines()
    assert len(lines) == 3
    words = "error mean 0.25 deg, max 1.5 deg (channel 4, frame 7); hip mean 0.01 m, max 0.5 m  0.1"
    assert words in lines[0]
    assert lines[0].endswith("(talkative, 7 knots; lossless is larger)")
    assert lines[1] == "vdsc: warning: clip.npy: the hip moves far; \\x1b[31m"
    assert lines[2] == "vdsc: warning: clip.npy: second"


def test_info_is_a_summary_first(vdsc, motion):
    """Chunks are listed with -v only; bytes by purpose always, with their share in percent."""
    vdsc("compress", "clip.npy")
    brief, full = vdsc("info", "clip.vds").stdout, vdsc("info", "-v", "clip.vds").stdout
    assert full.startswith(brief)
    assert full.removeprefix(brief) == (
        "  chunk 0      40 frames, 7 knots, 40 bytes\n  chunk 1      arrays, 20 bytes\n"
    )
    names = [line.split("  ")[0] for line in brief.splitlines() if not line.startswith(" ")]
    assert names[:6] == ["file", "size", "codec", "model", "values", "times"]
    assert "quality        75\n" in brief
    assert "unit           cm\n" in brief
    assert "chunks         2\n" in brief
    assert "  knot values  50 bytes, 50.0 %\n" in brief


def test_models_fit_into_eighty_columns(vdsc, monkeypatch):
    """No line of the list is longer than 80 columns; hashes are short unless -v asks for all."""
    (card,) = fake_api.installed_models()
    long = replace(card, domain="video of any size " * 5, data="walks " * 40, measured="60x " * 50)
    monkeypatch.setattr(fake_api, "installed_models", lambda: [card, long])
    brief, full = vdsc("models").stdout, vdsc("models", "-v").stdout
    assert max(map(len, [*brief.splitlines(), *full.splitlines()])) <= 80
    assert brief.count("60x") == 51
    assert (brief.count(card.digest), full.count(card.digest)) == (0, 2)
    assert "walks" not in brief
    assert full.count("walks") == 40


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (0.0, 5.016666, "0 to 5.01667 s"),
        (1714564800.0, 1714564830.5, "2024-05-01 12:00:00.000 to 2024-05-01 12:00:30.500 UTC"),
        (1714564799.9996, 1714564800.0, "2024-05-01 12:00:00.000 to 2024-05-01 12:00:00.000 UTC"),
        (631152000.0, 631152001.0, "1990-01-01 00:00:00.000 to 1990-01-01 00:00:01.000 UTC"),
        (631151999.0, 631152001.0, "6.31152e+08 to 6.31152e+08 s"),
        (1e12, 1e12, "1e+12 to 1e+12 s"),
        (-5.0, 1714564800.0, "-5 to 1.71456e+09 s"),
    ],
)
def test_epochs_are_dates(start, end, words):
    """Seconds that are Unix times from 1990 on are shown as dates, all others as seconds."""
    assert span_words(start, end) == words


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [
        (16, 40, 2.0, " 40 %  16/40 frames  8 frames/s  0:00:03 left"),
        (40, 40, 2.0, "100 %  40/40 frames  20 frames/s"),
        (1234, 61234, 0.5, "  2 %  1,234/61,234 frames  2,468 frames/s  0:00:24 left"),
        (1, 3, 40.0, " 33 %  1/3 frames  0.025 frames/s  0:01:20 left"),
        (0, 40, 2.0, "  0 %  0/40 frames  0 frames/s"),
        (0, 0, 0.0, "  0 %  0/0 frames  0 frames/s"),
    ],
)
def test_progress_has_percentage_speed_and_time_left(done, total, seconds, words):
    """The time left is what the mean speed so far makes of the rest."""
    assert progress_words(done, total, seconds, "frames") == words


@pytest.fixture
def terminal(monkeypatch):
    """A terminal, and a function that returns what it has been shown once that holds `words`."""
    controller, other = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(progress, "PATIENCE", 0.05)
    with os.fdopen(other, "w") as stream:
        shown = bytearray()

        def until(words):
            end = time.monotonic() + 30
            while words not in shown and time.monotonic() < end:
                assert select.select([controller], [], [], 30)[0], bytes(shown)
                shown.extend(os.read(controller, 65536))
            return bytes(shown)

        yield stream, until
    os.close(controller)


def test_a_bar_pulses_before_the_first_tick(terminal, monkeypatch):
    """Work of one piece shows its name and a bar that moves; a tick then adds figures to it."""
    stream, until = terminal
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_bar("clip\x1b.npy") as tick:
        first = until(b"clip\\x1b.npy")
        assert b"%" not in first
        tick(40, 40)
        assert b"100 %  40/40 frames" in until(b"frames/s")


def test_quick_work_shows_no_bar(terminal, monkeypatch):
    """A bar whose work ended before its time is never drawn."""
    stream, until = terminal
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "PATIENCE", 3600)
    with progress_bar("clip.npy") as tick:
        tick(1, 2)
    bar = progress._Bar("clip.npy", "frames")
    bar.stop()
    bar.draw()
    assert bar.drawn is None
    assert bar.timer.finished.is_set()
    stream.write("end")
    stream.flush()
    assert until(b"end") == b"end"
