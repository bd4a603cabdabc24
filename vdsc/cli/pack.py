"""`vdsc pack`."""

from __future__ import annotations

from typing import Annotated

import typer

from vdsc.cli import habits as h
from vdsc.cli import options as o
from vdsc.cli.plan import expand


def pack(
    inputs: o.InputsArgument,
    *,
    out: Annotated[str, typer.Option("--out", "-o", parser=o.file_name, metavar="OUT.vds")],
    append: Annotated[
        bool, typer.Option("--append", help="Put the clips behind those of OUT.vds.")
    ] = False,
    fps: o.FpsOption = None,
    quality: Annotated[
        int | None,
        typer.Option(
            parser=o.whole(1, 100), metavar="1..100", help="Size against error (default: 75)."
        ),
    ] = None,
    max_error: Annotated[
        str | None,
        typer.Option(metavar="E|E%|FILE", help="What no value may be off by; see compress."),
    ] = None,
    lossless: Annotated[bool, typer.Option("--lossless", help="Give back every bit.")] = False,
    missing: Annotated[
        str | None, typer.Option(parser=o.choice("nan"), metavar="nan", help="NaNs are gaps.")
    ] = None,
    codec: Annotated[
        str | None, typer.Option(parser=o.codec_name, metavar="NAME", help="Codec of all clips.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(parser=o.file_name, metavar="NAME|PATH", help="Checkpoint.")
    ] = None,
    verify: Annotated[bool, typer.Option(help="Decode each clip as it is made.")] = True,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    form: o.FormatOption = "",
    force: o.ForceOption = False,
    quiet: h.QuietOption = False,
) -> None:
    """Compress many clips into one .vds file.

    The inputs are files, and folders with all that is below them. Clips share one header and
    what they can; each is decoded alone. Their frames have one shape and type.
    """
    from vdsc.cli.calls import Wish
    from vdsc.cli.pack_folder import pack_places
    from vdsc.io.source import SUFFIXES

    o.exclusive(quality=quality, max_error=max_error, lossless=lossless or None)
    places = expand(inputs, SUFFIXES, recursive=True)
    wish = Wish(
        fps=fps,
        codec=codec,
        lossless=lossless,
        verify=verify,
        model=model,
        quality=quality,
        max_error=None if max_error is None else o.error_bound(max_error),
        missing=missing,
    )

    pack_places(
        places, out, wish, memlimit=memlimit, form=form, force=force, append=append, quiet=quiet
    )
