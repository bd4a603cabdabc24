"""Compress a zarr store with Dask: processes on one machine, each with one thread.

    python examples/dask_zarr.py SOURCE TARGET [--workers N] [--max-error E] [--fast]

SOURCE and TARGET are folders of zarr; every array of the source is written to the target chunk by
chunk, each chunk as a .vds file, by as many processes as there are cores. Dask decides who does
what; a cluster of several machines takes the same calls: Client("tcp://scheduler:8786").
Needs: pip install 'vdsc[dask]'
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

Box = tuple[slice, ...]


def boxes(array: Any) -> Iterator[Box]:
    """What each chunk of an array holds of it; of a sharded array, what each shard does."""
    steps = array.shards or array.chunks
    starts = [range(0, n, step) for n, step in zip(array.shape, steps, strict=True)]
    for corner in product(*starts):
        pairs = zip(corner, steps, strict=True)
        yield tuple(slice(begin, begin + step) for begin, step in pairs)


def copy_box(source: str, target: str, name: str, box: Box) -> int:
    """Read one chunk of the source and write it to the target; bytes of its values."""
    import zarr

    values = zarr.open_array(source, path=name, mode="r")[box]
    zarr.open_array(target, path=name, mode="r+")[box] = values
    return int(values.nbytes)


def copy_outline(source: Any, target: str, name: str, serializer: Any) -> None:
    """Make an empty array like one of the source, whose chunks are .vds files."""
    import zarr

    zarr.create_array(
        target,
        name=name,
        shape=source.shape,
        dtype=source.dtype,
        chunks=source.chunks,
        shards=source.shards,
        fill_value=source.fill_value,
        attributes=dict(source.attrs),
        dimension_names=getattr(source.metadata, "dimension_names", None),
        serializer=serializer,
        compressors=None,
    )


def compress(client: Any, source: str, target: str, **settings: Any) -> tuple[int, float]:
    """Copy all arrays of a group through a Dask client; bytes of values, and seconds."""
    import zarr

    from vdsc.integrations import ZarrVdsc

    group = zarr.open_group(source, mode="r")
    zarr.create_group(target, attributes=dict(group.attrs))
    bounded, exact = ZarrVdsc(**settings), ZarrVdsc(fast=bool(settings.get("fast")))
    tasks = []
    for name, array in group.arrays():
        is_data = array.ndim > 1 and array.dtype.kind == "f"  # coordinates keep every bit
        copy_outline(array, target, name, bounded if is_data else exact)
        tasks += [(name, box) for box in boxes(array)]
    began = time.perf_counter()
    names, parts = zip(*tasks, strict=True)
    done = client.map(copy_box, *([one] * len(tasks) for one in (source, target)), names, parts)
    return sum(client.gather(done)), time.perf_counter() - began


def stored(folder: str) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def keep_to(core: int) -> None:
    """Let this process run on one core: the codec would start a thread more, on another's core."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


@contextmanager
def local_client(workers: int) -> Iterator[Any]:
    """A client of so many processes on this machine, a core each where the system allows that."""
    from dask.distributed import Client, LocalCluster

    options: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=workers, **options) as cluster, Client(cluster) as client:
        client.wait_for_workers(workers)
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        if len(cores) >= workers:
            for core, worker in zip(cores, client.scheduler_info()["workers"], strict=False):
                client.run(keep_to, core, workers=[worker])
        yield client


def main() -> None:
    """Compress SOURCE to TARGET and say what that took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--max-error", help="of arrays of floats with several axes; others exact")
    parser.add_argument("--fast", action="store_true", help="one way, not the smallest of several")
    args = parser.parse_args()
    error = args.max_error
    if error is not None and "%" not in error:
        error = float(error)
    with local_client(args.workers) as client:
        size, seconds = compress(client, args.source, args.target, max_error=error, fast=args.fast)
    made = stored(args.target)
    sys.stdout.write(
        f"{size:,} bytes of values -> {made:,} bytes ({size / made:.2f}x) in {seconds:.1f} s "
        f"by {args.workers} processes, {size / seconds / 2**20:.2f} MiB/s\n"
    )


if __name__ == "__main__":
    main()
