"""Gaps: where values are missing, beside another codec's file of what is there."""
