"""Every call from the command line into `vdsc.api`, which is imported when a command needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from vdsc.errors import CorruptFile, InvalidInput

if TYPE_CHECKING:
    from vdsc.api import Decoding, Info, ModelCard, Report
    from vdsc.cli.progress import Tick
    from vdsc.core.sequence import Times
    from vdsc.io.source import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a user asks of `vdsc compress`; None is what the codec does by itself."""

    fps: Fraction | None
    times: Times | None
    codec: str | None
    lossless: bool
    verify: bool
    model: str | None
    quality: int | None
    max_error: str | tuple[float, ...] | None
    psnr: float | None
    target_size: int | None
    missing: str | None
    knots: str | None
    grid: str | None
    device: str | None
    seed: int | None

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

    return encode(
        source,
        stream,
        fps=wish.fps,
        times=wish.times,
        codec=wish.codec or "",
        lossless=wish.lossless,
        verify=wish.verify,
        progress=progress,
        model=wish.model,
        quality=wish.quality,
        max_error=wish.max_error,
        psnr=wish.psnr,
        target_size=wish.target_size,
        missing=wish.missing,
        knots=wish.knots,
        grid=wish.grid,
        device=wish.device,
        seed=wish.seed,
    )


def check_written(source: Source, path: str, report: Report, *, memlimit: int) -> None:
    """Read a file on disk back; raises VdscError unless it holds the source as reported."""
    from vdsc.api import check_written
    from vdsc.io.spool import open_input

    with open_input(path) as stream:
        check_written(source, stream, report, memlimit=memlimit)


def decode(
    stream: BinaryIO, *, fps: Fraction | None, times: Times | None, memlimit: int
) -> Decoding:
    """Begin to decode a .vds file; raises VdscError."""
    from vdsc.api import decode

    with right_command(stream):
        return decode(stream, fps=fps, times=times, memlimit=memlimit)


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


def installed_models() -> list[ModelCard]:
    """The checkpoints that are installed."""
    from vdsc.api import installed_models

    return installed_models()
