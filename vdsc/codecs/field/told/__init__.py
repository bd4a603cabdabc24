"""Frames foretold from known ones by motion that the file tells, block by block."""
