"""The limit on memory: what is about to be allocated is compared with it first."""

from __future__ import annotations

from vdsc.errors import LimitExceeded

DEFAULT = 2 << 30
"""Bytes that reading a file may take unless the user says otherwise."""


def check(needed: int, limit: int, what: str) -> None:
    """Raise LimitExceeded, with advice, if `what` needs more bytes than the limit.

    Args:
        needed: bytes at the peak, estimated from above.
        limit: bytes that may be used.
        what: the subject of the message, such as "the frame times".
    """
    if needed > limit:
        raise LimitExceeded(
            f"{what} would take {_mib(needed)} of memory and the limit is {_mib(limit)}; "
            "if you trust the file, raise the limit with --memlimit"
        )


def _mib(count: int) -> str:
    """Return bytes as mebibytes, rounded up, for a message."""
    return f"{-(-count >> 20)} MiB"
