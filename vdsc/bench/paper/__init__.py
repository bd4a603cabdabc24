"""The figures of Chen et al. 2022 (arXiv 2212.13659), measured on real .vds files."""
