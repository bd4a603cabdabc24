"""Files with right checksums and wrong contents fail cleanly, and early."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import msgpack
import numpy as np
import pytest

from vdsc.container import MAGIC, weigh
from vdsc.container import listed_times as times
from vdsc.errors import CorruptFile, LimitExceeded, UnsupportedVersion

Forge = Callable[..., bytes]

GOOD = {0: "raw", 1: [5], 3: 1}
HEAD = msgpack.packb(GOOD)
LISTED = msgpack.packb({0: "raw", 1: [5]})


def read(raw: bytes) -> None:
    """Read a file to its end."""
    weigh(io.BytesIO(raw))


def head(**changes: Any) -> bytes:
    """The good HEAD with fields k0, k1, ... changed, in canonical order."""
    fields = GOOD | {int(key[1:]): value for key, value in changes.items()}
    return bytes(msgpack.packb(dict(sorted(fields.items()))))


CORRUPT = {
    "empty": b"",
    "no map": msgpack.packb([1]),
    "nothing": msgpack.packb({}),
    "no codec": msgpack.packb({1: [5], 3: 1}),
    "no shape": msgpack.packb({0: "raw", 3: 1}),
    "joined": HEAD + HEAD,
    "cut": HEAD[:-1],
    "deep": b"\x91" * 5000,
    "not text": b"\x81\x00\xa1\xff",
    "duplicate": b"\x84" + HEAD[1:] + b"\x03\x01",
    "unsorted": msgpack.packb({1: [5], 0: "raw", 3: 1}),
    "long integer": HEAD[:-1] + b"\xcc\x01",
    "extension": HEAD[:-1] + b"\xd4\x01\x00",
    "timestamp": HEAD[:-1] + b"\xd6\xff\x00\x00\x00\x00",
    "many": msgpack.packb(GOOD | {f"a{n:03}": 1 for n in range(300)}),
    "bool key": msgpack.packb({0: "raw", True: [5], 3: 1}),
    "float key": msgpack.packb({0: "raw", 1.0: [5], 3: 1}),
    "bytes key": msgpack.packb(GOOD | {b"a": 1}),
    "negative key": msgpack.packb(GOOD | {-1: 1}),
    "list key": b"\x81\x91\x01\x01",
    "map key": b"\x81\x80\x01",
    "default dtype": head(k2=0),
    "default start": head(k4=0),
    "negative zero": head(k4=-0.0),
    "float start": head(k4=2.0),
    "not finite": head(k4=float("inf")),
    "default chunks": head(k6=1),
    "no chunks": head(k6=0),
    "bool chunks": head(k6=True),
    "no rate": head(k3=0),
    "negative rate": head(k3=-1),
    "float rate": head(k3=0.5),
    "zero rate": head(k3=[1, 0]),
    "not lowest": head(k3=[2, 4]),
    "whole rate": head(k3=[2, 1]),
    "three rate": head(k3=[2, 1, 1]),
    "signed rate": head(k3=[-1, -2]),
    "empty shape": head(k1=[]),
    "no frames": head(k1=[0]),
    "negative shape": head(k1=[-1, -1]),
    "bool shape": head(k1=[True]),
    "codec": head(k0="RAW"),
    "path": head(k5=b"123456../up"),
    "no name": head(k5=b"123456"),
    "text model": head(k5="123456m"),
    "no name, new": head(k7=bytes(16)),
    "short digest": head(k7=bytes(15)),
    "old and new": head(k5=b"123456m", k7=b"1234567890123456m"),
    "parameter": msgpack.packb(GOOD | {"a": 1.5}),
    "parameter name": msgpack.packb(GOOD | {"a b": 1}),
    "nil": msgpack.packb(GOOD | {"a": None}),
    "text dtype": head(k2="f8"),
}
LARGE = {
    "dimensions": head(k1=[1] * 9),
    "product": head(k1=[2**44 + 1]),
    "overflow": head(k1=[2**63, 2**63, 2**63]),
    "listed times": msgpack.packb({0: "raw", 1: [2**27 + 1]}),
}


@pytest.mark.parametrize("name", CORRUPT)
def test_corrupt_heads(name: str, forge: Forge) -> None:
    """A HEAD that breaks a rule is corrupt."""
    with pytest.raises(CorruptFile):
        read(forge((b"H", CORRUPT[name]), (b"C", b"")))


@pytest.mark.parametrize("name", LARGE)
def test_large_heads(name: str, forge: Forge) -> None:
    """A HEAD that asks for too much is refused before anything is allocated."""
    with pytest.raises(LimitExceeded):
        read(forge((b"H", LARGE[name]), (b"T", b""), (b"C", b"")))


@pytest.mark.parametrize("body", [head(k8=1), head(k2=46), msgpack.packb({0: "raw", 99: 1})])
def test_newer_heads(body: bytes, forge: Forge) -> None:
    """A field or a type that this version does not have belongs to a newer one."""
    with pytest.raises(UnsupportedVersion):
        read(forge((b"H", body), (b"C", b"")))


def test_newer_versions(forge: Forge) -> None:
    """A newer minor version is read, a newer major is refused, and major 0 never was."""
    good = ((b"H", HEAD), (b"C", b""))
    read(forge(*good, prelude=MAGIC + b"\x1f"))
    with pytest.raises(UnsupportedVersion, match=r"2\.7"):
        read(forge((b"X", b"whatever"), prelude=MAGIC + b"\x27"))
    with pytest.raises(CorruptFile):
        read(forge(*good, prelude=MAGIC + b"\x0f"))


def test_unknown_kinds(forge: Forge) -> None:
    """An upper-case kind is refused as newer, a lower-case one skipped, others are corrupt."""
    for code in set(range(256)) - set(b"C"):
        kind = bytes([code])
        raw = forge((b"H", HEAD), (kind, b"?"), (b"C", b""))
        if kind.islower():
            read(raw)
            continue
        known = kind in {b"H", b"B", b"T", b"S", b"U"}
        expected = UnsupportedVersion if kind.isupper() and not known else CorruptFile
        with pytest.raises(expected):
            read(raw)


def test_wrong_order(forge: Forge) -> None:
    """HEAD is first and once, and TIMES is there if and only if it is needed, at once."""
    body = times.pack(np.arange(5.0))
    read(forge((b"H", LISTED), (b"T", body), (b"C", b"")))
    for kinds in ("C", "T", "HH", "HTC", "hHC", "LC", "LnTC", "LTTC", "LCT"):
        bodies = {"H": HEAD, "L": LISTED, "T": body, "C": b"", "n": b"", "h": HEAD}
        records = [(b"H" if k == "L" else k.encode(), bodies[k]) for k in kinds]
        with pytest.raises(CorruptFile):
            read(forge(*records))
