"""`vdsc completion`."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer

from vdsc.cli.options import choice

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_VDSC_COMPLETE"
"""In a shell that completes a line, it says what `vdsc` is asked for."""


def completion(
    shell: Annotated[
        str,
        typer.Argument(
            metavar="[bash|zsh|fish]", parser=choice(*SHELLS), help="The shell that you use."
        ),
    ],
) -> None:
    """Print what completes commands and options in a shell.

    For bash: source <(vdsc completion bash)
    """
    from vdsc.cli.speech import put

    machinery: Any = import_module("typer.completion")
    put(machinery.get_completion_script(prog_name="vdsc", complete_var=VARIABLE, shell=shell))
