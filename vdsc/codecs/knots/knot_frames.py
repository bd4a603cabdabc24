"""From the knots and the pose of a window to its frames at any instants, in integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vdsc.codecs.knots.pose import Pose, Rig
from vdsc.core.sequence import Outline, Times
from vdsc.core.types import Ints, Values
from vdsc.errors import CorruptFile
from vdsc.twin.path_decoder import PathDecoder, channels_to_dtype


@dataclass(frozen=True, eq=False)
class FrameMaker:
    """Makes the frames of a file: the checkpoint's decoder, the pose's, and the type they get."""

    decoder: PathDecoder
    rig: Rig | None
    outline: Outline

    def frames(
        self, knots: Ints, values: Ints, pose: Pose | None, seconds: Times, times: Times
    ) -> Values:
        """Frames (Q, ...) at times (Q,), each depending on its own time only.

        knots (M,) are frame numbers in the window whose frames have the times `seconds` (N,);
        values (M, D) are Q16. Raises CorruptFile where they cannot be frames.
        """
        within = np.clip(times, seconds[0], seconds[-1])
        made = self.decoder.frames(seconds[knots], values, within)
        if self.rig is not None and pose is not None:
            made = self.rig.place(made, pose, seconds, within)
        return self.held(made)

    def held(self, made: Values) -> Values:
        """Frames as the file's type holds them, in native byte order."""
        native = self.outline.dtype.newbyteorder("=")
        if made.dtype != np.uint8:
            with np.errstate(over="raise"):
                try:
                    made = channels_to_dtype(made, native, self.decoder.exponents)
                except FloatingPointError:
                    raise CorruptFile("a frame is too large for its type") from None
        return made.reshape(len(made), *self.outline.shape[1:]).astype(native, copy=False)
