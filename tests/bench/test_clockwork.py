"""The Clockwork VAE of the benchmark is a real codec, trained or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import clockwork_training as training
from vdsc.bench import metrics
from vdsc.bench.clips import Clip
from vdsc.bench.peers import clockwork
from vdsc.bench.peers.clockwork_frames import flat, level, raised
from vdsc.bench.peers.peer import Peer


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of an untrained network whose drawing is not nought."""
    torch.manual_seed(0)
    net = training.Clockwork()
    path = tmp_path_factory.mktemp("clockwork") / "weights.npz"
    np.savez(path, **{name: value.numpy() for name, value in net.state_dict().items()})
    return path


@pytest.fixture(scope="module")
def peer(weights: Path, walks: list[Clip]) -> Peer:
    """The codec of these weights."""
    return clockwork.peers(weights, [clip.values for clip in walks[:2]])[0]


def test_networks_are_those_that_were_trained(weights: Path) -> None:
    """One tick of each level in NumPy is what torch makes of it."""
    torch.manual_seed(0)
    net = training.Clockwork()
    with np.load(weights) as stored:
        twin = clockwork.Net({name: stored[name] for name in stored.files})
    part, rng = net.levels[0], np.random.default_rng(1)
    h, z, above = (rng.normal(size=n) for n in (twin.hidden, 64, twin.hidden + 24))
    now = twin.tick(0, h, z, above, 0.3)
    told = torch.tensor([[0.3]])
    h_, z_, above_ = (torch.from_numpy(v).float()[None] for v in (h, z, above))
    state = part.cell(torch.cat([z_, above_, told], 1), h_)
    np.testing.assert_allclose(now.h, state[0].detach().numpy(), atol=1e-5)
    ticks = rng.normal(size=(16, 384))
    seen = net.embed[0](torch.from_numpy(ticks).float()).detach().numpy()
    np.testing.assert_allclose(twin.seen(ticks)[0][0], seen, atol=1e-5)


@pytest.mark.parametrize("frames", [1, 5, 61])
def test_what_is_decoded_is_what_was_coded(peer: Peer, walks: list[Clip], frames: int) -> None:
    """Files of any length decode to as many frames, and the same file to the same ones."""
    values = walks[3].values[:frames]
    file = peer.encode(values, peer.settings[0])
    assert peer.encode(values, peer.settings[0]) == file
    decoded = peer.decode(file)
    assert decoded.shape == values.shape
    assert np.array_equal(decoded, peer.decode(file))


def test_the_encoder_sees_what_the_decoder_makes(weights: Path, walks: list[Clip]) -> None:
    """The latents that were pushed are popped: a decoder's walk is its encoder's."""
    codec = clockwork.Clockwork.load(weights, [walks[0].values])
    made: list[np.ndarray] = []
    walked = codec.walk

    def watched(*arguments):
        made.append(walked(*arguments))
        return made[-1]

    object.__setattr__(codec, "walk", watched)
    codec.decode(codec.encode(walks[1].values, (0.35,)))
    np.testing.assert_array_equal(made[0], made[1])


def test_finer_settings_take_more_bytes(peer: Peer, walks: list[Clip]) -> None:
    """Steps follow the posterior's spread."""
    sizes = [len(peer.encode(walks[2].values, (coarse,))) for coarse in clockwork.COARSE]
    assert sizes[0] > sizes[-1]


def test_lines_come_back(walks: list[Clip]) -> None:
    """What is taken off a clip is put back, to float32."""
    values = walks[0].values
    back = raised(*level(flat(values)))
    assert metrics.mean_angular_error([(values, back)]) < 1e-3
    assert metrics.mean_root_error([(values, back)]) < 1e-3
