"""Scenes of sprites that move over black: what they look like, once, and where they are."""
