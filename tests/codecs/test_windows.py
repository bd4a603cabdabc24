"""How sequences are cut into windows."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from vdsc.codecs.windows import divide, how_many, windows

lengths = given(st.integers(1, 5000), st.integers(2, 700))


@lengths
def test_windows_cover_all_frames_and_share_one(frames, chunk):
    """The first begins at 0, the last ends at the end, and each begins at the last one's end."""
    spans = list(windows(frames, chunk))
    assert spans[0][0] == 0
    assert spans[-1][1] == frames
    assert all(a[1] - 1 == b[0] for a, b in itertools.pairwise(spans))


@lengths
def test_windows_are_few_and_even(frames, chunk):
    """None is longer than a chunk, none more than a frame longer than another, none is spare."""
    sizes = [end - begin for begin, end in windows(frames, chunk)]
    assert max(sizes) <= chunk
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == how_many(frames, chunk)
    assert (len(sizes) - 1) * (chunk - 1) < max(1, frames - 1)


def test_a_chunk_is_filled_before_a_second_window_opens():
    """As many frames as a chunk holds are one window; one frame more makes two."""
    assert list(windows(1, 40)) == [(0, 1)]
    assert list(windows(40, 40)) == [(0, 40)]
    assert list(windows(41, 40)) == [(0, 21), (20, 41)]


def test_endless_sequences_are_cut_lazily():
    """The first window of 2**60 frames takes no longer than that of a few."""
    assert next(divide(2**60, 2**20)) == (0, 2**40)
