"""The float law of knots, which is trained, and the exact one, which codes, charge the same."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vdsc.model.float_law import FloatLaw
from vdsc.quant import ValueGrid
from vdsc.train.checkpoint import mixture
from vdsc.twin.knot_law import KnotLaw
from vdsc.twin.law_coder import LawCoder, LearnedTables

DIMS, KNOTS = 7, 20


@pytest.fixture(scope="module")
def law():
    """A float law with random weights."""
    torch.manual_seed(4)
    made = FloatLaw(DIMS, 12).eval().requires_grad_(requires_grad=False)
    for name, parameter in made.named_parameters():
        if name not in {"weights", "widths"}:
            parameter.add_(0.1 * torch.randn_like(parameter))
    return made


def both(law, seed, still):
    """Bits under the float and under the exact law of some knots."""
    rng = np.random.default_rng(seed)
    grid = ValueGrid(np.exp2(rng.uniform(9, 14, DIMS)).astype(np.int64), 1, open=True)
    z = np.cumsum(rng.normal(0, 0.4, (KNOTS, DIMS)), axis=0)
    z[:, still] = z[0, still]
    cells = grid.snap(np.rint(z * 65536).astype(np.int64))
    lags = rng.integers(1, 30, KNOTS - 1)
    named = {f"law.{k}": v.numpy() for k, v in law.state_dict().items()}
    exact = LawCoder(LearnedTables(KnotLaw(named), mixture(law), still), grid)
    reals = (grid.value(cells) / 65536, grid.steps / 65536)
    values, steps = (torch.as_tensor(v)[None].float() for v in reals)
    lag = torch.as_tensor(np.append(0, lags))[None].float()
    nats = law(values, steps, lag, torch.as_tensor(still))
    return float(nats.sum()) / np.log(2), exact.bits(cells, np.append(0, np.cumsum(lags)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("still", [False, True])
def test_both_laws_charge_the_same(law, seed, still):
    """Within one percent, with and without a dimension that stays still."""
    found, exact = both(law, seed, np.arange(DIMS) == (2 if still else -1))
    assert abs(found - exact) < 0.01 * exact


def test_padding_does_no_harm(law):
    """Knots that repeat the last one leave the cost of those before them as it was."""
    z, step = torch.randn(1, 5, DIMS), torch.full((1, DIMS), 0.1)
    lag = torch.tensor([[0.0, 4, 7, 2, 9]])
    still = torch.zeros(DIMS, dtype=torch.bool)
    alone = law(z, step, lag, still)
    padded = torch.cat([z, z[:, -1:]], 1)
    together = law(padded, step, torch.cat([lag, torch.zeros(1, 1)], 1), still)
    assert torch.allclose(alone, together[:, :5], atol=1e-5)
