"""The nouns every room shares; numpy only."""
