"""Frames between knots: foretold from frames on either side, and only the rest is coded."""
