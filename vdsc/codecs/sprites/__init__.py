"""The codec `sprites`: what small things over black look like, coarsely, and where they are."""
