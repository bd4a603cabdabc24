"""How a sequence is cut into windows; no more than its length and their number is needed."""

from __future__ import annotations

from collections.abc import Iterator


def windows(frames: int, chunk: int) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of the fewest windows of at most `chunk` frames."""
    return divide(frames, how_many(frames, chunk))


def how_many(frames: int, chunk: int) -> int:
    """Number of windows; neighbours share a frame, so each brings chunk - 1 steps at most."""
    return max(1, -(-(frames - 1) // (chunk - 1)))


def apart(frames: int, most: int) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of the fewest parts of at most `most` frames, sharing none."""
    yield from parts(frames, -(-frames // most))


def parts(frames: int, count: int) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of `count` parts as even as can be, sharing none."""
    for i in range(count):
        yield i * frames // count, (i + 1) * frames // count


def divide(frames: int, count: int) -> Iterator[tuple[int, int]]:
    """First and one-past-last frame of `count` windows as even as can be, each sharing a frame."""
    steps = frames - 1
    for i in range(count):
        yield i * steps // count, (i + 1) * steps // count + 1
