"""Frames foretold from known ones by motion that the file sends, block by block."""
