"""Training of the networks of looks, for the codec `sprites`."""
