"""Files <-> frames: one adapter a format, found by suffix, imported on use."""
