"""What can go wrong, each with one line of advice and its own exit code."""

from __future__ import annotations


class VdscError(Exception):
    """Any failure that vdsc explains; `exit_code` is what the command line returns."""

    exit_code = 1


class InvalidInput(VdscError):
    """The data or a setting cannot be compressed as given."""


class CorruptFile(VdscError):
    """The file is damaged: a checksum, a length or a value cannot be right."""

    exit_code = 3


class TruncatedFile(CorruptFile):
    """The file ends before its last chunk does."""


class UnsupportedVersion(VdscError):
    """The file was written by a newer vdsc."""

    exit_code = 4


class ModelMissing(VdscError):
    """The checkpoint that the file or the user names is not installed, or not the same."""

    exit_code = 5


class LimitExceeded(VdscError):
    """A stated size limit would be broken; nothing was allocated."""

    exit_code = 6
