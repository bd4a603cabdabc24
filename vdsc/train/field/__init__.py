"""Training of context networks of fields."""
