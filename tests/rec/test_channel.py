"""Channels: a code and the proposal are all that a decoder needs, and damage is noticed."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from tests.rec.pairs import PAIRS, SCHEMES
from vdsc.entropy import BitStack
from vdsc.errors import CorruptFile, InvalidInput, VdscError
from vdsc.rec import BranchingAStar, BranchingGPRS, Channel, Discrete, Gaussian, Uniform
from vdsc.rec.noise import Noise
from vdsc.rec.tree import PathCode, Tree


@pytest.mark.parametrize("name", SCHEMES)
def test_code_and_proposal_suffice(name):
    """A fresh channel with another object of the same proposal decodes each code."""
    q, _ = PAIRS["gaussian"]
    for seed in (0, 5, (1 << 64) - 1):
        code, sample = Channel(Gaussian(), SCHEMES[name](32)).encode(q, seed=seed)
        back = Channel(Gaussian(), SCHEMES[name](32)).decode(code, seed=seed)
        assert back.value == sample.value


def test_numbers_tell_samples_apart():
    """Samples under one seed differ by their number, and come back in turn."""
    channel, stack = Channel(Gaussian(), BranchingGPRS(64)), BitStack()
    target = channel.target(Gaussian(0.5, 0.1))
    sent = [channel.push(stack, target, seed=3, number=n).value for n in range(50)]
    assert len(set(sent)) == 50
    back = [channel.pop(stack, seed=3, number=n).value for n in reversed(range(50))]
    assert back[::-1] == sent
    assert stack.empty


@pytest.mark.parametrize("name", ["PFR", "AS*", "AD*", "global GPRS"])
def test_symbols(name):
    """Symbols under integer frequencies follow their pmf; those with none never come."""
    pmf = np.array([0.05, 0.4, 0.0, 0.25, 0.3])
    channel = Channel(Discrete(np.array([30, 1, 5, 0, 2])[[0, 1, 2, 4, 2]]), SCHEMES[name](24))
    target = channel.target(pmf)
    stack = BitStack()
    drawn = [int(channel.push(stack, target, seed=seed).value) for seed in range(600)]
    assert [int(channel.pop(stack, seed=s).value) for s in reversed(range(600))] == drawn[::-1]
    counts = np.bincount(drawn, minlength=5)
    assert counts[2] == 0
    assert stats.chisquare(counts[pmf > 0], 600 * pmf[pmf > 0]).pvalue > 1e-3


@pytest.mark.parametrize("name", SCHEMES)
def test_damaged_codes(name):
    """A flipped bit gives an error or another place of the same tree, never anything else."""
    channel = Channel(Gaussian(), SCHEMES[name](64))
    code, _ = channel.encode(Gaussian(0.5, 0.1), seed=9)
    caught = 0
    for bit in range(8 * len(code)):
        broken = bytearray(code)
        broken[bit // 8] ^= 1 << bit % 8
        try:
            assert np.isfinite(channel.decode(bytes(broken), seed=9).value)
        except CorruptFile:
            caught += 1
    assert caught > 0
    with pytest.raises(CorruptFile, match="no encoder"):
        channel.decode(code + b"\1\2\3\4\5", seed=9)


def test_random_bytes_are_no_code():
    """Twenty random bytes are refused, and quickly."""
    rng = np.random.default_rng(0)
    channel = Channel(Gaussian(), BranchingGPRS(1024))
    for _ in range(50):
        with pytest.raises(VdscError):
            channel.decode(rng.bytes(20) + b"\1", seed=1)


def test_paths_that_leave_the_tree():
    """A path longer than any search, or into an empty region, is refused."""
    tree, stack = Tree(Noise(1), "middle"), BitStack()
    stack.push_uniform(np.full(30, 1 << 23), np.full(30, 1 << 24))
    code = PathCode(1024, heavy=True, split="middle")
    node = tree.root()
    rows = []
    while node.width > 1:
        rows.append(code._row(node))
        node = tree.child(node, right=True)
    rows.append(code._row(node))
    stack.push(np.full(len(rows), 1), np.concatenate(rows))
    wrong = np.full(len(rows), 2)
    wrong[-1] = 1
    stack.push(wrong, np.concatenate(rows))
    with pytest.raises(CorruptFile, match="out of its tree"):
        code.pop(stack, Noise(1))


def test_targets_of_the_wrong_kind():
    """A law is no target for symbols, nor a pmf for a law; bad frequencies are refused."""
    with pytest.raises(InvalidInput, match="pmf"):
        Channel(Discrete(np.array([1, 2])), BranchingAStar(8)).target(Uniform())
    with pytest.raises(InvalidInput, match="law"):
        Channel(Gaussian(), BranchingAStar(8)).target([0.5, 0.5])
    for bad in ([], [0, 0], [-1, 2], [0.5, 0.5], [[1]]):
        with pytest.raises(InvalidInput):
            Discrete(np.array(bad))


def test_it_stands_alone():
    """Importing the library loads neither torch nor any room above it."""
    rooms = "{'torch', 'vdsc.model', 'vdsc.codecs', 'vdsc.api'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, vdsc.rec; print({rooms})"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"


def test_frozen_codes():
    """Codes and samples of a known good run, for every scheme."""
    for name, (code, value) in FROZEN.items():
        channel = Channel(Gaussian(), SCHEMES[name](56))
        sample = channel.decode(bytes.fromhex(code), seed=2024)
        assert sample.value.hex() == value
        assert channel.encode(Gaussian(-0.3, 0.1), seed=2024)[0].hex() == code


FROZEN = {
    "PFR": ("f9796d", "-0x1.c5698e3e6364ep-2"),
    "global A*": ("f9796d", "-0x1.c5698e3e6364ep-2"),
    "AS*": ("04645e01", "-0x1.44a739544f99fp-2"),
    "AD*": ("00738003", "-0x1.af03cc0103702p-3"),
    "global GPRS": ("f9796d", "-0x1.c5698e3e6364ep-2"),
    "branching GPRS": ("04645e01", "-0x1.44a739544f99fp-2"),
}
