"""Training of the lossless video model."""
