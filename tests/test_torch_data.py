"""Windows of clips as tensors, the same in any worker."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

import vdsc
from vdsc.api import Item, collect
from vdsc.errors import InvalidInput
from vdsc.io.source import array_source
from vdsc.torch import Dataset

RNG = np.random.default_rng(2)
CLIPS = [
    (RNG.integers(0, 2, (count, 6, 5, 3)) * 255).cumsum(axis=0).astype("u1") for count in (9, 12, 3)
]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """A collection of small videos."""
    path = tmp_path_factory.mktemp("data") / "films.vds"
    items = [
        Item(f"film {i}", lambda c=clip: nullcontext(array_source(c, exact=True)))
        for i, clip in enumerate(CLIPS)
    ]
    with path.open("wb") as stream:
        collect(items, stream, fps=10, codec="packed")
    return path


def test_windows_cover_the_clips(films):
    """Each window is that part of its clip, channels first."""
    data = Dataset(films, length=4)
    assert len(data) == 2 + 3
    assert data.left_out == 1 + 0 + 3
    found = [(item["clip"], item["frames"].shape, float(item["times"][0])) for item in data]
    assert found[2] == ("film 1", (4, 3, 6, 5), 0.0)
    assert (data[1]["frames"].permute(0, 2, 3, 1).numpy() == CLIPS[0][4:8]).all()
    assert data[-1]["frames"].dtype == torch.uint8
    assert torch.equal(data[-1]["times"], torch.arange(8, 12, dtype=torch.float64) / 10)
    with pytest.raises(IndexError):
        data[5]


def test_other_rates_and_strides(films):
    """Times are exactly those that are asked; windows may overlap."""
    data = Dataset([films], length=3, fps=5, stride=1)
    assert len(data) == (5 - 2) + (6 - 2)
    assert torch.equal(data[1]["times"], torch.tensor([0.2, 0.4, 0.6], dtype=torch.float64))
    assert (data[1]["frames"].permute(0, 2, 3, 1).numpy() == CLIPS[0][[2, 4, 6]]).all()


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_give_the_same(films, start):
    """Two workers, forked or spawned, give what one process gives."""
    data = Dataset(films, length=4)
    loader = DataLoader(data, batch_size=2, num_workers=2, multiprocessing_context=start)
    made = torch.cat([batch["frames"] for batch in loader])
    assert torch.equal(made, torch.stack([item["frames"] for item in data]))


def test_single_files_and_faults(films, tmp_path):
    """A file of one sequence is one clip; windows that fit nowhere are one line."""
    wave = np.sin(np.arange(40)[:, None] / 5 + np.arange(3)).astype("f4")
    path = tmp_path / "wave.vds"
    path.write_bytes(vdsc.compress(wave, fps=20, codec="linear", quality=60))
    data = Dataset([path, films], length=10)
    assert len(data) == 4 + 1
    assert data[3]["frames"].shape == (10, 3)
    assert data[0]["clip"] == str(path)
    with pytest.raises(InvalidInput, match="shorter windows"):
        Dataset(films, length=99)
    with pytest.raises(InvalidInput):
        Dataset(films, length=0)
