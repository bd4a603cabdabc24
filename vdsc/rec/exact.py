"""Elementary functions that IEEE 754 leaves no choice: sums, products, quotients, square roots.

A library's exp and log may differ in the last digit between machines; these cannot, because every
step is one correctly rounded float64 operation, in the order that is written here.
"""

from __future__ import annotations

import math

import numpy as np

from vdsc.core.types import Floats, Ints
from vdsc.rec.noise import BITS

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG = [1 / (2 * k + 1) for k in range(13)]  # atanh(z) / z in powers of z^2
_EXP = [1 / math.factorial(k) for k in range(16)]

# Wichura 1988, algorithm AS 241 (PPND16): numerators and denominators in rising powers.
_CENTRE = (
    (
        *(3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3),
        *(1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4),
        *(3.3430575583588128105e4, 2.5090809287301226727e3),
    ),
    (
        *(1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3),
        *(2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4),
        *(5.2264952788528545610e3,),
    ),
)
_NEAR = (
    (
        *(1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0),
        *(3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1),
        *(2.27238449892691845833e-2, 7.74545014278341407640e-4),
    ),
    (
        *(1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1),
        *(1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4),
        *(1.05075007164441684324e-9,),
    ),
)
_FAR = (
    (
        *(6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0),
        *(2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3),
        *(2.71155556874348757815e-5, 2.01033439929228813265e-7),
    ),
    (
        *(1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2),
        *(7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7),
        *(2.04426310338993978564e-15,),
    ),
)


def log(x: Floats) -> Floats:
    """Natural logarithm of positive x, within 2 units in the last place of max(1, |log x|)."""
    part, power = np.frexp(x)
    small = part < math.sqrt(0.5)
    part, power = np.where(small, part * 2, part), np.where(small, power - 1, power)
    z = (part - 1) / (part + 1)
    series = 2 * (z * _horner(_LOG, z * z))
    result: Floats = power * _LN2_LOW + series + power * _LN2_HIGH
    return result


def exp(x: Floats) -> Floats:
    """Exponential of x in [-700, 700], within a few units in the last place; others are clipped."""
    x = np.clip(x, -700.0, 700.0)
    power = np.rint(x / _LN2_HIGH)
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    return np.ldexp(_horner(_EXP, rest), power.astype(np.int64))


def logit(u: Ints) -> Floats:
    """Log odds of the middle of coordinate u, (u + 1/2) / 2**62."""
    return log((2 * u + 1).astype(np.float64)) - log((2 * _mirror(u) + 1).astype(np.float64))


def normal_quantile(u: Ints) -> Floats:
    """Quantile of N(0, 1) at the middle of coordinate u, relative error about 1e-15.

    Wichura 1988, algorithm AS 241.
    """
    offset = (2 * u + 1 - (1 << BITS)).astype(np.float64) * 2.0 ** -(BITS + 1)
    inner = _ratio(_CENTRE, np.maximum(0.180625 - offset * offset, 0.0)) * offset
    tail = (2 * np.minimum(u, _mirror(u)) + 1).astype(np.float64) * 2.0 ** -(BITS + 1)
    far = np.sqrt(-log(tail))
    outer = np.where(far <= 5, _ratio(_NEAR, far - 1.6), _ratio(_FAR, far - 5))
    result: Floats = np.where(np.abs(offset) <= 0.425, inner, np.copysign(outer, offset))
    return result


def _mirror(u: Ints) -> Ints:
    return (1 << BITS) - 1 - u


def _ratio(terms: tuple[tuple[float, ...], tuple[float, ...]], x: Floats) -> Floats:
    return _horner(terms[0], x) / _horner(terms[1], x)


def _horner(terms: tuple[float, ...] | list[float], x: Floats) -> Floats:
    """Polynomial with `terms` in rising powers of x."""
    total = np.full_like(x, terms[-1])
    for term in terms[-2::-1]:
        total = total * x + term
    return total
