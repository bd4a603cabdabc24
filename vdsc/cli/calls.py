"""Every call from the command line into `vdsc.api`, which is imported when a command needs it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

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


def decode(
    stream: BinaryIO, *, fps: Fraction | None, times: Times | None, memlimit: int
) -> Decoding:
    """Begin to decode a .vds file; raises VdscError."""
    from vdsc.api import decode

    return decode(stream, fps=fps, times=times, memlimit=memlimit)


def inspect(stream: BinaryIO, *, memlimit: int) -> Info:
    """What a .vds file says of itself; raises VdscError."""
    from vdsc.api import inspect

    return inspect(stream, memlimit=memlimit)


def source_format(stream: BinaryIO, *, memlimit: int) -> str:
    """The name of the format that a .vds file was made from; raises VdscError."""
    from vdsc.api import source_format

    return source_format(stream, memlimit=memlimit)


def installed_models() -> list[ModelCard]:
    """The checkpoints that are installed."""
    from vdsc.api import installed_models

    return installed_models()
