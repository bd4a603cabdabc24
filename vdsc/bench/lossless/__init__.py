"""The benchmark of the lossless mode: every bit comes back, and the bytes are counted."""
