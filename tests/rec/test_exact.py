"""Elementary functions by correctly rounded operations: near the truth, and frozen to the bit."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
from scipy import special

from vdsc.rec import exact
from vdsc.rec.noise import Noise, coordinates
from vdsc.rec.proposals import WHOLE

U = coordinates(Noise(11).words(0, 0, 4000))


def test_log_and_exp():
    """Both are within 2 units in the last place of 40-digit decimals."""
    x = np.exp(np.linspace(-300, 300, 301))
    with localcontext() as context:
        context.prec = 40
        logs = np.array([float(Decimal(v).ln()) for v in x.tolist()])
        exps = np.array([float(Decimal(v).exp()) for v in np.linspace(-600, 600, 301).tolist()])
    unit = np.finfo(float).eps
    assert (np.abs(exact.log(x) - logs) <= 2 * unit * np.maximum(np.abs(logs), 1)).all()
    assert (np.abs(exact.exp(np.linspace(-600, 600, 301)) / exps - 1) <= 4 * unit).all()
    near = 1 + np.linspace(-1e-3, 1e-3, 101)
    assert np.abs(exact.log(near) - np.log1p(near - 1)).max() < 1e-16


def test_quantiles():
    """The normal and the logistic quantile invert their distribution functions, tails included."""
    u = np.concatenate((U, [0, 1, 1 << 20, 1 << 40, WHOLE >> 1, WHOLE - 1]))
    tail = (np.minimum(u, WHOLE - 1 - u) + 0.5) / WHOLE
    assert np.abs(special.ndtr(-np.abs(exact.normal_quantile(u))) / tail - 1).max() < 1e-12
    assert np.abs(special.expit(-np.abs(exact.logit(u))) / tail - 1).max() < 1e-12
    assert (exact.normal_quantile(u) == -exact.normal_quantile(WHOLE - 1 - u)).all()
    assert (np.diff(exact.normal_quantile(np.sort(u))) >= 0).all()


def test_frozen_bits():
    """The same float64 on every machine."""
    u = np.array([0, 12345678901234567, 1 << 60, (1 << 61) + 3, WHOLE - (1 << 44)])
    assert [value.hex() for value in exact.normal_quantile(u).tolist()] == FROZEN_NORMAL
    assert [value.hex() for value in exact.logit(u).tolist()] == FROZEN_LOGIT
    powers = exact.exp(np.array([-math.pi, 0.1, 20.5]))
    assert [value.hex() for value in powers.tolist()] == FROZEN_EXP


FROZEN_NORMAL = [
    "-0x1.202413cc3109bp+3",
    "-0x1.6478466eaed99p+1",
    "-0x1.5956b87528a49p-1",
    "0x1.18be0bbf76226p-59",
    "0x1.1e6bc7e9aff01p+2",
]
FROZEN_LOGIT = [
    "-0x1.5d589f2fe5107p+5",
    "-0x1.7ae7363ceb898p+2",
    "-0x1.193ea7aad0300p+0",
    "0x0.0p+0",
    "0x1.8f40aded9713cp+3",
]
FROZEN_EXP = ["0x1.620227b598efap-5", "0x1.1aec7b35a00d4p+0", "0x1.7d6c4f0bcdd5cp+29"]
