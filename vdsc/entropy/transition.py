"""The frozen law of a knot given the knots before it, in integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vdsc.core.fixed import ONE
from vdsc.core.types import Ints
from vdsc.errors import InvalidInput
from vdsc.quant.normal import LAWS

GLOBAL_NU = 1e-3
"""A dimension that diffuses less than this is constant (Chen et al. 2022, section 3.2)."""


EVEN_BLUR = 18919
"""2**16 / sqrt(12): the standard deviation of a uniform error, in widths of its cell."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TransitionTables:
    """Ornstein-Uhlenbeck tables by lag, with an optional linear correction and adaptive scale.

    D dimensions, L lags in ticks, C classes of lags, A activity buckets. `KnotPredictor` states the
    formulas. Unset optional tables
    and no blur give exactly the OU code.

    Args:
        rho: (L, D) Q16; row l - 1 holds the decay over l ticks, the last row all longer lags.
        sigma: (L, D) Q16, 1 to 2**20, the scale of the innovation over l ticks.
        sigma0: (D,) Q16, the scale of the first knot, whose mean is zero.
        is_global: (D,) bool, the dimensions that only the first knot carries.
        blocks: (D,) >= 0; dimensions of a lower block are coded, and known, earlier.
        lag_class: (L,) the class of each lag, 0 to C - 1.
        blur: Q16, 0 to 2**16: how much of the last cell's width widens the scale; a uniform error
            within the cell is 2**16 / sqrt(12), and 0 takes the last value as exact.
        weights: (C, D, 3 D) Q16, the correction of the mean; those of one dimension sum to 2**32 at
            most in absolute value.
        activity_weights: (3,) non-negative, the first two not both zero.
        activity_edges: (A - 1,) Q16, increasing.
        activity_gain: (C, A) Q16, 1 to 2**24, factors of the scale.
        law: "normal" or "logistic".

    Raises:
        InvalidInput: shapes disagree or a number is out of range.
    """

    rho: Ints
    sigma: Ints
    sigma0: Ints
    is_global: NDArray[np.bool_]
    blocks: Ints
    lag_class: Ints
    blur: int = EVEN_BLUR
    weights: Ints | None = None
    activity_weights: Ints | None = None
    activity_edges: Ints | None = None
    activity_gain: Ints | None = None
    law: str = "normal"

    def __post_init__(self) -> None:
        lags, dims = self.rho.shape if self.rho.ndim == 2 else (0, 0)
        _demand(lags > 0 and self.sigma.shape == (lags, dims), "rho and sigma must both be (L, D)")
        for name in ("sigma0", "is_global", "blocks"):
            _demand(getattr(self, name).shape == (dims,), f"{name} must be (D,)")
        _demand(self.lag_class.shape == (lags,), "lag_class must be (L,)")
        _demand(_within(self.lag_class, 0, 255), "a lag_class is out of range")
        _demand(_within(self.rho, -(2**20), 2**20), "rho is out of range")
        _demand(_within(self.sigma, 1, 2**20) and _within(self.sigma0, 1, 2**20), "sigma too wide")
        _demand(0 <= self.blur <= ONE, "blur is out of range")
        _demand(_within(self.blocks, 0, 2**16), "a block is out of range")
        _demand(self.law in LAWS, f"no law is called {self.law!r}; choose one of {sorted(LAWS)}")
        self._check_weights(dims)
        self._check_activity()

    @classmethod
    def from_ou(
        cls, nu: ArrayLike, tick_seconds: float, lags: int, *, law: str = "normal"
    ) -> TransitionTables:
        """Tabulate the OU transition of diffusions nu (D,) for 1..lags ticks.

        rho = exp(-nu^2 d / 2) and sigma^2 = 1 - exp(-nu^2 d), d in seconds; a logistic law gets
        the scale of equal variance, sigma sqrt(3) / pi. Chen et al. 2022, equation 15.
        """
        rate = np.square(np.asarray(nu, dtype=np.float64))
        decay = np.outer(np.arange(1, lags + 1) * tick_seconds, rate)
        unit = 1.0 if law == "normal" else np.sqrt(3) / np.pi
        return cls(
            rho=_q16(np.exp(-decay / 2)),
            sigma=np.maximum(_q16(unit * np.sqrt(-np.expm1(-decay))), 1),
            sigma0=_q16(np.full(rate.shape, unit)),
            is_global=rate < GLOBAL_NU**2,
            blocks=np.zeros(rate.size, dtype=np.int64),
            lag_class=np.zeros(lags, dtype=np.int64),
            law=law,
        )

    def to_arrays(self) -> dict[str, NDArray[np.int32]]:
        """Return the tables that are set, by name, as int32; the law is its place in `LAWS`."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        named |= {"law": [list(LAWS).index(self.law)], "blur": [self.blur]}
        return {name: np.asarray(t, dtype=np.int32) for name, t in named.items() if t is not None}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.int32]]) -> TransitionTables:
        """Rebuild what `to_arrays` gave.

        Raises:
            InvalidInput: a table is missing, unknown or malformed.
        """
        named = {name: np.asarray(table, dtype=np.int64) for name, table in arrays.items()}
        try:
            law, blur = list(LAWS)[int(named.pop("law")[0])], int(named.pop("blur")[0])
            is_global = named.pop("is_global").astype(bool)
            return cls(law=law, blur=blur, is_global=is_global, **named)
        except (KeyError, IndexError, TypeError) as error:
            raise InvalidInput(f"the transition tables are incomplete: {error}") from error

    def _check_weights(self, dims: int) -> None:
        if self.weights is None:
            return
        shape = (self.lag_class.max() + 1, dims, 3 * dims)
        _demand(self.weights.shape == shape, f"weights must be {shape}")
        _demand(_within(self.weights, -(2**31), 2**31 - 1), "weights must fit 32 bits")
        known = self.blocks[None, :] < self.blocks[:, None]
        _demand(
            not self.weights[:, :, 2 * dims :][:, ~known].any(),
            "weights may look at the residuals of earlier blocks only",
        )
        _demand(_within(np.abs(self.weights).sum(axis=2), 0, 2**32), "weights are too large")

    def _check_activity(self) -> None:
        tables = (self.activity_weights, self.activity_edges, self.activity_gain)
        if self.activity_gain is None or self.activity_edges is None:
            _demand(all(table is None for table in tables), "the activity tables go together")
            return
        mix = self.blocks[:0] if self.activity_weights is None else self.activity_weights
        _demand(mix.shape == (3,) and _within(mix, 0, 2**16), "activity_weights must be (3,)")
        _demand(mix[:2].any(), "activity needs the knot before")
        _demand((np.diff(self.activity_edges) > 0).all(), "activity edges must increase")
        shape = (self.lag_class.max() + 1, self.activity_edges.size + 1)
        _demand(self.activity_gain.shape == shape, f"activity_gain must be {shape}")
        _demand(_within(self.activity_gain, 1, 2**24), "activity_gain is out of range")


def _q16(reals: NDArray[np.float64]) -> Ints:
    return np.rint(reals * ONE).astype(np.int64)


def _within(table: Ints, low: int, high: int) -> bool:
    return not table.size or bool(low <= table.min() and table.max() <= high)


def _demand(holds: object, otherwise: str) -> None:
    if not holds:
        raise InvalidInput(f"the transition tables cannot be used: {otherwise}")
