"""The lossy codec: knots of a latent path, coded under the frozen prior of a checkpoint."""
