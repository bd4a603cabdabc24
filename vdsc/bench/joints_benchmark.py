"""`python -m vdsc.bench joints`: bytes at ACL's own largest error, clip by clip, at every joint.

ACL's bytes and errors come from a table that was measured beside the data (`--acl`). A file's
skeleton is counted for neither: what is measured are arrays without metadata. Beside them stand
plain steps: each channel's follows from how far it moves the body, and values are simply rounded.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from vdsc.api.decoding import decode
from vdsc.api.encoding import Job
from vdsc.bench.clips import NoData, root
from vdsc.bench.lossy_tables import table
from vdsc.bench.runner import Journal, conditions, each, put, run_domains, to_stderr
from vdsc.codecs.bounded.bounded_settings import BoundedSettings
from vdsc.codecs.bounded.codec import BoundedCodec
from vdsc.codecs.bounded.joint_codec import JointCodec, JointSettings
from vdsc.codecs.bounded.joint_measure import Measured
from vdsc.core.sequence import Clock, Outline
from vdsc.core.skeleton import Skeleton
from vdsc.core.skin import Skin
from vdsc.core.types import Floats
from vdsc.io.bvh_hierarchy import read_hierarchy
from vdsc.io.source import array_source

UNIT = 2.54 / 0.45
"""Centimetres that a unit of CMU's skeletons is."""

ARM = 3.0
PRECISIONS = ("0.01", "0.1", "1")
"""Centimetres that ACL was asked for; its largest error is another number."""

FPS = 30
HALVINGS = 8
END = b"MOTION\nFrames: 1\nFrame Time: 1\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; without data say so in one line and succeed."""
    parser = argparse.ArgumentParser(prog="python -m vdsc.bench joints", description=__doc__)
    parser.add_argument("--acl", type=Path, required=True, metavar="CSV")
    parser.add_argument("--every", type=int, default=1, help="measure each n-th clip")
    parser.add_argument("--out", type=Path, default=Path("benchmarks"))
    args = parser.parse_args(argv)
    args.domain = "all"
    return run_domains(args, ["joints"], partial(run, acl=args.acl, every=args.every, out=args.out))


def run(name: str, acl: Path, every: int, out: Path) -> None:
    """Measure the clips of a table and write the results."""
    if not acl.is_file():
        raise NoData(f"no data: {acl} is not there")
    with acl.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))[::every]
    jobs = {
        f"{row['id']} {precision}": partial(measured, row, precision)
        for row in rows
        for precision in PRECISIONS
    }
    journal = Journal(out / "joints.part.json", {"every": every, "conditions": conditions()})
    found = dict(zip(jobs, each(name, jobs, journal, to_stderr), strict=True))
    put(out / "joints.json", name, {"conditions": conditions(), "every": every, "rows": found})
    (out / "joints.md").write_text(words(found), encoding="utf-8")
    journal.path.unlink(missing_ok=True)


def measured(row: Mapping[str, str], precision: str) -> dict[str, Any]:
    """Our bytes and largest error (cm) for a clip at ACL's largest error, and others' bytes."""
    skeleton, values = clip(row["id"])
    most, skin = float(row[f"P{precision}_max"]), Skin(skeleton, ARM / UNIT)
    made = packed(values, JointCodec(), JointSettings(skin, most / UNIT))
    error = skin.apart(values, np.concatenate(list(decode(io.BytesIO(made))))).max() * UNIT
    settings = BoundedSettings(plain_errors(values, skin, most / UNIT), base="none")
    plain, acl = packed(values, BoundedCodec(), settings), int(row[f"P{precision}_bytes"])
    size = len(made)
    return {"bytes": size, "plain": len(plain), "acl": acl, "error": error, "bound": most}


def packed(values: Floats, codec: Any, settings: Any) -> bytes:
    """The file that a codec makes of channels (T, C)."""
    made = io.BytesIO()
    outline = Outline(values.shape, values.dtype, Clock(Fraction(FPS)))
    Job(codec, settings).write(array_source(values, exact=True), outline, made)
    return made.getvalue()


def plain_errors(values: Floats, skin: Skin, most: float) -> list[float]:
    """What each channel may be off by if it moves the body as far as others, and is rounded."""
    reach = Measured.of(array_source(values, exact=True), skin).plain
    unit = np.divide(most, reach, out=np.zeros_like(reach), where=reach > 0)
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        share = (low + high) / 2
        steps = np.where(unit > 0, 2 * share * unit, 1)
        far = skin.apart(values, np.where(unit > 0, np.rint(values / steps) * steps, values)).max()
        low, high = (share, high) if far <= most else (low, share)
    return [float(error) for error in low * unit]


def clip(name: str) -> tuple[Skeleton, Floats]:
    """The skeleton of a CMU clip, and its channels (T, C) at 30 fps with four decimals."""
    folder = root() / "mocap" / "cmu_mb"
    text = (folder / "hierarchy" / f"{name[:2]}.txt").read_bytes().partition(b"MOTION")[0]
    files = [folder / split / f"{name}.npy" for split in ("train", "val")]
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        raise NoData(f"no data: {folder} holds no {name}.npy")
    values = np.round(np.load(file, allow_pickle=False).astype(np.float64), 4)[::2]
    lines = io.BytesIO(text.rstrip() + b"\n" + END).readline
    return read_hierarchy(lines, name).skeleton, np.ascontiguousarray(values)


def words(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """A table of all clips together, for each precision."""
    lines = []
    for precision in PRECISIONS:
        some = [row for key, row in rows.items() if key.split()[1] == precision]
        ours, plain, acl = (sum(row[who] for row in some) for who in ("bytes", "plain", "acl"))
        share = max(row["error"] / row["bound"] for row in some)
        cells = (len(some), f"{ours:,}", f"{acl:,}", f"{ours / acl:.3f}", f"{plain / acl:.3f}")
        lines.append([f"{precision} cm", *map(str, cells), f"{share:.4f}"])
    head = ["ACL's precision", "clips", "vdsc, bytes", "ACL, bytes", "share", "plain steps"]
    head.append("error by bound")
    return f"# Joints: bytes at ACL's own largest error\n\n{table(head, lines)}\n"
