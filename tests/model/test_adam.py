"""The encoder's Adam against torch's own."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from vdsc.model.adam import Adam


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.8, 0.95)])
def test_it_walks_as_torchs_own(betas):
    """Two leaves, one of which a term of the loss leaves out, a falling pace, forty steps."""
    torch.manual_seed(0)
    target = torch.randn(5, 3, dtype=torch.float64)
    ours = [torch.zeros(5, 3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)]
    theirs = [leaf.clone() for leaf in ours]
    for leaf in (*ours, *theirs):
        leaf.requires_grad_()
    adam, reference = Adam(ours, betas), torch.optim.Adam(theirs, betas=betas)

    def loss(leaves):
        return (leaves[0] + leaves[1] - target).abs().pow(1.5).sum() + leaves[1].square().sum()

    for step in range(40):
        pace = 0.3 * (1 - step / 40)
        adam.step(loss(ours), pace)
        reference.param_groups[0]["lr"] = pace
        reference.zero_grad()
        loss(theirs).backward()
        reference.step()
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.allclose(mine, other, rtol=1e-9, atol=1e-12)


def test_a_leaf_that_does_not_matter_stays():
    """An unused leaf has slope zero."""
    used, unused = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    Adam([used, unused]).step(used.square().sum(), 0.1)
    assert unused.tolist() == [1, 1]
    assert used.tolist() == pytest.approx([0.9, 0.9])


def test_the_compiler_stays_unloaded():
    """What the class is for."""
    code = (
        "import sys, torch; from vdsc.model.adam import Adam\n"
        "a = torch.ones(1, requires_grad=True); Adam([a]).step(a.sum(), 0.1)\n"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
