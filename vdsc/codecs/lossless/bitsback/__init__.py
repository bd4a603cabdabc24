"""Bits-back with ANS over the knots: latents popped under the posterior, pushed under the prior."""
