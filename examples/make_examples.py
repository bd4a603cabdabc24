"""Make the clips of this folder from data that may be passed on.

walk.npy    (T, 96) float32, 60 fps: the walk of the humanoid3d set that pybullet ships (zlib
            licence), a captured cycle walked four times, put onto the skeleton of the `cmu` model:
            hip position, then 31 joints x Z, Y, X Euler degrees. Joints that the source lacks stay
            in their mean pose.
digits.npy  (100, 64, 64, 1) uint8: Moving MNIST of digits that no model was trained on.

Usage: python examples/make_examples.py DATA, a folder with timeseries/ and video/.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from vdsc.train import digits, moving_mnist

HERE = Path(__file__).parent
UNITS_PER_METRE = 1 / 0.05644
TURN = np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]])  # humanoid3d walks along x, cmu along z
BALLS = {  # joint of cmu, where its quaternion (w, x, y, z) is, how far its arm hangs down
    "Hips": (4, 0), "Spine": (8, 0), "Neck": (12, 0), "RightUpLeg": (16, 0), "RightFoot": (21, 0),
    "RightArm": (25, 70), "LeftUpLeg": (30, 0), "LeftFoot": (35, 0), "LeftArm": (39, -70),
}  # fmt: skip
HINGES = {"RightLeg": 20, "RightForeArm": 29, "LeftLeg": 34, "LeftForeArm": 43}
CYCLES = 4


def walk(data: Path) -> NDArray[np.float32]:
    """Poses (N, 44) of the captured cycle, walked on CYCLES times."""
    source = np.load(data / "timeseries" / "ts_mocap_humanoid3d.npz")
    number = list(source["name"]).index("humanoid3d_walk")
    end = int(source["length"][: number + 1].sum())
    cycle = source["x"][end - int(source["length"][number]) : end]
    again = []
    for i in range(CYCLES):
        moved = cycle[:-1].copy()
        moved[:, [1, 3]] += i * (cycle[-1, [1, 3]] - cycle[0, [1, 3]])
        again.append(moved)
    return np.concatenate(again)


def motion(poses: NDArray[np.float32], settings: dict[str, object]) -> NDArray[np.float32]:
    """(T, 96) at 60 fps from humanoid3d poses (N, 44), whose first column is the step in s."""
    times = np.concatenate([[0.0], np.cumsum(poses[:-1, 0])])
    out = np.tile(np.asarray(settings["offset"]), (len(poses), 1))
    out[:, :3] = poses[:, 1:4] @ TURN.T * UNITS_PER_METRE
    names = settings["channels"]
    assert isinstance(names, list)
    for joint, (at, hang) in BALLS.items():
        turned = Rotation.from_quat(poses[:, [at + 1, at + 2, at + 3, at]]).as_rotvec() @ TURN.T
        pose = Rotation.from_rotvec(turned) * Rotation.from_euler("z", hang, degrees=True)
        column = names.index(f"{joint}.Zrotation")
        out[:, column : column + 3] = pose.as_euler("ZYX", degrees=True)
    for joint, at in HINGES.items():
        out[:, names.index(f"{joint}.Xrotation")] = -np.degrees(poses[:, at])
    out[:, 3:] = np.unwrap(out[:, 3:], period=360, axis=0)
    new = np.arange(0, times[-1], 1 / 60)
    return CubicSpline(times, out)(new).astype(np.float32)


def main(data: Path) -> None:
    """Write both clips."""
    model = json.loads((HERE.parent / "models" / "cmu" / "model.json").read_text())
    channels = json.loads((data / "mocap" / "cmu_mb" / "channels.json").read_text())
    settings = {"offset": model["frames"]["offset"], "channels": channels}
    np.save(HERE / "walk.npy", motion(walk(data), settings))
    held_out = np.load(data / "video" / "mnist_train.npz")["x"][digits.HELD_OUT :]
    np.save(HERE / "digits.npy", moving_mnist.clips(held_out, 1, 100, seed=2022)[0])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
