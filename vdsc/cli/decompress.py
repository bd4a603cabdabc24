"""`vdsc decompress`."""

from __future__ import annotations

from vdsc.cli import options as o
from vdsc.cli.failure import each
from vdsc.cli.naming import restored_name
from vdsc.cli.plan import expand, make_folder, plan
from vdsc.core.words import printable


def decompress(
    files: o.FilesArgument,
    *,
    out: o.OutOption = None,
    output_dir: o.OutputDirOption = None,
    recursive: o.RecursiveOption = False,
    fps: o.FpsOption = None,
    times: o.TimesOption = None,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    form: o.OutputFormatOption = "",
    force: o.ForceOption = False,
) -> None:
    """Decode .vds files to what they were made from, or to arrays.

    Without --fps and --times the original times come back. The suffix of -o says what is written:
    .npy, for (T, C) also .csv and .tsv, for sound .wav, for video .mp4 and .gif.
    """
    import time

    from vdsc.cli.calls import decode
    from vdsc.cli.progress import progress_bar
    from vdsc.cli.speech import say
    from vdsc.io.replacing import check_target
    from vdsc.io.sink import check_suffix, open_sink
    from vdsc.io.spool import open_input
    from vdsc.io.times_file import read_times

    o.exclusive(fps=fps, times=times)

    def rename(path: str) -> str:
        return restored_name(path, form, memlimit)

    places = expand(files, (".vds",), recursive=recursive)
    todo = plan(places, out, output_dir, rename, recursive=recursive, times=times)
    dates = None if times is None else read_times(times)

    def work(path: str) -> None:
        output, start = todo.output(path), time.monotonic()
        check_suffix(output, form)
        make_folder(output, output_dir)
        check_target(output, force=force)
        with open_input(path) as stream, progress_bar(path) as progress:
            decoding = decode(stream, fps=fps, times=dates, memlimit=memlimit)
            outline = decoding.outline
            done = 0
            with open_sink(output, outline, decoding.meta, force=force, form=form) as sink:
                for frames in decoding:
                    sink.write(frames)
                    done += len(frames)
                    if progress:
                        progress(done, outline.frames)
        words = f"{outline.frames} frames at {float(outline.mean_rate):g}/s"
        words = f"{words}  {time.monotonic() - start:.1f} s"
        say(f"{printable(path)} -> {printable(output)}  {words}")

    each(todo, work)
