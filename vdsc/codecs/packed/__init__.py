"""The packed codec: the bytes of a whole sequence as one LZMA2 stream."""
