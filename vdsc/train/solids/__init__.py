"""Training of the networks of solids, on solids that are made up."""
