"""What the benchmark of fields measures: pictures, tiles, speech, films, climate and shapes."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from pathlib import Path
from typing import Literal

import numpy as np

from vdsc.bench import clips as data
from vdsc.bench.clips import Clip, NoData
from vdsc.bench.field_peers import bounded, film_peers, lossless, ours_at, packed
from vdsc.bench.metrics import Pairs, mean_psnr
from vdsc.bench.peers import picture_codecs, sound_codecs
from vdsc.bench.peers.peer import Peer, Values
from vdsc.bench.sound_distance import distance

PEAK = 32767
"""The largest sample of 16 bits."""

ACROSS, TILES, PICTURES, FILMS, FILM, HOURS = 12, 120, 12, 5, 100, 48


@dataclass(frozen=True, slots=True)
class FieldDomain:
    """What is measured together: `error` in `unit`; `units` is what bits are counted by (`rate`).

    kind: whether codecs are compared at equal quality, at a promised error, or without loss. The
    first peer is vdsc. heard: of sounds, the log-spectral distance in dB.
    """

    name: str
    title: str
    kind: Literal["quality", "promise", "lossless"]
    unit: str
    rate: str
    units: float
    clips: list[Clip]
    peers: tuple[Peer, ...]
    error: Callable[[Pairs], float]
    heard: Callable[[Pairs], float] | None = None


def kodak(*, few: bool) -> FieldDomain:
    """Give twelve photographs of 768 x 512, or two."""
    from PIL import Image

    files = sorted((data.root() / "images" / "kodak").glob("kodim*.png"))
    clips = [Clip(file.stem, np.asarray(Image.open(file))[np.newaxis], None) for file in files]
    clips = _some("images/kodak/*.png", clips, 2 if few else PICTURES)
    peers = (ours_at((12, 17, 25, 36), few=few), *picture_codecs.peers(levels=3 if few else None))
    return _pictures("kodak", f"Photographs (Kodak, {len(clips)})", clips, peers)


def tiles(*, few: bool) -> FieldDomain:
    """Give the last 120 photo tiles as one array, or 12."""
    x = _array("images/photo_tiles32_train.npz")[-(ACROSS if few else TILES) :]
    alone = picture_codecs.peers(("WebP", "JPEG XL"), levels=3 if few else None)
    peers = (
        ours_at((14, 20, 32, 44), few=few),
        *map(picture_codecs.alone, alone),
        *(picture_codecs.sheet(peer, ACROSS) for peer in alone),
    )
    title = f"{len(x)} photo tiles of 32 x 32, for vdsc in one file"
    return _pictures("tiles", title, [Clip("tiles", x, None)], peers)


def natural(*, few: bool) -> FieldDomain:
    """Give five clips of 64 x 64 and 100 frames, or one of 20 frames."""
    return _films("natural", "natural64_train", "Real and film clips", FILMS, few=few)


def mazes(*, few: bool) -> FieldDomain:
    """Give six walks in mazes of 64 x 64 and 100 frames, or one of 20 frames."""
    return _films("mazes", "maze64_val", "Walks in mazes", 6, few=few)


def minerl(*, few: bool) -> FieldDomain:
    """Give nine walks in a block world of 64 x 64 and 100 frames, or one of 20 frames."""
    return _films("minerl", "minerl64_val", "MineRL, a world of blocks", 9, few=few)


def speech(*, few: bool) -> FieldDomain:
    """Give recordings of speech, 16 bits at 16 kHz, five or one."""
    files = sorted((data.root() / "audio").glob("pocketsphinx_*.wav"))
    clips = _some("audio/pocketsphinx_*.wav", [_recording(file) for file in files], few or 5)
    rate = int(clips[0].fps or 1)
    seconds = sum(len(clip.values) for clip in clips) / rate
    ours = ours_at((8, 20, 32, 44, 56), few=few, fps=rate)
    peers = (ours, *sound_codecs.peers(rate, 3 if few else None))
    title = f"Speech, 16 kHz ({len(clips)} recordings)"
    return FieldDomain("speech", title, "quality", "dB", "kbit/s", 1000 * seconds, clips, peers,
                       _sound_psnr, partial(distance, rate=rate))  # fmt: skip


def era5(*, few: bool) -> FieldDomain:
    """Give hourly temperatures at 2 m over Great Britain, in kelvin."""
    return _climate("era5", "ERA5", "climate/era5_t2m_uk_2019-03_hourly.npz", (1.0, 0.1), few=few)


def hadcm3(*, few: bool) -> FieldDomain:
    """Give monthly temperatures over North America, in kelvin."""
    return _climate("hadcm3", "HadCM3", "climate/hadcm3_a1b_tas_north_america.npz", (1.0,), few=few)


def voxels(*, few: bool) -> FieldDomain:
    """Give shapes of 64 x 64 x 64 voxels, each a file, 16 or two."""
    x = _array("shapes3d/occupancy64.npz")[: 2 if few else None]
    clips = [Clip(f"shape_{number:02d}", one, None) for number, one in enumerate(x)]
    title = f"Shapes of {' x '.join(map(str, x.shape[1:]))} voxels ({len(x)}), without loss"
    peers = (lossless(), *packed(x.shape[2:]))
    return FieldDomain("voxels", title, "lossless", "wrong", "bits a voxel", x.size, clips, peers,
                       _wrong)  # fmt: skip


DOMAINS: dict[str, Callable[..., FieldDomain]] = {
    "kodak": kodak,
    "tiles": tiles,
    "natural": natural,
    "mazes": mazes,
    "minerl": minerl,
    "speech": speech,
    "era5": era5,
    "hadcm3": hadcm3,
    "voxels": voxels,
}


def _pictures(name: str, title: str, clips: list[Clip], peers: tuple[Peer, ...]) -> FieldDomain:
    pixels = sum(prod(clip.values.shape[:3]) for clip in clips)
    return FieldDomain(
        name, title, "quality", "dB", "bits a pixel", pixels, clips, peers, mean_psnr
    )


def _films(name: str, file: str, what: str, count: int, *, few: bool) -> FieldDomain:
    found = data.films(file)[: 1 if few else count]
    clips = [Clip(one.name, one.values[: 20 if few else FILM], None) for one in found]
    title = f"{what} of 64 x 64 ({len(clips)})"
    peers = (ours_at((8, 12, 17, 24), few=few), *film_peers(2 if few else None))
    return _pictures(name, title, clips, peers)


def _climate(
    name: str, title: str, file: str, bounds: tuple[float, ...], *, few: bool
) -> FieldDomain:
    x = _array(file)[: HOURS if few else None]
    words = f"{title}, {' x '.join(map(str, x.shape))} temperatures at a promised error"
    peers = bounded(bounds)
    return FieldDomain(name, words, "promise", "K", "bits a value", x.size,
                       [Clip(name, x, None)], peers, _largest)  # fmt: skip


def _some(what: str, clips: list[Clip], count: int) -> list[Clip]:
    """The first clips; NoData where there are none."""
    if not clips:
        raise NoData(f"no data: {data.VARIABLE} holds no {what}")
    return clips[:count]


def _array(file: str) -> Values:
    path = data.root() / file
    if not path.is_file():
        raise NoData(f"no data: {data.VARIABLE} holds no {file}")
    with np.load(path, allow_pickle=False) as archive:
        found: Values = archive["x"]
        return found


def _recording(file: Path) -> Clip:
    with wave.open(str(file)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.int16)
        return Clip(file.stem, samples[:, np.newaxis], float(sound.getframerate()))


def _sound_psnr(pairs: Pairs) -> float:
    """Mean over recordings of the peak signal to noise ratio on the scale of 16 bits, dB."""
    noise = [float(np.mean((one.astype(np.float64) - other) ** 2)) for one, other in pairs]
    return float(np.mean([10 * np.log10(PEAK**2 / max(one, 1e-9)) for one in noise]))


def _largest(pairs: Pairs) -> float:
    """The largest absolute error of any value."""
    return max(float(np.abs(one.astype(np.float64) - other).max()) for one, other in pairs)


def _wrong(pairs: Pairs) -> float:
    """How many values differ."""
    return float(sum(int((one != other).sum()) for one, other in pairs))
