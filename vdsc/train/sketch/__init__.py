"""Training of what sketches colour video."""
