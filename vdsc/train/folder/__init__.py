"""Training on a folder of sequences: what they are, how large a network, what it is worth."""
