"""The codec without a checkpoint: knots, and between them the sine series of a bridge."""
