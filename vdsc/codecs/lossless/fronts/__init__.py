"""A method of the lossless codec: whole numbers on a board, front after front."""
