"""The sizes that a .vds file may have; docs/format.md states the same numbers."""

from __future__ import annotations

HEAD_BYTES = 2**20
BODY_BYTES = 2**30
DIMENSIONS = 8
RAW_BYTES = 2**46
LISTED_TIMES = 2**27
PARAMETERS = 240
META_BYTES = 2**24
NAME_BYTES = 2**12
NAMES_BYTES = 2**27
VARINT_BYTES = 10
