"""A first picture of colour video, drawn from few numbers on grids from coarse to fine."""
