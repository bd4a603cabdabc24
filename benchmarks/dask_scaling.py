"""How many processes of Dask speed up `examples/dask_zarr.py`: `python -m benchmarks.dask_scaling`.

ERA5 hours of `VDSC_DATA`/climate, tiled to whole days, one chunk a day, through 1 and 2 processes
in turn. Writes dask.json and dask.md. Needs an installed vdsc[dask]: its workers find the codec by
entry point.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import zarr

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
import dask_zarr

from vdsc.bench.runner import conditions

HERE = Path(__file__).parent
DAYS, TURNS, PROCESSES = 16, 5, (1, 2)
SETTINGS = {"--fast": {"fast": True}}
Seconds = dict[str, dict[int, list[float]]]
ABOUT = """# Processes of Dask

`examples/dask_zarr.py` on {days} chunks (24, 33, 49) float32 of ERA5 temperature, a process a
core, one thread each; the median of {turns} turns in which 1 and 2 processes alternate, after
the workers have started. {cores} cores, {date}; others kept about {load:.1f} more processes busy
on them meanwhile. {advice}

| settings | bytes | of | 1 process, s | 2 processes, s | speed-up |
| --- | ---: | ---: | ---: | ---: | ---: |
"""

BUSY = "Beside so many a speed-up says little: measure it again on an idle machine."


def store(folder: Path) -> str:
    """A store of one array of whole days."""
    data = Path(os.environ["VDSC_DATA"]) / "climate" / "era5_t2m_uk_2019-03_hourly.npz"
    hours = np.load(data)["x"]
    rows = np.concatenate([hours, hours[::-1]])[: 24 * DAYS]
    path = str(folder / "era5.zarr")
    made = zarr.create_array(
        path, name="t2m", shape=rows.shape, dtype=rows.dtype, chunks=(24, *rows.shape[1:])
    )
    made[:] = rows
    return path


def main() -> None:
    """Measure, and write the table."""
    found: Seconds = {name: {count: [] for count in PROCESSES} for name in SETTINGS}
    sizes: dict[str, int] = {}
    loads = []
    with TemporaryDirectory() as folder:
        source = store(Path(folder))
        for index in range(TURNS):
            for count in PROCESSES:
                with dask_zarr.local_client(count) as client:
                    for name, settings in SETTINGS.items():
                        target = Path(folder) / f"{index}-{count}-{len(name)}"
                        seconds = dask_zarr.compress(client, source, str(target), **settings)[1]
                        found[name][count].append(seconds)
                        sizes[name] = dask_zarr.stored(str(target))
                        loads.append(max(0.0, os.getloadavg()[0] - count))
                        sys.stderr.write(f"{name} {count}: {seconds:.1f} s, load {loads[-1]:.1f}\n")
        raw = dask_zarr.stored(source)
    write(found, sizes, raw, statistics.mean(loads))


def write(found: Seconds, sizes: dict[str, int], raw: int, load: float) -> None:
    """Put the results into dask.json and dask.md."""
    told = conditions()
    text = ABOUT.format(
        days=DAYS,
        turns=TURNS,
        load=load,
        advice=BUSY if load > 0.5 else "",
        cores=told["cores"],
        date=told["date"],
    )
    for name, times in found.items():
        one, two = (statistics.median(times[count]) for count in PROCESSES)
        text += (
            f"| `{name}` | {sizes[name]:,} | {raw:,} | {one:.1f} | {two:.1f} | {one / two:.2f} |\n"
        )
    (HERE / "dask.md").write_text(text, encoding="utf-8")
    record = {"conditions": told, "load": load, "seconds": found, "bytes": sizes}
    (HERE / "dask.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
