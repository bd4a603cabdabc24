"""Every peer codes and decodes for real."""

from __future__ import annotations

import lzma

import numpy as np
import pytest

from vdsc.bench import metrics
from vdsc.bench.clips import Clip
from vdsc.bench.peers import (
    linear_reference,
    motion_angles,
    predict_and_pack,
    raw_packers,
    video_codecs,
    zfp,
)
from vdsc.bench.peers.peer import Peer


def through(peer: Peer, clip: Clip, index: int) -> tuple[int, np.ndarray]:
    """Size of the file and decoded values at one setting."""
    file = peer.encode(clip.values, peer.settings[index])
    return len(file), peer.decode(file)


@pytest.mark.parametrize("index", [0, 1])
def test_lossless_peers_give_every_bit_back(walks: list[Clip], index: int) -> None:
    """Both xz and zstd return the array unchanged."""
    peer = raw_packers.peers((96,), np.float32)[index]
    _, decoded = through(peer, walks[0], 0)
    assert decoded.dtype == np.float32
    np.testing.assert_array_equal(decoded, walks[0].values)


def test_xz_is_a_real_file(film: Clip) -> None:
    """The bytes are an .xz file of the raw frames."""
    file = raw_packers.peers((64, 64, 1), np.uint8)[0].encode(film.values, ())
    assert lzma.decompress(file, lzma.FORMAT_XZ) == film.values.tobytes()


@pytest.mark.parametrize("name", list(video_codecs.RECIPES))
def test_video_peers_trade_bytes_for_quality(film: Clip, name: str) -> None:
    """A lower crf is no further from the original for no fewer bytes, and no frame is lost."""
    peer = next(peer for peer in video_codecs.peers() if peer.name == name)
    fine, coarse = (through(peer, film, index) for index in (0, -1))
    assert fine[0] >= coarse[0]
    assert fine[1].shape == film.values.shape
    assert fine[1].dtype == np.uint8
    better, worse = (metrics.psnr(film.values, decoded) for _, decoded in (fine, coarse))
    assert better > 35
    assert better >= worse


@pytest.mark.parametrize("name", ["x264", "x265"])
def test_streams_carry_no_settings_comment(film: Clip, name: str) -> None:
    """The encoder's own advertisement does not count against it."""
    peer = next(peer for peer in video_codecs.peers() if peer.name == name)
    assert name.encode() not in peer.encode(film.values, peer.settings[0])


def test_smooth_motion_comes_back(walks: list[Clip]) -> None:
    """Unwrapping and scaling change no angle and no position."""
    track = motion_angles.smooth(walks[0].values)
    assert np.abs(np.diff(track[:, 3:], axis=0)).max() < 90
    pairs = [(walks[0].values, motion_angles.restore(track))]
    assert metrics.mean_angular_error(pairs) < 1e-4
    assert metrics.mean_root_error(pairs) < 1e-4


@pytest.mark.parametrize("step", [0.5, 4.0])
def test_prediction_stays_within_half_a_step(walks: list[Clip], step: float) -> None:
    """Quantise + predict + xz errs by half a step at most."""
    peer = predict_and_pack.peers()[0]
    decoded = peer.decode(peer.encode(walks[1].values, (step,)))
    error = metrics.wrapped(decoded[:, 3:].astype(np.float64) - walks[1].values[:, 3:])
    assert np.abs(error).max() <= step / 2 + 1e-3


def test_zfp_keeps_its_tolerance(walks: list[Clip]) -> None:
    """Files of zfp err by its tolerance at most."""
    peer = zfp.peers()[0]
    decoded = peer.decode(peer.encode(walks[1].values, (1.0,)))
    error = metrics.wrapped(decoded[:, 3:].astype(np.float64) - walks[1].values[:, 3:])
    assert np.abs(error).max() <= 1.0 + 1e-3


@pytest.fixture(scope="module")
def reference(walks: list[Clip]) -> Peer:
    """The linear reference fitted on all but the first motion_angles."""
    return linear_reference.peers([clip.values for clip in walks[1:]])[0]


def test_linear_reference_decodes_its_own_knots(walks: list[Clip]) -> None:
    """The entropy code of the knots is exact at every spacing and step."""
    coder = linear_reference.KnotScoreCoder(
        linear_reference.fit([clip.values for clip in walks[1:]])
    )
    rng = np.random.default_rng(0)
    counts = np.cumsum(rng.integers(-9, 10, (17, linear_reference.COMPONENTS)), axis=0).astype(
        np.int32
    )
    for spacing in linear_reference.SPACINGS:
        code = coder.push(counts, spacing, 0.5)
        np.testing.assert_array_equal(coder.pop(code, len(counts), spacing, 0.5), counts)


def test_linear_reference_gets_better_with_bytes(walks: list[Clip], reference: Peer) -> None:
    """A smaller step costs more bytes and errs less on the motions it was fitted on."""
    values = walks[1].values
    files = [reference.encode(values, (2.0, step)) for step in (0.25, 4.0)]
    errors = [metrics.mean_angular_error([(values, reference.decode(file))]) for file in files]
    assert len(files[0]) > len(files[1])
    assert errors[0] < errors[1] < 8


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_linear_reference_takes_the_shortest_clips(
    walks: list[Clip], reference: Peer, frames: int
) -> None:
    """One frame is one knot; a clip shorter than the spacing has a knot at either end."""
    values = walks[1].values[:frames]
    assert reference.decode(reference.encode(values, (20.0, 1.0))).shape == values.shape
