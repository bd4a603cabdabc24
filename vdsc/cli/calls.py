"""Every call from the command line into `vdsc.api`, which is imported when a command needs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

from vdsc.errors import CorruptFile, InvalidInput

if TYPE_CHECKING:
    from vdsc.api import CollectionReader, Decoding, Info, Item, ModelCard, Report
    from vdsc.cli.progress import Tick
    from vdsc.core.sequence import Times
    from vdsc.io.source import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a user asks of `vdsc compress`; None is what the codec does by itself."""

    fps: Fraction | None = None
    times: Times | None = None
    codec: str | None = None
    lossless: bool = False
    verify: bool = True
    model: str | None = None
    quality: int | None = None
    max_error: str | tuple[float, ...] | None = None
    unit: str = ""
    psnr: float | None = None
    target_size: int | None = None
    missing: str | None = None
    knots: str | None = None
    grid: str | None = None
    device: str | None = None
    seed: int | None = None
    effort: int | None = None
    parts: float | None = None

    @property
    def options(self) -> dict[str, Any]:
        """As `vdsc.api.encode` takes them."""
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return given | {"codec": self.codec or ""}

    @property
    def exact(self) -> bool | None:
        """Whether values are read as they are, of any shape and type; None if that depends."""
        from vdsc.codecs.registry import ANY

        if self.lossless or self.codec in ANY or self.max_error is not None:
            return True
        return False if self.codec or self.model else None


def codec_names() -> tuple[str, ...]:
    """The ids that `--codec` may name."""
    from vdsc.codecs.registry import names_to_write

    return tuple(names_to_write())


def encode(source: Source, stream: BinaryIO, wish: Wish, progress: Tick | None) -> Report:
    """Write the .vds file of a source to a stream; raises VdscError."""
    from vdsc.api import encode

    return encode(source, stream, progress=progress, **wish.options)


def collect(
    items: list[Item], stream: BinaryIO, wish: Wish, progress: Tick | None, *, append: bool
) -> Report:
    """Write, or go on with, a file of many clips; raises VdscError."""
    from vdsc.api import collect, extend

    return (extend if append else collect)(items, stream, progress=progress, **wish.options)


def check_written(source: Source, path: str, report: Report, *, memlimit: int) -> None:
    """Read a file on disk back; raises VdscError unless it holds the source as reported."""
    from vdsc.api import check_written
    from vdsc.io.spool import open_input

    with open_input(path) as stream:
        check_written(source, stream, report, memlimit=memlimit)


def decode(
    stream: BinaryIO,
    *,
    fps: Fraction | None,
    times: Times | None,
    start: float | None,
    end: float | None,
    region: Sequence[slice] = (),
    scale: Fraction = Fraction(1),
    memlimit: int,
) -> Decoding:
    """Begin to decode a .vds file; raises VdscError."""
    from vdsc.api import decode

    with right_command(stream):
        return decode(
            stream,
            fps=fps,
            times=times,
            start=start,
            end=end,
            region=region,
            scale=scale,
            memlimit=memlimit,
        )


def every_frame(stream: BinaryIO, *, memlimit: int) -> Decoding:
    """Begin to decode all of a .vds file, of one sequence or of many clips; raises VdscError."""
    from vdsc.api import every_frame

    with right_command(stream):
        return every_frame(stream, memlimit=memlimit)


def open_collection(path: str, *, memlimit: int) -> CollectionReader:
    """The clips of a file; raises InvalidInput for a file of one sequence, and VdscError."""
    from vdsc.api import CollectionReader, open_file
    from vdsc.core.words import printable

    reader = open_file(path, memlimit=memlimit)
    if not isinstance(reader, CollectionReader):
        raise InvalidInput(f"{printable(path)} holds one sequence; use vdsc info or decompress")
    return reader


def salvage(path: str, out: str, *, memlimit: int, force: bool) -> str:
    """Write what is whole of a file, and say what that is; raises VdscError."""
    from vdsc.api import salvage_clips, salvage_frames
    from vdsc.container.collection_file import holds_collection
    from vdsc.io.replacing import replacing
    from vdsc.io.sink import check_suffix, open_sink
    from vdsc.io.spool import open_input

    with open_input(path) as stream:
        if holds_collection(stream):
            if not out.lower().endswith(".vds"):
                raise InvalidInput("whole clips become a .vds file; name one with -o")
            with replacing(out, force=force) as made:
                count, why = salvage_clips(stream, made, memlimit=memlimit)
            return f"{count:,} whole clips ({why})"
        check_suffix(out)
        decoding, faults = salvage_frames(stream, memlimit=memlimit)
        outline = decoding.outline
        with open_sink(out, outline, decoding.meta, force=force) as sink:
            for frames in decoding:
                sink.write(frames)
        why = "; ".join(faults) or "nothing is wrong with it"
        return f"{outline.frames:,} frames ({why})"


def mix_files(looks: str, motion: str, out: str, *, memlimit: int, force: bool) -> str:
    """Write what looks like one file and moves like another; says what it is. Raises VdscError."""
    from vdsc.api import mix_files
    from vdsc.io.replacing import replacing
    from vdsc.io.spool import open_input

    if looks == motion == "-":
        raise InvalidInput("only one of two files can come from stdin; name the other one")
    with (
        open_input(looks) as first,
        open_input(motion) as second,
        right_command(first),
        right_command(second),
        replacing(out, force=force) as made,
    ):
        report = mix_files(first, second, made, memlimit=memlimit)
    dims = f"{report.looks} global and {report.moves} local dimensions of {report.model}"
    same = "" if report.changed else "; the files look the same, so nothing changed"
    return f"{report.frames:,} frames, {report.file_bytes:,} bytes, {dims}{same}"


def inspect(stream: BinaryIO, *, memlimit: int) -> Info:
    """What a .vds file says of itself; raises VdscError."""
    from vdsc.api import inspect

    with right_command(stream):
        return inspect(stream, memlimit=memlimit)


@contextmanager
def right_command(stream: BinaryIO) -> Iterator[None]:
    """Raise InvalidInput, with advice, for a file that is to be compressed, not decompressed."""
    from vdsc.io.formats import HEAD, kind_of

    try:
        yield
    except CorruptFile:
        stream.seek(0)
        kind = kind_of(stream.read(HEAD))
        if not kind:
            raise
        words = f"this is a file of the format {kind}"
        raise InvalidInput(f"{words}; 'vdsc compress' makes a .vds file of it") from None


def source_format(stream: BinaryIO, *, memlimit: int) -> str:
    """The name of the format that a .vds file was made from; raises VdscError."""
    from vdsc.api import source_format

    return source_format(stream, memlimit=memlimit)


def installed_models() -> list[ModelCard]:
    """The checkpoints that are installed."""
    from vdsc.api import installed_models

    return installed_models()
