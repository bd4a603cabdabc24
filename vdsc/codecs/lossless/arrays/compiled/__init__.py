"""The array coder as compiled loops: the bits of the NumPy code beside it, many times as quick."""
