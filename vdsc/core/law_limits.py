"""Numbers of the learned law of knots that its two twins share: a float one, and an exact one.

Values and steps are in units of the latent space, logarithms are to the base 2.
"""

from __future__ import annotations

FAR = 32
"""The largest value of a knot that the law looks at; a larger one counts as this."""

QUICK = 8
"""The largest move from knot to knot."""

STEEP = 4
"""The largest move that is expected to go on."""

LOUD = 8
"""The largest surprise that later values of the same knot learn of."""

FAINT = 1 / 32
"""The least size of a surprise, in scales."""

MEAN_SIZE = 1.25
"""What takes the usual logarithm of a surprise's size to about zero."""

USUAL = 3.0
"""Log of the usual gap in ticks, and of the usual step's inverse."""

NARROWEST, WIDEST = -13, 5
"""Logs of the least and of the largest scale."""

BLUR, LEAST = 5 / 16, 1 / 64
"""Steps that are added to a scale: of the surprises' unit, and of the law itself."""

MOST, GATED = 64, 16
"""The largest correction of a mean, and factor on it."""

WITHIN = ("first_off", "first_loud", "later_off", "later_loud")
"""What is learned of a knot's earlier values: when (first knot, later one), and from what."""
