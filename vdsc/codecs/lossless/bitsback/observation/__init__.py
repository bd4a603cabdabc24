"""p(x | z^) in integers: the pixels of sprites, or channels, given the synthesised frame."""
