"""The benchmark: vdsc against what people use today, every codec run for real in one process."""
