"""Integer twins of a checkpoint's networks: posterior, path and frame decoder, bit for bit."""
