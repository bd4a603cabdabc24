"""Integer models that any machine repeats: arrays of numbers, coded without loss."""
