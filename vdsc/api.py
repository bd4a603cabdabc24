"""The outer path, the same for every codec: Sequence to file and back."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vdsc.codecs import body as layout
from vdsc.codecs import errors_of
from vdsc.container import Header, ModelRef, Reader, Writer
from vdsc.core.sequence import Clock, Outline, Sequence, Times, check_times
from vdsc.errors import CorruptFile, InvalidInput, UnsupportedVersion
from vdsc.io.source import Source, array_source
from vdsc.model import store

if TYPE_CHECKING:
    from vdsc.codecs import vdsde
    from vdsc.model.path_model import PathModel

Frames = NDArray[np.generic]
Progress = Callable[[int, int], None]
QUALITY = 75


@dataclass(frozen=True, slots=True)
class Report:
    """What compressing one sequence achieved; errors are of the frames as they will decode."""

    model: str
    frames: int
    raw_bytes: int
    file_bytes: int
    bits_per_value: float
    psnr: float | None
    mean_error: float | None
    max_error: float | None
    unit: str
    knots: int
    seconds: float

    @property
    def ratio(self) -> float:
        """How many times smaller the file is."""
        return self.raw_bytes / self.file_bytes


@dataclass(frozen=True, slots=True)
class ModelCard:
    """An installed checkpoint in words."""

    name: str
    domain: str
    shape: str
    size: int
    digest: str
    data: str
    measured: str
    path: str


@dataclass(frozen=True, slots=True)
class Info:
    """What a file says without its model; `budget` sums to `size`."""

    size: int
    raw_bytes: int
    codec: str
    model: str
    digest: str
    shape: tuple[int, ...]
    dtype: str
    fps: float | None
    start: float
    end: float
    frames: int
    params: dict[str, int]
    chunks: list[dict[str, Any]]
    knots: int
    knots_per_second: float
    local_dims: int
    global_dims: int
    budget: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Decoding:
    """A file being decoded: what will come out, and, iterated, its frames in batches."""

    outline: Outline
    batches: Iterator[Frames]

    def __iter__(self) -> Iterator[Frames]:
        return self.batches


def compress(
    values: ArrayLike,
    *,
    fps: float | Fraction | None = None,
    times: ArrayLike | None = None,
    model: str | None = None,
    quality: int = QUALITY,
    knots: str = "learned",
    device: str = "auto",
    seed: int = 0,
) -> bytes:
    """The .vds file of values (T, D) float or (T, H, W[, C]) uint8.

    fps frames per second (else the checkpoint's own), or times (T,) seconds; model a name or a
    folder (else picked by shape); quality 1..100. Raises VdscError.
    """
    stream = io.BytesIO()
    encode(
        array_source(np.asarray(values)),
        stream,
        fps=None if fps is None else Fraction(fps).limit_denominator(1 << 20),
        times=None if times is None else np.asarray(times, np.float64),
        model=model,
        quality=quality,
        knots=knots,
        device=device,
        seed=seed,
    )
    return stream.getvalue()


def decompress(
    data: bytes,
    *,
    fps: float | Fraction | None = None,
    times: ArrayLike | None = None,
    device: str = "auto",
) -> Sequence:
    """The sequence in a .vds file, at its own times, at `fps`, or at `times` (seconds)."""
    rate = None if fps is None else Fraction(fps).limit_denominator(1 << 20)
    dates = None if times is None else np.asarray(times, np.float64)
    decoding = decode(io.BytesIO(data), fps=rate, times=dates, device=device)
    return Sequence(np.concatenate(list(decoding)), decoding.outline.clock)


def info(data: bytes) -> Info:
    """What a .vds file says of itself; needs no checkpoint."""
    return inspect(io.BytesIO(data))


def encode(
    source: Source,
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    model: str | None = None,
    quality: int = QUALITY,
    knots: str = "learned",
    device: str = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Write the .vds file of a source to a stream, window after window."""
    from vdsc.codecs import vdsde

    began = time.perf_counter()
    if not 1 <= quality <= 100 or knots not in ("learned", "full"):
        raise InvalidInput("quality must be 1..100 and knots 'learned' or 'full'")
    checkpoint = pick_model(source, model)
    tables = vdsde.Tables.from_arrays(checkpoint.tensors[1])
    networks = _networks(checkpoint, device)
    clock = _clock(checkpoint, len_of(source), fps, times)
    outline = Outline(source.shape, source.dtype.newbyteorder("<"), clock)
    request = vdsde.Request(quality=quality, knots=knots, seed=seed)
    job = _Encoding(checkpoint, networks, tables, outline, request)
    tally = job.run(source, stream, progress)
    values = int(np.prod(source.shape, dtype=object))
    return Report(
        model=checkpoint.name,
        frames=outline.frames,
        raw_bytes=outline.raw_bytes,
        file_bytes=job.written,
        bits_per_value=8 * job.written / values,
        psnr=tally.psnr,
        mean_error=tally.mean,
        max_error=tally.max,
        unit=tally.unit,
        knots=job.knots,
        seconds=time.perf_counter() - began,
    )


class _Encoding:
    """One file being written: what one window leaves to the next."""

    def __init__(
        self,
        checkpoint: store.Checkpoint,
        networks: PathModel,
        tables: vdsde.Tables,
        outline: Outline,
        request: vdsde.Request,
    ) -> None:
        self.checkpoint, self.networks, self.tables = checkpoint, networks, tables
        self.outline, self.request = outline, request
        self.coding: vdsde.Coding | None = None
        self.writer: Writer | None = None
        self.knots = self.written = 0

    def run(
        self, source: Source, stream: BinaryIO, progress: Progress | None
    ) -> errors_of.Tally:
        """Encode every window; returns the errors of what will decode."""
        from vdsc.codecs import vdsde

        counted = _Counted(stream)
        tally = errors_of.Tally.of(self.checkpoint.settings["frames"])
        past: vdsde.Past | None = None
        last: Any = None
        spans = list(vdsde.windows(self.outline.frames, self.checkpoint.settings["chunk"]))
        for begin, end in spans:
            frames = source.read(begin, end)
            x = self.networks.frames.to_network(_with_channel(frames, self.checkpoint), last)
            last = x[-1]
            seconds = self.outline.clock.seconds(begin, end)
            seen = self.networks.infer(x, seconds)
            knots = vdsde.choose(self.networks, self.tables, seen, self.request)
            coding, writer = self._open(counted, knots, len(spans))
            price = coding.price(knots, begin)
            z = self.networks.fit(seen, knots, past and past.value, price)
            body, past, values = vdsde.push(coding, knots, z, begin, past)
            writer.chunk(body)
            self.knots += len(knots) - (begin > 0)
            drawn = self.networks.synthesise(seconds[knots] - seconds[0], values, seconds - seconds[0])
            tally.add(frames, _like(np.concatenate(list(drawn)), frames))
            if progress:
                progress(end, self.outline.frames)
        assert self.writer is not None
        self.writer.close()
        self.written = counted.count
        return tally

    def _open(
        self, stream: BinaryIO, knots: NDArray[np.int64], chunks: int
    ) -> tuple[vdsde.Coding, Writer]:
        """The coding and the writer, made once the first window's knots are known."""
        from vdsc.codecs import vdsde

        if self.coding is None or self.writer is None:
            params = vdsde.file_params(self.tables, self.request, knots)
            fps = Fraction(self.checkpoint.settings["net"]["fps"])
            self.coding = vdsde.Coding(self.tables, fps, self.outline, params)
            ref = ModelRef(self.checkpoint.name, self.checkpoint.digest)
            self.writer = Writer(stream, Header(vdsde.ID, ref, self.outline, params, chunks))
        return self.coding, self.writer


def decode(
    stream: BinaryIO,
    *,
    fps: Fraction | None = None,
    times: Times | None = None,
    device: str = "auto",
) -> Decoding:
    """Decode a .vds file at its own times, at `fps`, or at `times` within its span."""
    from vdsc.codecs import vdsde

    reader = Reader(stream)
    header = _lossy(reader.header)
    assert header.model is not None
    checkpoint = store.by_digest(header.model.name, header.model.digest)
    _check_frame(header.outline, checkpoint)
    clock, count = _wanted(header.outline, fps, times)
    outline = Outline((count, *header.outline.shape[1:]), header.outline.dtype, clock)
    tables = vdsde.Tables.from_arrays(checkpoint.tensors[1])
    rate = Fraction(checkpoint.settings["net"]["fps"])
    coding = vdsde.Coding(tables, rate, header.outline, header.params)
    networks = _networks(checkpoint, device)
    chunk = checkpoint.settings["chunk"]
    return Decoding(outline, _decoded(reader, coding, networks, chunk, outline))


def _decoded(
    reader: Reader, coding: vdsde.Coding, networks: PathModel, chunk: int, wanted: Outline
) -> Iterator[Frames]:
    """Frames of every window in turn, those on a seam from the later window."""
    for begin, end, window in _windows(reader, coding, chunk):
        seconds = coding.outline.clock.seconds(begin, end)
        final = end == coding.outline.frames
        queries = _between(wanted, seconds[0], seconds[-1], first=begin == 0, final=final)
        if not len(queries):
            continue
        local = np.clip(queries, seconds[0], seconds[-1]) - seconds[0]
        for drawn in networks.synthesise(seconds[window.knots] - seconds[0], window.values, local):
            yield _shaped(drawn, wanted)


def _windows(
    reader: Reader, coding: vdsde.Coding, chunk: int
) -> Iterator[tuple[int, int, vdsde.Window]]:
    """First and one-past-last frame of each window, and its knots."""
    from vdsc.codecs import vdsde

    spans = list(vdsde.windows(coding.outline.frames, chunk))
    if len(spans) != reader.header.chunks:
        raise CorruptFile(f"{reader.header.chunks} chunks cannot hold the file's frames")
    past: vdsde.Past | None = None
    for (begin, end), body in zip(spans, reader.chunks(), strict=True):
        window, past = vdsde.pop(coding, body, begin, end, past)
        yield begin, end, window


def inspect_knots(data: bytes) -> Times:
    """Times (K,) seconds of all knots of a .vds file, seams once; needs the file's checkpoint."""
    from vdsc.codecs import vdsde

    reader = Reader(io.BytesIO(data))
    header = _lossy(reader.header)
    assert header.model is not None
    checkpoint = store.by_digest(header.model.name, header.model.digest)
    tables = vdsde.Tables.from_arrays(checkpoint.tensors[1])
    rate = Fraction(checkpoint.settings["net"]["fps"])
    coding = vdsde.Coding(tables, rate, header.outline, header.params)
    found = [
        header.outline.clock.seconds(begin, end)[window.knots]
        for begin, end, window in _windows(reader, coding, checkpoint.settings["chunk"])
    ]
    return np.unique(np.concatenate(found))


def inspect(stream: BinaryIO) -> Info:
    """What a .vds file says of itself, every checksum verified; no torch, no checkpoint."""
    reader = Reader(stream)
    header = _lossy(reader.header)
    outline, model = header.outline, header.model
    parts = [(*layout.split(body), len(body)) for body in reader.chunks()]
    budget = reader.budget
    spent = sum(spent for _, spent, _, _ in parts)
    first, last = _span(outline)
    duration = max(last - first, 1e-9)
    knots = sum(count for count, *_ in parts) - (len(parts) - 1)
    share = duration / len(parts)
    return Info(
        size=budget.total,
        raw_bytes=outline.raw_bytes,
        codec=header.codec,
        model=model.name if model else "",
        digest=model.digest.hex() if model else "",
        shape=outline.shape,
        dtype=outline.dtype.name,
        fps=None if outline.clock.rate is None else float(outline.clock.rate),
        start=first,
        end=last,
        frames=outline.frames,
        params=dict(header.params),
        chunks=[
            {"frames": outline.frames if len(parts) == 1 else None, "knots": count,
             "knots_per_second": count / share, "bytes": size}
            for count, _, _, size in parts
        ],
        knots=knots,
        knots_per_second=knots / duration,
        local_dims=header.params.get("l", 0),
        global_dims=header.params.get("g", 0),
        budget={
            "header": budget.total - budget.chunks - budget.checksums,
            "knot times": spent,
            "knot values": budget.chunks - spent,
            "checksums": budget.checksums,
        },
    )


def installed_models() -> list[ModelCard]:
    """The checkpoints that `model` may name."""
    cards = []
    for checkpoint in store.installed():
        said = checkpoint.settings
        kind = "float" if said["frames"]["kind"] == "angles" else "uint8"
        shape = f"(T, {', '.join(map(str, checkpoint.frame))}) {kind}, {said['net']['fps']:g} fps"
        card = said.get("card", {})
        cards.append(
            ModelCard(
                name=checkpoint.name,
                domain=str(card.get("domain", said["frames"]["kind"])),
                shape=shape,
                size=checkpoint.size,
                digest=checkpoint.digest.hex(),
                data=str(card.get("data", "")),
                measured=str(card.get("measured", "")),
                path=str(checkpoint.folder),
            )
        )
    return cards


def pick_model(source: Source, name: str | None) -> store.Checkpoint:
    """The checkpoint `name`, or the one whose frames have the source's shape and type."""
    if name is not None:
        checkpoint = store.by_name(name)
        if not _fits(source.shape, source.dtype, checkpoint):
            raise InvalidInput(f"{source.name} is {source.dtype} {source.shape}; {_shapes([checkpoint])}")
        return checkpoint
    installed = store.installed()
    for checkpoint in installed:
        if _fits(source.shape, source.dtype, checkpoint):
            return checkpoint
    raise InvalidInput(
        f"no model fits {source.dtype} {source.shape}: {_shapes(installed)}; "
        "train one with: vdsc train CONFIG.toml --out models/NAME"
    )


def _shapes(checkpoints: list[store.Checkpoint]) -> str:
    """What each checkpoint takes, in words."""
    takes = [
        f"{c.name} takes (T, {', '.join(map(str, c.frame))}) "
        + ("float" if c.settings["frames"]["kind"] == "angles" else "uint8")
        for c in checkpoints
    ]
    return ", ".join(takes) or "none is installed"


def _fits(shape: tuple[int, ...], dtype: np.dtype[np.generic], checkpoint: store.Checkpoint) -> bool:
    """Whether a sequence can go through a checkpoint; a grey video may lack its channel axis."""
    frame, pixels = checkpoint.frame, checkpoint.settings["frames"]["kind"] == "pixels"
    bare = frame[:-1] if pixels and frame[-1] == 1 else frame
    return shape[1:] in (frame, bare) and (dtype == np.uint8) == pixels


def _check_frame(outline: Outline, checkpoint: store.Checkpoint) -> None:
    if not _fits(outline.shape, outline.dtype, checkpoint):
        raise CorruptFile(f"the file's shape {outline.shape} is not one of model {checkpoint.name}")


def _networks(checkpoint: store.Checkpoint, device: str) -> PathModel:
    """The networks of a checkpoint, kept for the next file."""
    from vdsc.model.path_model import PathModel

    key = (checkpoint.digest, device)
    if key not in _loaded:
        _loaded[key] = PathModel.load(checkpoint, device)
    return _loaded[key]


_loaded: dict[tuple[bytes, str], PathModel] = {}


def _clock(
    checkpoint: store.Checkpoint, frames: int, fps: Fraction | None, times: Times | None
) -> Clock:
    """When the frames are: as given, else at the checkpoint's own rate."""
    if times is None:
        rate = Fraction(checkpoint.settings["net"]["fps"]) if fps is None else fps
        return Clock(rate=rate)
    if fps is not None:
        raise InvalidInput("give either fps or times, not both")
    if len(times) != frames:
        raise InvalidInput(f"{len(times)} times for {frames} frames; give one for each")
    return Clock(times=times)


def _wanted(outline: Outline, fps: Fraction | None, times: Times | None) -> tuple[Clock, int]:
    """Clock and number of the frames that the user wants."""
    first, last = _span(outline)
    if times is not None:
        check_times(times)
        if times[0] < first - 1e-6 or times[-1] > last + 1e-6:
            raise InvalidInput(f"the file spans {first:g} to {last:g} s; ask for times within")
        return Clock(times=times), len(times)
    if fps is None:
        return outline.clock, outline.frames
    if fps <= 0:
        raise InvalidInput("fps must be above zero")
    rate = outline.clock.rate
    span = Fraction(last - first) if rate is None else (outline.frames - 1) / rate
    return Clock(rate=fps, start=first), int(span * fps) + 1


def _span(outline: Outline) -> tuple[float, float]:
    """Times of the first and the last frame, seconds."""
    clock, count = outline.clock, outline.frames
    return float(clock.seconds(0, 1)[0]), float(clock.seconds(count - 1, count)[0])


def _between(wanted: Outline, low: float, high: float, *, first: bool, final: bool) -> Times:
    """Wanted times from `low` up to `high`, which belongs to the next window unless final."""
    low, high = (-np.inf if first else low), (np.inf if final else high)
    if wanted.clock.times is not None:
        times = wanted.clock.times
        begin, end = np.searchsorted(times, [low, high])
        return times[begin:end]
    rate, start = wanted.clock.rate, wanted.clock.start
    assert rate is not None
    guess = [0 if np.isinf(edge) else int((edge - start) * float(rate)) - 1 for edge in (low, high)]
    begin = max(0, guess[0])
    end = wanted.frames if final else min(wanted.frames, guess[1] + 4)
    times = wanted.clock.seconds(begin, end)
    return times[(times >= low) & (times < high)]


def _with_channel(frames: Frames, checkpoint: store.Checkpoint) -> Frames:
    return frames.reshape(len(frames), *checkpoint.frame)


def _like(drawn: Frames, frames: Frames) -> Frames:
    return drawn.reshape(frames.shape).astype(frames.dtype)


def _shaped(drawn: Frames, wanted: Outline) -> Frames:
    return drawn.reshape(len(drawn), *wanted.shape[1:]).astype(wanted.dtype.newbyteorder("="))


def _lossy(header: Header) -> Header:
    if header.codec != "vdsde" or header.model is None:
        raise UnsupportedVersion(f"codec {header.codec!r} is not known here; upgrade vdsc")
    return header


def len_of(source: Source) -> int:
    """Number of frames."""
    return source.shape[0]


class _Counted:
    """A stream that counts what is written to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream, self.count = stream, 0

    def write(self, data: bytes) -> int:
        """Pass `data` on."""
        self.count += len(data)
        return self.stream.write(data)
