"""The file: HEAD and chunks, and what each chunk says."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import msgpack

from tests.docs import brief_page, short_page
from tests.docs.page_decoder import varint

UNITS = ("D", "s", "ms", "us", "ns")
# fmt: off
NAMES = ["f4", "u1", "f8", "f2", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "b1",
         ">f4", ">f8", ">f2", ">u2", ">u4", ">u8", ">i2", ">i4", ">i8", "c8", "c16", ">c8", ">c16",
         *(f"{kind}8[{unit}]" for kind in ("M", "m", ">M", ">m") for unit in UNITS), "V2"]
# fmt: on


MODELS = Path(__file__).parents[2] / "golden" / "models"


def opened(data: bytes, models: Path = MODELS) -> tuple[dict[Any, Any], list[bytes]]:
    """HEAD and the bodies of a file's chunks; `models` has the folders of checkpoints."""
    assert data[:8] == bytes.fromhex("89 56 44 53 0D 0A 1A 0A")
    assert data[8] >> 4 == 1
    head, bodies, at, crc = {}, [], 9, zlib.crc32(data[:9])
    while at < len(data):
        size, begin = varint(data, at + 1)
        end = begin + size
        crc = zlib.crc32(data[at:end], crc)
        assert data[end : end + 4] == crc.to_bytes(4, "little")
        if data[at] == ord("H"):
            head = msgpack.unpackb(data[begin:end], strict_map_key=False)
        elif data[at] == ord("B"):
            head = brief_page.fields(data[begin:end])
        elif data[at] == ord("S"):
            head, chunk = short_page.sole(data[begin:end])
            bodies.append(chunk)
        elif data[at] == ord("U"):
            head, chunk = short_page.usual(data[begin:end], models)
            bodies.append(chunk)
        elif data[at] == ord("C"):
            bodies.append(data[begin:end])
        at = end + 4
    assert len(bodies) == head.get(6, 1)
    return head, bodies
