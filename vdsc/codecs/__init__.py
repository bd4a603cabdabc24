"""One codec a file: the inner path from frames to bytes; no torch, no files."""
