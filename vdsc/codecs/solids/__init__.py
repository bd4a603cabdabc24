"""Solids: arrays of two values over three axes, coded voxel by voxel under learned networks."""
