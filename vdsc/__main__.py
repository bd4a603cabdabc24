"""`python -m vdsc`: the same as the command `vdsc`."""

from __future__ import annotations

from vdsc.cli.process import main

if __name__ == "__main__":
    main()
