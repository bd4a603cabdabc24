"""Video without loss: networks that learn while they code, in integers."""
