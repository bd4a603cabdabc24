"""The command line over the stand-in API, for tests that need a process."""

from __future__ import annotations

import sys

from tests.cli import fake_api
from vdsc.cli.app import main

sys.modules["vdsc.api"] = fake_api

if __name__ == "__main__":
    main()
