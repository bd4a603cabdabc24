"""Clips made from other clips and from photos: GIF palettes, drifting photos, lossy codecs.

They show the observation network what the recorded clips lack: few colours, sensor noise, and the
exact repetitions that lossy codecs leave in footage.
"""

from __future__ import annotations

import io

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

Clip = NDArray[np.uint8]
"""(T, H, W, 3)."""

SIZE = 64
_TILE = 48
_GROUND = 320
_AFFINE = Image.Transform.AFFINE


def gif(clip: Clip, rng: np.random.Generator) -> Clip:
    """The clip in one palette of at most 256 colours, sometimes dithered."""
    frames, height, width, _ = clip.shape
    count, method = int(rng.choice([256, 256, 256, 224, 128])), int(rng.choice([0, 0, 2]))
    whole = Image.fromarray(clip.reshape(frames * height, width, 3))
    palette = whole.quantize(count, method=method)
    dither = Image.Dither(int(rng.choice([0, 0, 0, 3])))
    few = (Image.fromarray(f).quantize(palette=palette, dither=dither) for f in clip)
    return np.stack([np.asarray(frame.convert("RGB")) for frame in few])


def photo(tiles: Clip, frames: int, size: int, rng: np.random.Generator) -> Clip:
    """Photo tiles (N, 32, 32, 3) as a ground that may move, under drifting things and noise."""
    ground = Image.fromarray(_mosaic(tiles, rng))
    scale, corner = rng.uniform(0.6, 1.6), rng.uniform(20, 120, 2)
    speed = rng.normal(0, 1.2, 2) * (rng.random() < 0.55)
    zoom = 1 + rng.normal(0, 0.002) * (rng.random() < 0.4)
    things = [_thing(tiles, size, rng) for _ in range(rng.integers(0, 4))]
    noise, out = float(rng.choice([0, 1, 2, 4])), []
    for _ in range(frames):
        view = (scale, 0, corner[0], 0, scale, corner[1])
        frame = ground.transform(
            (size, size), Image.Transform.AFFINE, view, Image.Resampling.BICUBIC
        )
        corner, scale = corner + speed, scale * zoom
        if rng.random() < 0.03:
            speed = rng.normal(0, 1, 2) * (rng.random() > 0.3)
        for thing in things:
            _drift(frame, thing, rng)
        seen = np.asarray(frame) + rng.normal(0, 1, (size, size, 3)) * noise
        out.append(np.clip(seen + 0.5, 0, 255).astype(np.uint8))
    return np.stack(out)


def lossy(clip: Clip, rng: np.random.Generator) -> Clip:
    """What H.264 or MPEG-4 at a random quality makes of a clip of square frames."""
    file, side = io.BytesIO(), clip.shape[1]
    name = str(rng.choice(["libx264", "libx264", "mpeg4"]))
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream(name, rate=25)
        assert isinstance(stream, VideoStream)
        stream.width = stream.height = side
        stream.pix_fmt, stream.thread_count = "yuv420p", 1
        if name == "libx264":
            rate, gap = int(rng.integers(14, 30)), int(rng.choice([12, 50, 250]))
            stream.options = {"crf": str(rate), "preset": "faster", "g": str(gap)}
        else:
            stream.bit_rate = int(rng.integers(3, 20)) * 100_000
        for frame in clip:
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    file.seek(0)
    with av.open(file, "r") as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(frames)


def resized(clip: Clip, size: int, rng: np.random.Generator) -> Clip:
    """The clip at another size, by one of three filters."""
    filters = (Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)
    chosen = filters[rng.integers(3)]
    return np.stack([np.asarray(Image.fromarray(f).resize((size, size), chosen)) for f in clip])


def footage(tiles: Clip, clips: Clip, frames: int, rng: np.random.Generator) -> Clip:
    """One clip (frames, 64, 64, 3) as a camera's file might hold it, from tiles or from clips."""
    if rng.random() < 0.75:
        large = photo(tiles, frames, int(rng.choice([128, 192])), rng)
    else:
        large = resized(clips[rng.integers(len(clips))][:frames], 2 * SIZE, rng)
    return resized(lossy(large, rng), SIZE, rng)


def _mosaic(tiles: Clip, rng: np.random.Generator) -> Clip:
    count = -(-_GROUND // _TILE)
    rows = [
        np.concatenate([_enlarged(tiles, (_TILE, _TILE), rng) for _ in range(count)], axis=1)
        for _ in range(count)
    ]
    return np.concatenate(rows)[:_GROUND, :_GROUND]


def _enlarged(tiles: Clip, size: tuple[int, int], rng: np.random.Generator) -> Clip:
    tile = Image.fromarray(tiles[rng.integers(len(tiles))])
    return np.asarray(tile.resize(size, Image.Resampling.BICUBIC))


Thing = tuple[Image.Image, Image.Image, NDArray[np.float64], NDArray[np.float64]]


def _thing(tiles: Clip, size: int, rng: np.random.Generator) -> Thing:
    """An ellipse cut from a tile: picture, mask, place and speed."""
    width, height = (int(side) for side in rng.integers(10, 60, 2))
    row, column = np.mgrid[:height, :width]
    inside = ((row / height - 0.5) ** 2 + (column / width - 0.5) ** 2) < 0.25
    picture = Image.fromarray(_enlarged(tiles, (width, height), rng))
    mask = Image.fromarray((inside * 255).astype(np.uint8))
    return picture, mask, rng.uniform(0, size, 2), rng.normal(0, 1.5, 2)


def _drift(frame: Image.Image, thing: Thing, rng: np.random.Generator) -> None:
    """Paste a thing and move it on."""
    picture, mask, place, way = thing
    frame.paste(picture, (int(place[0]), int(place[1])), mask)
    place += way
    if rng.random() < 0.02:
        way[:] = rng.normal(0, 1.5, 2)
