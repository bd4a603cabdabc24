"""A second reader of collections, written from docs/format/container.md alone."""

from __future__ import annotations

import lzma
import zlib

import msgpack

from tests.docs.brief_page import fields

RAW = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 22}]


def number(data, at):
    """A varint, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def records(data):
    """Kind, body and place of each record; every crc is checked."""
    crc, at = zlib.crc32(data[:9]), 9
    while at < len(data):
        size, body = number(data, at + 1)
        end = body + size
        crc = zlib.crc32(data[at:end], crc)
        assert data[end : end + 4] == crc.to_bytes(4, "little")
        yield data[at : at + 1], data[body:end], at
        at = end + 4


def unpacked(body):
    """The metadata of a META record: format and fields."""
    if body[0] == 0:
        return msgpack.unpackb(body[1:])
    if body[0] == 1:
        return msgpack.unpackb(zlib.decompress(body[1:], -15))
    return msgpack.unpackb(lzma.decompress(body[1:], lzma.FORMAT_RAW, filters=RAW))


def params_of(body):
    """Parameters as in BRIEF."""
    found, at = {}, 0
    while at < len(body):
        key = body[at : at + 1].decode()
        value, at = number(body, at + 1)
        found[key] = value // 2 if value % 2 == 0 else -(value + 1) // 2
    return found


def own(body, usual):
    """A clip that has something of its own."""
    flags, at, clip = body[0], 1, dict(usual)
    if flags & 1:
        clip["frames"], at = number(body, at)
    if flags & 2:
        _, at = number(body, at)
        _, at = number(body, at)
        at += 8
    if flags & 4:
        size, at = number(body, at)
        at += size
    if flags & 8:
        size, at = number(body, at)
        clip["params"], at = params_of(body[at : at + size]), at + size
    sizes = []
    if flags & 16:
        count, at = number(body, at)
        for _ in range(count - 1):
            size, at = number(body, at)
            sizes.append(size)
    if flags & (32 | 64):
        size, at = number(body, at)
        part = unpacked(body[at : at + size])[1] if size else None
        clip["fields"] = {**usual["fields"], **part} if flags & 32 else part
        at += size
    clip["chunks"] = []
    for size in sizes:
        clip["chunks"].append(body[at : at + size])
        at += size
    clip["chunks"].append(body[at:])
    clip["fresh"] = bool(flags & 128)
    return clip


def clips_of(data):
    """The names and the clips of a collection, which its index is asserted to point at."""
    names, clips, places, ends, usual = [], [], [], [], {}
    kinds, firsts = [], []
    for kind, body, place in records(data):
        if kind == b"K":
            usual = shared(body)
            kinds.append(usual)
        elif kind == b"m":
            usual["fields"] = unpacked(body)[1]
        elif kind == b"V":
            kinds.append({**usual, **variant(body)})
            firsts.append((place, len(clips)))
        elif kind in (b"I", b"J", b"W"):
            places.append(place)
            clips.append(clip_of(kind, body, kinds))
        elif kind == b"N":
            names += names_of(body)
        elif kind == b"X":
            check_index(zlib.decompress(body, -15), places, clips, place, firsts)
        elif kind == b"Z":
            ends.append(int.from_bytes(body, "little"))
    assert data[ends[-1] : ends[-1] + 1] == b"X"
    return names, clips


def names_of(body):
    """The names in a NAMES record."""
    count, at = number(body, 0)
    text = body[at + 1 :]
    if body[at] == 2:
        text = lzma.decompress(text, lzma.FORMAT_RAW, filters=RAW)
    return [name.decode() for name in text.split(b"\0")[:count]]


def variant(body):
    """Codec, model and parameters of a variant."""
    assert body[:1] == b"B"
    head = fields(body[1:])
    assert head[1][0] == 1
    return coded_by(head)


def clip_of(kind, body, kinds):
    """A clip; if it is of a variant, that has come before."""
    if kind == b"I":
        return {**kinds[0], "chunks": [body]}
    if kind == b"J":
        return own(body, kinds[0])
    what, at = number(body, 0)
    assert 0 < what // 2 < len(kinds)
    usual = kinds[what // 2]
    return own(body[at:], usual) if what % 2 else {**usual, "chunks": [body[at:]]}


def shared(body):
    """What a usual clip has."""
    flags, at, usual = body[0], 1, None
    if flags & 1:
        usual, at = number(body, at)
    assert body[at : at + 1] == b"B"
    head = fields(body[at + 1 :])
    frames = head[1][0] if usual is None else usual + bool(flags & 2)
    return {"frames": frames, "fields": None, "fresh": False, **coded_by(head)}


def coded_by(head):
    """Codec, model and parameters in a header."""
    params = {key: value for key, value in head.items() if isinstance(key, str)}
    return {"codec": head[0], "model": head.get(7), "params": params}


def check_index(data, places, clips, end, firsts):
    """Groups of clips are where the index says, and variants, each before a group's first clip."""
    numbers, at = [], 0
    while at < len(data):
        value, at = number(data, at)
        numbers.append(value)
    groups = numbers[0]
    steps, counts = numbers[1 : groups + 2], numbers[groups + 2 : 2 * groups + 2]
    frames = numbers[2 * groups + 2 : 3 * groups + 2]
    first = [sum(counts[:i]) for i in range(groups)]
    assert [sum(steps[: i + 1]) for i in range(groups)] == [places[i] for i in first]
    assert sum(steps) == end
    assert sum(counts) == len(clips)
    assert sum(frames) == sum(clip["frames"] for clip in clips)
    rest = numbers[3 * groups + 2 :]
    beyond = rest[1 + rest[0] :]
    steps = beyond[1:]
    assert beyond[:1] == ([len(firsts)] if firsts else [])
    assert [sum(steps[: i + 1]) for i in range(len(steps))] == [place for place, _ in firsts]
    assert all(one in first for _, one in firsts)
