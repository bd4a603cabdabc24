"""What all benchmarks share: whole files on disk, timing, and results that survive a stop.

clip --Peer.encode--> a file on disk --Peer.decode--> values      one Trial
jobs --each once--> Journal ----> a JSON file of results          what was done is not done again
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vdsc.bench.clips import Clip, NoData
from vdsc.bench.peers.peer import Peer, Setting, Values

LIBRARIES = ("vdsc", "numpy", "torch", "constriction", "av", "zstandard", "zfpy", "blosc2",
             "pcodec", "fpzip")  # fmt: skip
Talk = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """One clip through one codec: bytes that count, values that came back, seconds each way."""

    size: int
    decoded: Values
    encode_seconds: float
    decode_seconds: float


def trials(peer: Peer, setting: Setting, clips: Sequence[Clip]) -> Iterator[Trial]:
    """Encode and decode each clip through a file on disk; reading and writing are not timed.

    Raises:
        ValueError: the decoded values have another shape than the clip.
    """
    with TemporaryDirectory(prefix="vdsc-bench-") as folder:
        path = Path(folder) / "file"
        for clip in clips:
            made, encoding = timed(peer.encode, clip.values, setting)
            path.write_bytes(made)
            file = path.read_bytes()
            decoded, decoding = timed(peer.decode, file)
            if decoded.shape != clip.values.shape:
                raise ValueError(f"{peer.name} gave {decoded.shape} back for {clip.values.shape}")
            yield Trial(peer.size(file), decoded, encoding, decoding)


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """Call `work` and return its result and the seconds that it took."""
    start = time.perf_counter()
    result = work(*arguments)
    return result, time.perf_counter() - start


class Journal:
    """What a run has measured so far, in a JSON file; the same run goes on from there.

    terms: what the results depend on, such as the clips. A file with other terms is started anew.
    """

    def __init__(self, path: Path, terms: Mapping[str, Any]) -> None:
        self.path, self.terms = path, json.loads(json.dumps(terms))
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.results: dict[str, Any] = kept["results"] if kept.get("terms") == self.terms else {}

    def once(self, key: str, measure: Callable[[], Any]) -> Any:
        """The result called `key`; `measure` is called, and what it gives kept, if there is none.

        Results are JSON: what comes back is what a later run would read.
        """
        if key not in self.results:
            self.results[key] = json.loads(json.dumps(measure(), allow_nan=False))
            write_json(self.path, {"terms": self.terms, "results": self.results})
        return self.results[key]

    def close(self) -> None:
        """Remove the file: the run is complete, and the next one measures anew."""
        self.path.unlink(missing_ok=True)


def each(
    title: str, jobs: Mapping[str, Callable[[], Any]], journal: Journal, say: Talk
) -> list[Any]:
    """Do every job once, in order; `say` gets a line after each, with the seconds left."""
    begin, out = time.perf_counter(), []
    for done, (key, measure) in enumerate(jobs.items(), 1):
        out.append(journal.once(key, measure))
        left = (time.perf_counter() - begin) / done * (len(jobs) - done)
        say(f"{title} {done}/{len(jobs)} {key}, {left:.0f} s left")
    return out


def run_parts(
    parts: Mapping[str, Callable[[], Any]], out: Path, asked: Sequence[str] | None = None
) -> None:
    """Run the parts that are asked for, all if none is, and put their results into a JSON file."""
    names = list(asked if asked is not None else sys.argv[1:]) or list(parts)
    if unknown := [name for name in names if name not in parts]:
        raise SystemExit(f"no part {', '.join(unknown)}; there are {', '.join(parts)}")
    journal = Journal(out.with_suffix(".part.json"), {"parts": names})
    try:
        for name in names:
            put(out, name, journal.once(name, parts[name]))
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
        return
    put(out, "conditions", conditions())
    journal.close()


def arguments(title: str, about: str | None, domains: Sequence[str]) -> argparse.ArgumentParser:
    """The options that the benchmarks of codecs share."""
    parser = argparse.ArgumentParser(prog=f"python -m vdsc.bench {title}", description=about)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--domain", choices=[*domains, "all"], default="all")
    parser.add_argument("--clips", type=int, help="how many clips (default: all, 32 of digits)")
    parser.add_argument("--only", action="append", default=[], help="a codec by name; repeatable")
    parser.add_argument("--out", type=Path, default=Path("benchmarks"), help="where results go")
    return parser


def run_domains(
    args: argparse.Namespace, domains: Sequence[str], run: Callable[[str], None]
) -> int:
    """Run each domain that `args` asks for; without data say so in one line and succeed."""
    args.out.mkdir(parents=True, exist_ok=True)
    try:
        for name in domains if args.domain == "all" else [args.domain]:
            run(name)
    except NoData as missing:
        to_stderr(f"benchmark skipped: {missing}")
    return 0


def put(path: Path, name: str, record: Any) -> dict[str, Any]:
    """Replace one entry of a JSON file of results, keep the others, and return all of them."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    together = {**kept, name: record}
    write_json(path, together)
    return together


def write_json(path: Path, values: Any) -> None:
    """Write a JSON file beside the old one, then replace it: a cut leaves one of the two."""
    scratch = path.with_name(path.name + ".new")
    scratch.write_text(json.dumps(values, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    scratch.replace(path)


def conditions(libraries: Sequence[str] = LIBRARIES) -> dict[str, Any]:
    """When and on what this ran."""
    return {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "cores": len(os.sched_getaffinity(0)),
        "machine": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in libraries},
    }


def _version(name: str) -> str | None:
    """The installed version of a library, if any."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def to_stderr(text: str) -> None:
    """Show progress where it does not mix with results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
