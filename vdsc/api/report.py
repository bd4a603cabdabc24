"""What compressing one sequence achieved."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupError:
    """Absolute errors of a group of channels, in its unit ("" where that is not known).

    The group has the channels of a frame from `begin` to `end` (or all), or those that are listed
    as `channels`. channel and frame are where the largest error is, counted in the whole frame and
    from 0; None where none is.
    """

    name: str
    unit: str
    mean: float
    max: float
    begin: int = 0
    end: int | None = None
    channel: int | None = None
    frame: int | None = None
    channels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A file that was made, or begun, to find the one that is kept.

    codec: the permanent id. settings: in words, those that are not the codec's defaults. frames:
    of the sequence, or of an excerpt. size: bytes, of a whole file or until it was given up.
    chunks: how many were coded, in so many seconds, and how long the slowest took.
    """

    codec: str
    settings: str
    frames: int
    size: int
    whole: bool
    chunks: int
    seconds: float
    slowest: float


@dataclass(frozen=True, slots=True)
class Report:
    """What compressing one sequence achieved; errors are of the frames as they will decode.

    codec: the permanent id. made_by: the model and its knots, or the methods, in words. psnr is
    set for lossy video; groups hold the errors of everything else. snr: dB of what all values
    range over (of 255 for such video) against the root of the mean squared error. warnings: lines
    a user should read. chosen: why this codec, where none was named. lossless: every bit comes
    back. verified: each chunk was decoded while the file was made. attempts: what was tried.
    """

    codec: str
    made_by: str
    frames: int
    raw_bytes: int
    file_bytes: int
    bits_per_value: float
    psnr: float | None
    groups: tuple[GroupError, ...]
    warnings: tuple[str, ...]
    knots: int
    seconds: float
    lossless: bool
    verified: bool
    snr: float = 0.0
    chosen: str = ""
    attempts: tuple[Attempt, ...] = ()

    @property
    def ratio(self) -> float:
        """How many times smaller the file is."""
        return self.raw_bytes / self.file_bytes

    @property
    def mean_error(self) -> float | None:
        """Mean absolute error of the first group; None for pixels."""
        return self.groups[0].mean if self.groups else None

    @property
    def max_error(self) -> float | None:
        """Largest absolute error of the first group; None for pixels."""
        return self.groups[0].max if self.groups else None

    @property
    def unit(self) -> str:
        """Unit of these two."""
        return self.groups[0].unit if self.groups else ""
