"""Whether a folder's knots get a learned law, or tables: whichever codes new sequences better.

A learned law knows how loud a knot is from the knot before and from its own first values, which
noise of any strength asks for. Where channels are many and sequences few it learns these by heart,
and the few numbers of the tables do better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vdsc.train.folder import bases, sizes
from vdsc.train.folder.basis_choice import Seen, basis_cost, coded_cost, halves
from vdsc.train.folder.folder_domain import FolderDomain
from vdsc.train.folder.run_plan import stage_of, steps_within
from vdsc.train.folder.scales import Scales
from vdsc.train.loop import TrainingRun
from vdsc.train.train_config import TrainConfig

SHARE = 0.1
"""Of the time of all steps, that in which a law is tried."""

MOST = 2000
"""Steps that a law is tried for, at most."""


def law_pays(
    config: TrainConfig,
    clips: Sequence[Seen],
    scales: Scales,
    basis: str,
    folder: Path,
    time: float,
) -> bool:
    """Whether a law that learns every second clip for a while codes the others better than tables.

    Args:
        config: of the run to come; its networks' shape is replaced by that of the trial.
        clips: (T, C) in network units. Of a single one nothing new is left to code: tables.
        scales: of the channels, their kinds with them.
        basis: the name of the one that latents begin as.
        folder: for the trial, gone in the end.
        time: minutes of the run to come.
    """
    if len(clips) < 2:
        return False
    odd, even = halves(clips)
    parts, fps = bases.ways(scales.frames["kinds"])[basis], config.net.fps
    axes = bases.axes_of(odd, parts)
    net = sizes.config_of(odd, axes.shape[1], fps)
    domain = FolderDomain(odd, scales, axes, net.window)
    trial = replace(config, net=net)
    steps = min(MOST, trial_steps(trial, domain, folder, SHARE * time, law=True))
    run = TrainingRun(replace(trial, stages=(stage_of(steps, law=True),)), domain, folder)
    while run.step < steps:
        run.advance()
    folder.rmdir()
    return coded_cost(run.model, odd, even) < basis_cost(odd, even, parts, fps)


def trial_steps(
    config: TrainConfig, domain: FolderDomain, folder: Path, minutes: float, *, law: bool
) -> int:
    """As many steps as the minutes allow, by the pace of a run that is thrown away."""
    run = TrainingRun(replace(config, stages=(stage_of(1 << 20, law=law),)), domain, folder)
    steps = steps_within(minutes, run.advance)
    folder.rmdir()
    return steps
