"""Training of the networks of bits-back: the lossless objective under the paper's likelihood."""
