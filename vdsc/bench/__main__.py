"""`python -m vdsc.bench lossy`, or another of BENCHMARKS: run one."""

from __future__ import annotations

import sys

from vdsc.bench import (
    bounded_benchmark,
    field_benchmark,
    joints_benchmark,
    lossless_benchmark,
    lossy_benchmark,
    table_one,
)
from vdsc.bench.paper import paper_run

BENCHMARKS = {
    "lossy": lossy_benchmark.main,
    "lossless": lossless_benchmark.main,
    "bounded": bounded_benchmark.main,
    "field": field_benchmark.main,
    "joints": joints_benchmark.main,
    "table1": table_one.main,
    "paper": paper_run.main,
}


def main(words: list[str]) -> int:
    """Run the benchmark that the first word names with the other words as its options."""
    if not words or words[0] not in BENCHMARKS:
        sys.stderr.write(f"usage: python -m vdsc.bench {'|'.join(BENCHMARKS)} [--help]\n")
        return 2
    return BENCHMARKS[words[0]](words[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
