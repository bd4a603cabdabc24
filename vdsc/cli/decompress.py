"""`vdsc decompress`."""

from __future__ import annotations

from fractions import Fraction

from vdsc.cli import habits as h
from vdsc.cli import options as o
from vdsc.cli.failure import each
from vdsc.cli.naming import restored_name
from vdsc.cli.plan import expand, make_folder, origin, plan
from vdsc.core.words import printable

COMPRESS = ", or make a .vds file of it with 'vdsc compress'"


def decompress(
    files: o.FilesArgument,
    *,
    out: o.OutOption = None,
    output_dir: o.OutputDirOption = None,
    recursive: o.RecursiveOption = False,
    fps: o.FpsOption = None,
    times: o.TimesOption = None,
    start: o.StartOption = None,
    end: o.EndOption = None,
    region: o.RegionOption = None,
    scale: o.ScaleOption = None,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    form: o.OutputFormatOption = "",
    force: o.ForceOption = False,
    exclude: h.ExcludeOption = None,
    threads: h.ThreadsOption = 1,
    rm: h.RemoveOption = False,
    keep: h.KeepOption = False,
    quiet: h.QuietOption = False,
    verbose: h.VerboseOption = False,
) -> None:
    """Decode .vds files to what they were made from, or to arrays.

    Without --fps and --times the original times come back. The suffix of -o says what is written:
    .npy, for (T, C) also .csv and .tsv, for sound .wav, for video .mp4, .mov, .webm, .mkv (exact)
    and .gif, for one picture .png; a folder (-o frames/) gets a .png of each frame. --start and
    --end take a part, --region a part of every frame, --scale makes frames larger or smaller (codec
    field): an .npy, if no other file is named.
    """
    import time

    from vdsc.cli.calls import decode
    from vdsc.cli.details import time_words
    from vdsc.cli.progress import progress_bar
    from vdsc.cli.removal import check_output, check_removal, removable, remove
    from vdsc.cli.speech import say
    from vdsc.core.crop import as_region
    from vdsc.core.laps import Laps
    from vdsc.io.sink import check_place, open_sink
    from vdsc.io.spool import open_input
    from vdsc.io.times_file import times_of

    h.check_talk(quiet=quiet, verbose=verbose)
    o.exclusive(fps=fps, times=times)
    o.exclusive(times=times, start=start)
    o.exclusive(times=times, end=end)

    cropped = region is not None or scale is not None

    def rename(path: str) -> str:
        return restored_name(path, form or ("npy" if cropped else ""), memlimit)

    places = expand(
        files, (".vds",), recursive=recursive, exclude=exclude, links=force, quiet=quiet
    )
    todo = plan(places, out, output_dir, rename, recursive=recursive, times=times, hint=COMPRESS)
    if rm:
        check_removal(
            todo, keep=keep, fps=fps, times=times, start=start, end=end, region=region, scale=scale
        )
    dates = None if times is None else times_of(times)

    def work(path: str) -> None:
        output, began = todo.output(path), time.monotonic()
        make_folder(output, output_dir)
        check_place(output, force=force, form=form)
        before = removable(path, output) if rm else origin(path)
        with open_input(path) as stream, progress_bar(path, shown=not quiet) as progress:
            decoding = decode(
                stream,
                fps=fps,
                times=dates,
                start=start,
                end=end,
                region=() if region is None else as_region(region),
                scale=scale or Fraction(1),
                memlimit=memlimit,
            )
            outline = decoding.outline
            if rm:
                check_output(output, decoding)
            done, laps = 0, Laps()
            with open_sink(
                output, outline, decoding.meta, force=force, like=before, form=form
            ) as sink:
                for frames in decoding:
                    sink.write(frames)
                    done += len(frames)
                    laps.lap()
                    if progress:
                        progress(done, outline.frames)
        words = f"{outline.frames} frames at {float(outline.mean_rate):g}/s"
        words = f"{words}  {time.monotonic() - began:.1f} s"
        if not quiet:
            say(f"{printable(path)} -> {printable(output)}  {words}")
        if verbose:
            say(f"  {time_words(laps.count, 'batch', laps.total, laps.slowest)}")
        if rm and before is not None:
            remove(path, before, output)

    each(todo, work, threads=threads, quiet=quiet)
