"""`vdsc compress`."""

from __future__ import annotations

from typing import Annotated

import typer

from vdsc.cli import habits as h
from vdsc.cli import options as o
from vdsc.cli import pack_folder
from vdsc.cli.failure import each
from vdsc.cli.naming import vds_name
from vdsc.cli.plan import expand, make_folder, origin, plan

OTHER = "--fps or --times date its frames, in place of its own times"


def compress(
    context: typer.Context,
    inputs: o.InputsArgument,
    *,
    out: o.OutOption = None,
    output_dir: o.OutputDirOption = None,
    recursive: o.RecursiveOption = False,
    fps: o.FpsOption = None,
    times: o.TimesOption = None,
    quality: Annotated[
        int | None,
        typer.Option(
            parser=o.whole(1, 100),
            metavar="1..100",
            envvar="VDSC_QUALITY",
            help="Size against error (default: 75).",
        ),
    ] = None,
    max_error: Annotated[
        str | None,
        typer.Option(
            metavar="E|E%|Ecm|FILE",
            help="What no value may be off by: in its own unit, of what each channel ranges over, "
            "or one number for each channel in a file; with mm, cm, m or in: what no joint of a "
            ".bvh file may be off by.",
        ),
    ] = None,
    unit: Annotated[
        str,
        typer.Option(metavar="LENGTH", help="What 1 unit of a .bvh file is, such as 5.644cm."),
    ] = "",
    psnr: Annotated[
        float | None,
        typer.Option(
            parser=o.decibels, metavar="DB", help="The quality that reaches so many dB (range)."
        ),
    ] = None,
    target_size: Annotated[
        int | None,
        typer.Option(
            parser=o.parse_size, metavar="SIZE", help="The quality that fits, such as 20k."
        ),
    ] = None,
    missing: Annotated[
        str | None,
        typer.Option(
            parser=o.choice("nan"), metavar="nan", help="NaNs are gaps, and come back as such."
        ),
    ] = None,
    knots: Annotated[
        str | None,
        typer.Option(
            parser=o.choice("learned", "full", "placed", "even"),
            metavar="[learned|full|placed|even]",
            help="Of knots: where a network says, or at each frame (default: learned); of linear: "
            "where they save most, or evenly (default: placed).",
        ),
    ] = None,
    grid: Annotated[
        str | None,
        typer.Option(
            parser=o.choice("rec", "prior", "auto"),
            metavar="[rec|prior|auto]",
            help="Knot times: medians of the posterior under a frozen prior, samples of it by "
            "relative entropy coding, or the smaller of both (default: prior).",
        ),
    ] = None,
    parts: Annotated[
        float | None,
        typer.Option(
            parser=o.parse_seconds,
            metavar="TIME",
            help="Parts of so many seconds that are decoded alone: any of it is read at once "
            "(default: none in 5 minutes, 10 seconds or more each in longer sequences; 0: none).",
        ),
    ] = None,
    lossless: Annotated[
        bool, typer.Option("--lossless", help="Give back every bit, of any array of numbers.")
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(help="Check that each chunk decodes to the frames whose errors are said."),
    ] = True,
    codec: Annotated[
        str | None,
        typer.Option(parser=o.codec_name, metavar="NAME", help="Codec (default: the one fitting)."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            parser=o.file_name,
            metavar="NAME|PATH",
            help="Checkpoint (default: the one fitting).",
        ),
    ] = None,
    device: o.DeviceOption = None,
    seed: Annotated[
        int | None, typer.Option(parser=o.whole(0), metavar="N", help="Seed of what is drawn.")
    ] = None,
    effort: Annotated[
        int | None,
        typer.Option(
            parser=o.whole(0, 9),
            metavar="0..9",
            help="How much a model's encoder searches for fewer bytes; 0: what the networks say "
            "(default: 5).",
        ),
    ] = None,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    form: o.FormatOption = "",
    force: o.ForceOption = False,
    exclude: h.ExcludeOption = None,
    threads: h.ThreadsOption = 1,
    rm: h.RemoveOption = False,
    keep: h.KeepOption = False,
    quiet: h.QuietOption = False,
    verbose: h.VerboseOption = False,
) -> None:
    """Compress arrays to .vds files.

    INPUT is an .npy, .npz (FILE.npz:KEY names one of several arrays), .csv, .tsv, .parquet, .wav,
    .bvh or .c3d file, a video (.mp4, .mov, .mkv, .webm, .gif), a picture (.png, .jpg, .bmp, .tif,
    .webp) or a folder of them, a directory of files with -r, or '-': any numbers (T, ...). A
    checkpoint codes what it knows, if it does that better than the codec without one. -r DIR
    -o OUT.vds makes one file of many clips, as pack.
    """
    from vdsc.cli.calls import Wish, check_written, encode
    from vdsc.cli.details import say_details
    from vdsc.cli.progress import progress_bar
    from vdsc.cli.removal import check_removal, check_source, removable, remove
    from vdsc.cli.talk import say_report
    from vdsc.io.replacing import replacing
    from vdsc.io.source import SUFFIXES, open_source
    from vdsc.io.times_file import times_of

    promised = max_error, psnr, target_size, lossless, codec in o.NO_QUALITY
    if h.by_itself(context, "quality", *promised):
        quality = None
    h.check_talk(quiet=quiet, verbose=verbose)
    o.exclusive(fps=fps, times=times)
    o.exclusive(quality=quality, max_error=max_error, psnr=psnr, target_size=target_size)
    o.check_codec(
        codec,
        lossless=lossless,
        quality=quality,
        max_error=max_error,
        psnr=psnr,
        target_size=target_size,
        knots=knots,
        grid=grid,
        effort=effort,
        model=model,
    )
    places = expand(
        inputs,
        SUFFIXES,
        recursive=recursive,
        exclude=exclude,
        links=force,
        quiet=quiet,
        pictures=True,
    )
    one_file = pack_folder.asked_for(inputs, out, recursive=recursive)
    if one_file:
        pack_folder.refuse(output_dir=output_dir, times=times, parts=parts, rm=rm)
    alone = None if one_file else out
    todo = plan(places, alone, output_dir, vds_name, recursive=recursive, times=times)
    if rm:
        check_removal(todo, keep=keep, no_verify=not verify)
    wish = Wish(
        fps=fps,
        times=None if times is None else times_of(times),
        codec=codec,
        lossless=lossless,
        verify=verify,
        model=model,
        quality=quality,
        max_error=None if max_error is None else o.error_bound(max_error),
        unit=unit,
        psnr=psnr,
        target_size=target_size,
        missing=missing,
        knots=knots,
        grid=grid,
        device=device,
        seed=seed,
        effort=effort,
        parts=parts,
    )

    if one_file and out is not None:
        pack_folder.pack_places(
            places, out, wish, memlimit=memlimit, form=form, force=force, quiet=quiet
        )
        return

    def work(path: str) -> None:
        output = todo.output(path)
        make_folder(output, output_dir)
        before = removable(path, output) if rm else origin(path)
        with open_source(path, exact=wish.exact, limit=memlimit, form=form) as source:
            if rm:
                check_source(source)
            with (
                replacing(output, force=force, like=before) as stream,
                progress_bar(path, shown=not quiet) as progress,
            ):
                report = encode(source, stream, wish, progress)
            if not quiet:
                replaced = OTHER if source.clock is not None and (fps or times) else ""
                say_report(path, output, report, "; ".join(filter(None, (source.note, replaced))))
            if verbose:
                say_details(report)
            if rm and before is not None:
                check_written(source, output, report, memlimit=memlimit)
                remove(path, before, output)

    each(todo, work, threads=threads, quiet=quiet)
