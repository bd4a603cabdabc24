"""Training of coordinate networks that draw tiles of pictures."""
