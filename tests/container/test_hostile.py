"""Forged files are refused, or read, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from tests.container import hostile
from vdsc.container import Reader, listed_times
from vdsc.core import memory
from vdsc.errors import LimitExceeded

LISTED = hostile.msgpack.packb({0: "raw", 1: [1 << 20]})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's address space")
def test_a_thousand_forged_files_stay_within_the_limit():
    """Each is read or a VdscError while the process may take the limit and 100 MB, no more."""
    run = [sys.executable, "-m", "tests.container.hostile"]
    result = subprocess.run(run, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    found = json.loads(result.stdout)
    assert sum(found.values()) == hostile.COUNT
    assert {name.split()[1] for name in found} >= {"read", "CorruptFile", "LimitExceeded"}
    assert found["timed read"] > 3
    assert found["timed LimitExceeded"] > 3


def test_the_limit_is_checked_before_the_times():
    """At the exact limit times are read; with one byte less they are refused, unread."""
    body = listed_times.pack(np.arange(1 << 20) / 100)
    raw = hostile.file_of((b"H", LISTED), (b"T", body), (b"C", b""))
    enough = listed_times.needed(1 << 20) + len(body) + len(body) // 8 + (2 << 20)
    assert Reader(hostile.io.BytesIO(raw), memlimit=enough).header.outline.frames == 1 << 20
    with pytest.raises(LimitExceeded, match="--memlimit"):
        Reader(hostile.io.BytesIO(raw), memlimit=enough - 1)


def test_a_chunk_is_refused_unread():
    """The length of a record is compared with the limit before its body is read."""
    raw = hostile.file_of((b"H", hostile.msgpack.packb({0: "raw", 1: [5], 3: 1})))
    stream = hostile.io.BytesIO(raw + b"C" + hostile.put(200 << 20) + b"x" * 1000)
    reader = Reader(stream, memlimit=200 << 20)
    with pytest.raises(LimitExceeded, match="a record of 209715200 bytes would take 227 MiB"):
        next(reader.chunks())
    assert len(stream.read()) == 1000


def test_a_header_is_weighed_before_it_is_unpacked():
    """A HEAD may not become more objects than the limit allows."""
    raw = hostile.file_of((b"H", b"\x81\x01\xdd\x00\x0f\x00\x00" + b"\x90" * (15 << 16)))
    with pytest.raises(LimitExceeded, match="a header of 983047 bytes would take 91 MiB"):
        Reader(hostile.io.BytesIO(raw), memlimit=90 << 20)


def test_the_message_says_what_helps():
    """What is needed is allowed up to the limit; beyond it both sizes and the option are named."""
    memory.check(memory.DEFAULT, memory.DEFAULT, "it")
    with pytest.raises(LimitExceeded) as error:
        memory.check((2 << 30) + 1, memory.DEFAULT, "the clip")
    assert str(error.value) == (
        "the clip would take 2049 MiB of memory and the limit is 2048 MiB; "
        "if you trust the file, raise the limit with --memlimit"
    )
