"""The networks of the latent VD-SDE and the mathematics around them (torch lives here)."""
