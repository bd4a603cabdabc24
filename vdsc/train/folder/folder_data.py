"""All that is found out about a folder before training: sequences, kinds, scales, frame rate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vdsc.errors import InvalidInput
from vdsc.train.folder import channel_kinds
from vdsc.train.folder.channel_names import read_names
from vdsc.train.folder.folder_clips import Clip, read_clips, split
from vdsc.train.folder.frame_rate import rate_of
from vdsc.train.folder.scales import Scales, scales_of


@dataclass(frozen=True, eq=False)
class FolderData:
    """Sequences to train on and those that are kept, what their channels are, frames a second.

    words: lines for the user, what was found and what was left out.
    """

    folder: Path
    train: list[Clip]
    kept: list[Clip]
    scales: Scales
    fps: float
    words: tuple[str, ...]

    @property
    def kinds(self) -> str:
        """Kinds of channels in words."""
        return channel_kinds.in_words(self.scales.frames["kinds"], self.scales.still)


def read_folder(folder: Path, fps: float | None) -> FolderData:
    """Look at a folder; raises InvalidInput for one that cannot be trained on."""
    clips, words = read_clips(folder)
    said = read_names(folder, clips[0].values.shape[1])
    rate, why = rate_of(folder, clips, fps, said.fps)
    train, kept = split(clips)
    values = [clip.values for clip in train]
    kinds, doubts = channel_kinds.kinds_of(values, said.kinds)
    kinds = channel_kinds.agreed(kinds, said.kinds) if said.kinds else kinds
    scales = scales_of(values, kinds)
    if scales.still == len(kinds):
        raise InvalidInput(f"nothing moves in {folder}: all channels are constant")
    made = FolderData(folder, train, kept, scales, rate, ())
    frames = sum(len(clip.values) for clip in train)
    found = f"{len(train)} sequences, {frames} frames, {rate:g} a second {why}; {len(kept)} kept"
    lines = (found, f"channels: {made.kinds}", *words, *doubts)
    return FolderData(folder, train, kept, scales, rate, lines)
