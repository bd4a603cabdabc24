"""The `vdsc` command: arguments and words; the work is done by `vdsc.api` and `vdsc.train`."""
