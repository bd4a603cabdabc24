"""`vdsc unpack`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vdsc.cli import options as o
from vdsc.cli.failure import each


def unpack(
    file: Annotated[
        str, typer.Argument(metavar="FILE", parser=o.file_name, help="A file of many clips.")
    ],
    clips: Annotated[
        list[str] | None, typer.Argument(metavar="[CLIP]...", help="Names; all, if none is given.")
    ] = None,
    *,
    output_dir: o.OutputDirOption = None,
    memlimit: o.MemlimitOption = o.MEMLIMIT,
    force: o.ForceOption = False,
) -> None:
    """Take clips out of a .vds file, each to a file of its own."""
    from vdsc.cli.calls import open_collection
    from vdsc.cli.clip_files import file_of
    from vdsc.cli.progress import progress_bar
    from vdsc.cli.speech import say
    from vdsc.core.words import printable
    from vdsc.errors import InvalidInput
    from vdsc.io.formats import suffix_again
    from vdsc.io.sink import open_sink

    reader = open_collection(file, memlimit=memlimit)
    folder = str(Path(file).with_suffix("")) if output_dir is None else output_dir
    wanted = clips or list(reader.names)
    done = 0

    def work(name: str) -> None:
        nonlocal done
        if name not in reader:
            raise InvalidInput(f"there is no clip {printable(name)}; vdsc ls names all")
        clip = reader[name]
        suffix = suffix_again(clip.meta.format) if clip.meta else ""
        output = file_of(name, folder, suffix or ".npy")
        Path(output).parent.mkdir(parents=True, exist_ok=True)
        with open_sink(output, clip.outline, clip.meta, force=force) as sink:
            for frames in clip.batches():
                sink.write(frames)
        done += 1
        if progress:
            progress(done, len(wanted))

    with progress_bar(file) as progress:
        each(wanted, work)
    say(f"{printable(file)} -> {printable(folder)}  {done:,} clips")
