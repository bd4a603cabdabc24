"""What `compress` says of a file: one line on stderr, and its warnings on lines of their own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from vdsc.cli.progress import console, is_terminal
from vdsc.cli.speech import say
from vdsc.core.words import printable

if TYPE_CHECKING:
    from vdsc.api.report import GroupError, Report


def say_report(path: str, output: str, report: Report, note: str = "") -> None:
    """Say what `path` became, how small, how close, how fast; then what to be warned of.

    note: how the frames that were compressed differ from those of the file, if they do.
    """
    parts = (
        (f"{printable(path)} -> {printable(output)}  ", ""),
        (f"{report.file_bytes:,} bytes", "bold"),
        (f"  {report.ratio:.1f}x", "bold green"),
        (f"  {report.bits_per_value:.4g} bits/value  {error_words(report)}", ""),
        (f"  {report.seconds:.1f} s{maker_words(report)}", "dim"),
    )
    if is_terminal(sys.stderr):  # rich takes its time to import
        from rich.text import Text

        console(sys.stderr).print(Text.assemble(*parts), soft_wrap=True)
    else:
        say("".join(words for words, _ in parts))
    if note:
        say(f"vdsc: note: {printable(path)}: {printable(note)}")
    for warning in report.warnings:
        say(f"vdsc: warning: {printable(path)}: {printable(warning)}")


def maker_words(report: Report) -> str:
    """By which model and with how many knots, or by which methods, and what was chosen and why."""
    words = "; ".join(part for part in (report.made_by, report.chosen) if part)
    return f"  ({printable(words)})" if words else ""


def error_words(report: Report) -> str:
    """What the file loses: PSNR of video, else the mean and the largest absolute error.

    The first group of channels is the one that the report's own errors are of; others follow.
    """
    if report.lossless:
        return "lossless, verified" if report.verified else "lossless, not verified"
    return _lost(report) + ("" if report.verified else ", not verified")


def _lost(report: Report) -> str:
    """What a file with loss loses."""
    if report.psnr is not None:
        return f"PSNR {report.psnr:.2f} dB"
    if report.mean_error is None or report.max_error is None:
        return "error not measured"
    first, *others = report.groups
    return "; ".join([f"error {_absolute(first)}", *map(_group, others)])


def _group(group: GroupError) -> str:
    return printable(f"{group.name} {_absolute(group)}")


def _absolute(group: GroupError) -> str:
    unit = f" {group.unit}" if group.unit else ""
    there = group.channel is not None
    where = f" (channel {group.channel}, frame {group.frame})" if there else ""
    return f"mean {group.mean:.3g}{unit}, max {group.max:.3g}{unit}{where}"
