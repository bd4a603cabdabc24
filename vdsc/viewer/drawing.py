"""How a clip is drawn: as pictures, as a figure of joints, as points, or as curves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from vdsc.core.skeleton import Skeleton
from vdsc.core.types import Floats, Values
from vdsc.errors import InvalidInput
from vdsc.io.pixels import kind_of
from vdsc.viewer.clip import Clip
from vdsc.viewer.rig import CMU, placed, skeleton_of_bvh

KINDS = ("pictures", "figure", "points", "curves")
MOST_JOINTS = 20000


@dataclass(frozen=True, slots=True)
class Drawing:
    """One of KINDS; of joints, where they are (n, J, 3) in frames, and which hang on which.

    said: why it is drawn so, where that is a guess.
    """

    kind: str
    places: Callable[[Values], Floats] | None = None
    parents: tuple[int, ...] = ()
    said: str = ""


def drawing_of(clip: Clip, wanted: str = "") -> Drawing:
    """The drawing that fits, or the one of KINDS that is wanted; raises InvalidInput."""
    found = _fitting(clip)
    if wanted in {"", found.kind}:
        return found if not wanted else Drawing(found.kind, found.places, found.parents)
    if wanted == "curves" and _is_real(clip):
        return Drawing("curves")
    words = f"{clip.name} is {clip.outline.dtype} {clip.outline.shape}"
    raise InvalidInput(f"{words}, which is not drawn as {wanted}; leave out --as")


def _fitting(clip: Clip) -> Drawing:
    shape, dtype = clip.outline.shape, clip.outline.dtype
    if not _is_real(clip):
        raise InvalidInput(f"{clip.name} holds {dtype}, which is not drawn; convert it to floats")
    if kind_of(shape, dtype.newbyteorder("=")) is not None and len(shape) > 2:
        return Drawing("pictures")
    rig = _rig(clip)
    if rig is not None:
        sure = clip.model == "cmu" or (clip.meta is not None and clip.meta.format == "bvh")
        words = "drawn as the skeleton of the layout cmu, because it has 96 channels"
        said = "" if sure else f"{words}; --as curves draws them as curves"
        return Drawing("figure", partial(placed, rig), tuple(rig.parents), said)
    if len(shape) == 3 and shape[2] == 3 and dtype.kind == "f" and shape[1] <= MOST_JOINTS:
        upright = clip.meta is not None and clip.meta.format == "c3d"
        return Drawing("points", _from_z_up if upright else _as_floats, (-1,) * shape[1])
    return Drawing("curves")


def _rig(clip: Clip) -> Skeleton | None:
    """The skeleton whose channels the frames are, if there is one."""
    shape, meta = clip.outline.shape, clip.meta
    if len(shape) != 2 or clip.outline.dtype.kind != "f":
        return None
    if meta is not None and meta.format == "bvh":
        rig = skeleton_of_bvh(meta.fields.get("header"))
        return rig if rig is not None and rig.channels == shape[1] else None
    return CMU if shape[1] == CMU.channels else None


def _as_floats(frames: Values) -> Floats:
    return frames.astype(np.float64)


def _from_z_up(frames: Values) -> Floats:
    """Points whose third axis points up, as laboratories have it, with the second one up."""
    return frames.astype(np.float64)[..., [0, 2, 1]] * [1, 1, -1]


def _is_real(clip: Clip) -> bool:
    return clip.outline.dtype.kind in "fiub"
