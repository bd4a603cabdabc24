"""Arrays of numbers without loss: adaptive prediction along time and between channels."""
