"""The lossy codec `vdsde`: knots of a latent path; no torch, no files."""
