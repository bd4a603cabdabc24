"""`vdsc test`."""
# ruff: noqa: PT028 -- a command, not a test

from __future__ import annotations

from vdsc.cli import habits as h
from vdsc.cli import options as o
from vdsc.cli.failure import each
from vdsc.cli.plan import expand
from vdsc.core.words import printable
from vdsc.errors import CorruptFile


def test(
    files: o.FilesArgument,
    *,
    recursive: o.RecursiveOption = False,
    exclude: h.ExcludeOption = None,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    threads: h.ThreadsOption = 1,
    quiet: h.QuietOption = False,
    verbose: h.VerboseOption = False,
) -> None:
    """Decode .vds files, check all checksums, write nothing.

    Says one line for each. The exit code is 3 if any file is damaged, else that of the first
    failure: 5 says that a file could not be decoded because its model is missing.
    """
    from vdsc.cli.calls import every_frame
    from vdsc.cli.details import time_words
    from vdsc.cli.progress import progress_bar
    from vdsc.cli.speech import say
    from vdsc.core.laps import Laps
    from vdsc.io.spool import open_input

    h.check_talk(quiet=quiet, verbose=verbose)
    places = expand(files, (".vds",), recursive=recursive, exclude=exclude, links=True)

    def work(path: str) -> None:
        done, laps = 0, Laps()
        with open_input(path) as stream, progress_bar(path, shown=not quiet) as progress:
            decoding = every_frame(stream, memlimit=memlimit)
            for frames in decoding:
                done += len(frames)
                laps.lap()
                if progress:
                    progress(done, decoding.outline.frames)
        if not quiet:
            say(f"{printable(path)}: ok, {done:,} frames  {laps.total:.1f} s")
        if verbose:
            say(f"  {time_words(laps.count, 'batch', laps.total, laps.slowest)}")

    each(places, work, threads=threads, quiet=quiet, worst=CorruptFile.exit_code)
