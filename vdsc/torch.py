"""Data sets of PyTorch: clips of collections at any times, for training jobs.

dataset = vdsc.torch.Dataset("clips.vds", length=16, fps=10)
loader = torch.utils.data.DataLoader(dataset, batch_size=8, num_workers=2, shuffle=True)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils import data

from vdsc.api import CollectionReader, SequenceReader, open_file
from vdsc.api.clocks import wanted
from vdsc.core.plain_numbers import as_rate
from vdsc.core.sequence import Times
from vdsc.errors import InvalidInput


class Dataset(data.Dataset[dict[str, Any]]):
    """Windows of so many frames of every clip, each a tensor at exactly the times that are asked.

    An item is {"frames": (length, ...), "times": (length,) float64 seconds, "clip": its name}.
    Frames keep their type; video (T, H, W, C) comes as (T, C, H, W). Windows follow each other
    without a gap, or every `stride` frames; what is too short for one at a clip's end is left out,
    and `left_out` says how many frames that is. Nothing stays open: workers may fork or spawn.

    Args:
        paths: a .vds file, or several, of sequences or collections; paths or URLs.
        length: frames of a window.
        fps: frames a second, where they are not to be the clip's own.
        stride: frames from one window to the next; `length` if not given.

    Raises:
        InvalidInput: there is no such file, or no window fits.
        VdscError: a file is not sound.
    """

    def __init__(
        self,
        paths: str | Path | Sequence[str | Path],
        *,
        length: int = 1,
        fps: float | None = None,
        stride: int | None = None,
    ) -> None:
        given = [paths] if isinstance(paths, str | Path) else list(paths)
        if length < 1 or (stride is not None and stride < 1):
            raise InvalidInput("a window has one frame at least, and so has its stride")
        self._length, self._stride, self._fps = length, stride or length, fps
        self._files = [open_file(str(path)) for path in given]
        self._clips: list[tuple[int, int | None]] = []
        counts, self.left_out = [0], 0
        for number, file in enumerate(self._files):
            single = isinstance(file, SequenceReader)
            for clip in (None,) if single else range(len(file)):
                frames = len(self._times((number, clip)))
                windows = max(0, (frames - length) // self._stride + 1)
                used = (windows - 1) * self._stride + length if windows else 0
                self.left_out += frames - used
                self._clips.append((number, clip))
                counts.append(windows)
        self._first = np.cumsum(counts)
        if not len(self):
            raise InvalidInput(f"no clip has {length} frames; ask for shorter windows")

    def __len__(self) -> int:
        return int(self._first[-1])

    def __getitem__(self, index: int) -> dict[str, Any]:
        """Window `index`; raises IndexError."""
        index = index + len(self) if index < 0 else index
        if not 0 <= index < len(self):
            raise IndexError(f"window {index} of {len(self)}")
        place = int(np.searchsorted(self._first, index, side="right")) - 1
        reader = self._reader(self._clips[place])
        begin = (index - int(self._first[place])) * self._stride
        end = begin + self._length
        times = self._times(self._clips[place])[begin:end]
        own = self._fps is None
        frames = reader.frames(begin, end) if own else reader.decode(times).values
        tensor = torch.from_numpy(np.ascontiguousarray(frames))
        if tensor.ndim == 4 and tensor.shape[-1] <= 4:
            tensor = tensor.permute(0, 3, 1, 2).contiguous()
        return {"frames": tensor, "times": torch.from_numpy(times.copy()), "clip": reader.name}

    def _reader(self, clip: tuple[int, int | None]) -> SequenceReader:
        file = self._files[clip[0]]
        if isinstance(file, CollectionReader):
            assert clip[1] is not None
            return file[clip[1]]
        return file

    def _times(self, clip: tuple[int, int | None]) -> Times:
        """Times of a clip's frames (T,), as asked."""
        outline = self._reader(clip).outline
        rate = None if self._fps is None else as_rate(self._fps)
        asked = wanted(outline, rate, None).outline
        return asked.clock.seconds(0, asked.frames)
