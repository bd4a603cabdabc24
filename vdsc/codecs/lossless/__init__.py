"""The lossless codec: every chunk by the method that makes it smallest."""
