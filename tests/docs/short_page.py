"""Files of one record as docs/format says them: SOLE, and USUAL beside a checkpoint's folder."""

from __future__ import annotations

import json
import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from tests.docs import brief_page
from tests.docs.page_decoder import Stack, draw_times, gap_row, pop_times, signed, varint

NUMBERS = {"f4": 0, "u1": 1}
RATED, STARTED, TYPED, SHAPED = 1, 2, 4, 8


def sole(body: bytes) -> tuple[dict[Any, Any], bytes]:
    """HEAD's map and the chunk of a SOLE record."""
    n, at = varint(body, 0)
    return brief_page.fields(body[at : at + n]), body[at + n :]


def folder_of(start: bytes, models: Path) -> Path:
    """The folder of the checkpoint whose digest begins so; those of one digest are alike."""
    folders = sorted(config.parent for config in models.glob("*/model.json"))
    return next(f for f in folders if digest(f).startswith(start))


def digest(folder: Path) -> bytes:
    """The digest that a checkpoint states."""
    return bytes.fromhex(json.loads((folder / "model.json").read_text())["digest"])


def usual(body: bytes, models: Path) -> tuple[dict[Any, Any], bytes]:
    """HEAD's map and the chunk that a USUAL record stands for."""
    folder = folder_of(body[1:6], models)
    said = json.loads((folder / "model.json").read_text())
    if not body[0]:
        n, at = varint(body, 6)
        head = brief_page.fields(body[at : at + n])
        return head | {7: digest(folder) + said["name"].encode()}, body[at + n :]
    frames, at = varint(body, 6)
    pixels = said["frames"]["kind"] == "pixels"
    head, at = header(body, at, said, frames)
    pose = b""
    if not pixels:
        head, pose, at = posed(head, body, at)
    knots, spent = times(body[at:], head, folder, frames)
    head[7] = digest(folder) + said["name"].encode()
    return head, number(knots) + number(min(spent, len(body) - at)) + pose + body[at:]


def header(body: bytes, at: int, said: dict[str, Any], frames: int) -> tuple[dict[Any, Any], int]:
    """HEAD's map but for ramps and model, and where it ends."""
    more, flags = body[0] >= 128, 0
    if more:
        flags, at = body[at], at + 1
    frame, pixels = said["net"]["frame"], said["frames"]["kind"] == "pixels"
    rate, head = Fraction(said["net"]["fps"]), {0: "knots", "q": body[0] % 128}
    if flags & RATED:
        top, at = varint(body, at)
        bottom, at = varint(body, at)
        rate = Fraction(top, bottom)
    if flags & STARTED:
        head[4], at = struct.unpack_from("<d", body, at)[0], at + 8
    head[2] = NUMBERS["u1" if pixels else "f4"]
    if flags & TYPED:
        head[2], at = varint(body, at)
    if flags & SHAPED:
        frame = frame[:-1] if pixels else [frame[0] // 3, 3]
    for _ in range(flags // 16):
        head[chr(body[at])], at = signed(body, at + 1)
    head[1] = [frames, *frame]
    head[3] = [rate.numerator, rate.denominator] if rate.denominator > 1 else rate.numerator
    return head, at


def posed(head: dict[Any, Any], body: bytes, at: int) -> tuple[dict[Any, Any], bytes, int]:
    """HEAD's map with ramps, the pose of the chunk, and where it ends in the record."""
    both, at = varint(body, at)
    if not both:
        return head, b"", at
    begin, head["u"] = at, (both - 1) // 2
    for _ in range(2 * head["u"].bit_count()):
        at = varint(body, at)[1]
    if both % 2:
        return head, body[begin:at] + b"\0", at
    count, at = varint(body, at)
    for _ in range(3 * count):
        at = varint(body, at)[1]
    return head, body[begin:at], at


def times(stream: bytes, head: dict[Any, Any], folder: Path, frames: int) -> tuple[int, int]:
    """How many knots there are, and the bytes of their times."""
    tables = load_file(folder / "tables.safetensors")
    counts = tables["gaps"][tables["curve"][head["q"] - 1][2]].tolist()
    row = gap_row([1] if "a" in head else counts, None)
    if "p" in head and "a" not in head:
        row = gap_row(None, head["p"])
    drawn = "d" in head
    stack = Stack(stream[drawn:])
    before = bits(stack)
    if drawn:
        knots = draw_times(stack, row, frames - 1, stream[0], head.get("s", 0), 0)
    else:
        knots = pop_times(stack, row, frames - 1)
    return len(knots), drawn + round((before - bits(stack)) / 8)


def bits(stack: Stack) -> int:
    """The bits that a stack has."""
    return 32 * len(stack.words) + max(stack.state.bit_length() - 1, 0)


def number(value: int) -> bytes:
    """A varint."""
    return bytes([value]) if value < 128 else bytes([value % 128 + 128]) + number(value // 128)
