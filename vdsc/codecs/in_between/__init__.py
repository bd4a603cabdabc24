"""Frames between two frames of pixels: where each part of one lies in the other, in integers."""
