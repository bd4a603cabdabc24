"""Any array over coordinates: a pyramid of lapped cosines under a learned context network."""
