"""Every lossless peer gives every bit back, and what counts is counted."""

from __future__ import annotations

import io
import lzma
from dataclasses import replace

import av
import numpy as np
import pytest

from vdsc.bench.clips import Clip
from vdsc.bench.lossless_rows import same
from vdsc.bench.peers import array_packers, exact_films
from vdsc.bench.peers.patch import patched
from vdsc.bench.peers.peer import Peer

VIDEO = ("x264 qp 0", "x265 lossless", "VP9 lossless", "FFV1")


@pytest.fixture(scope="module")
def scene() -> np.ndarray:
    """Noise that drifts over 14 frames of 64 x 64, RGB."""
    noise = np.random.default_rng(5).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    return np.stack([np.roll(noise // 4 + 2 * t, t, axis=1) for t in range(14)]).astype(np.uint8)


def named(peers: tuple[Peer, ...], name: str) -> Peer:
    """The peer of one name."""
    return next(peer for peer in peers if peer.name == name)


@pytest.mark.parametrize("name", ["xz", "zstd", "Blosc2", "pcodec", "fpzip"])
def test_floats_come_back(walks: list[Clip], name: str) -> None:
    """Each compressor of floats returns every bit, of signed zeros and odd numbers too."""
    peer = named(array_packers.peers((96,), np.float32), name)
    odd = walks[0].values.copy()
    odd[0, :4] = [-0.0, 1e-42, np.float32(3e38), -1e-30]
    for values in (*(clip.values for clip in walks), odd, odd[:1]):
        assert same(values, peer.decode(peer.encode(values, ())))


@pytest.mark.parametrize("name", ["xz", "zstd", "Blosc2"])
def test_pixels_come_back(scene: np.ndarray, name: str) -> None:
    """Each compressor of bytes returns colour and grey frames."""
    for values in (scene, scene[..., :1]):
        peer = named(array_packers.peers(values.shape[1:], np.uint8), name)
        assert same(values, peer.decode(peer.encode(values, ())))


def test_pixels_meet_no_float_compressor() -> None:
    """Compressors of floats are for floats."""
    names = [peer.name for peer in array_packers.peers((64, 64, 3), np.uint8)]
    assert names == ["xz", "zstd", "Blosc2"]


def test_the_smaller_order_is_kept() -> None:
    """Slow channels beside each other are told channel after channel, and one byte says so."""
    channels = np.random.default_rng(0).integers(0, 99, 96).astype(np.float32)
    values = np.tile(channels, (300, 1)) + np.arange(300, dtype=np.float32)[:, None] // 50
    file = named(array_packers.peers((96,), np.float32), "xz").encode(values, ())
    sizes = [
        len(lzma.compress(order.tobytes(), preset=9 | lzma.PRESET_EXTREME))
        for order in (values, values.T.copy())
    ]
    assert len(file) == 1 + min(sizes)
    assert file[0] == int(sizes[1] < sizes[0])


@pytest.mark.parametrize("name", VIDEO)
@pytest.mark.parametrize("channels", [1, 3])
def test_frames_come_back(scene: np.ndarray, name: str, channels: int) -> None:
    """Each video codec returns every bit of colour and grey frames."""
    peer, values = named(exact_films.peers(channels), name), scene[..., :channels]
    assert same(values, peer.decode(peer.encode(values, ())))


@pytest.mark.parametrize("name", ["VP9 lossless", "FFV1"])
def test_the_container_does_not_count(scene: np.ndarray, name: str) -> None:
    """A file of NUT counts as the packets in it."""
    peer = named(exact_films.peers(3), name)
    file = peer.encode(scene, ())
    with av.open(io.BytesIO(file), format="nut") as container:
        packets = [bytes(packet) for packet in container.demux(video=0)]
    assert peer.size(file) == sum(map(len, packets)) < len(file)


@pytest.mark.parametrize("name", ["x264 qp 0", "x265 lossless"])
def test_a_bare_stream_counts_whole(scene: np.ndarray, name: str) -> None:
    """Where there is no container nothing is left out, but the encoder's own comment."""
    peer = named(exact_films.peers(1), name)
    file = peer.encode(scene[..., :1], ())
    assert peer.size(file) == len(file)
    assert name[:4].encode() not in file


def test_a_patch_makes_an_almost_lossless_codec_exact(scene: np.ndarray) -> None:
    """Values that a codec loses come back, and their patch is counted."""

    def lossy(values: np.ndarray, setting: tuple[float, ...]) -> bytes:
        broken = values.copy()
        broken[3, 7, 9] ^= 5
        return broken.tobytes()

    plain = Peer(
        "lossy", (), ((),), lossy, lambda raw: np.frombuffer(raw, np.uint8).reshape(scene.shape),
        size=lambda file: len(file) // 2,
    )  # fmt: skip
    peer = patched(plain)
    file = peer.encode(scene, ())
    assert not same(scene, plain.decode(plain.encode(scene, ())))
    assert same(scene, peer.decode(file))
    assert peer.size(file) == len(file) - scene.nbytes + scene.nbytes // 2
    whole = replace(plain, encode=lambda values, _: values.tobytes())
    assert len(patched(whole).encode(scene, ())) < len(file)
