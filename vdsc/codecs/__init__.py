"""One room a codec behind the contract of `base.py`, and what codecs share."""
