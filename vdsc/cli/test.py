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
    import time

    from vdsc.cli.calls import decode
    from vdsc.cli.details import batch_words
    from vdsc.cli.progress import progress_bar
    from vdsc.cli.speech import say
    from vdsc.io.spool import open_input

    h.check_talk(quiet=quiet, verbose=verbose)
    places = expand(files, (".vds",), recursive=recursive, exclude=exclude, quiet=quiet)

    def work(path: str) -> None:
        done, moments = 0, [time.monotonic()]
        with open_input(path) as stream, progress_bar(path, shown=not quiet) as progress:
            decoding = decode(stream, fps=None, times=None, memlimit=memlimit)
            for frames in decoding:
                done += len(frames)
                moments.append(time.monotonic())
                if progress:
                    progress(done, decoding.outline.frames)
        if not quiet:
            said = f"ok, {done:,} frames  {time.monotonic() - moments[0]:.1f} s"
            say(f"{printable(path)}: {said}")
        if verbose:
            say(f"  {batch_words(moments)}")

    each(places, work, threads=threads, quiet=quiet, worst=CorruptFile.exit_code)
