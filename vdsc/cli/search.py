"""The files below a folder: hidden ones too, as `find` has them; links only where asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from vdsc.cli.speech import say
from vdsc.core.words import printable
from vdsc.errors import InvalidInput


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """What is looked for below folders.

    suffixes: in lower case, that files end in. exclude: globs of names, and of paths below the
    folder, of files and folders to leave out. links: whether they are followed. quiet: whether
    nothing is said of what is passed over. shy: suffixes of files that are taken only below folders
    that hold no others, as pictures are, which often lie beside clips to show what these are.
    """

    suffixes: tuple[str, ...]
    shy: tuple[str, ...] = ()
    exclude: Sequence[str] = ()
    links: bool = False
    quiet: bool = False

    def files(self, folder: str) -> list[Path]:
        """The files below a folder, in order; raises InvalidInput if there are none."""
        found = _Found(self, Path(folder))
        found.walk()
        passed = (
            f"symbolic links are passed over ({found.passed:,} below {folder}); -f follows them"
        )
        if not found.files:
            words = f"{folder} holds no {' or '.join(self.suffixes)} files; check the path"
            words += " and --exclude" if self.exclude else ""
            raise InvalidInput(f"{words}; {passed}" if found.passed else words)
        if found.passed and not self.quiet:
            say(f"vdsc: note: {printable(passed)}")
        return sorted(self._without_shy(found.files, folder))

    def _without_shy(self, files: list[Path], folder: str) -> list[Path]:
        """All files, if all are shy or none is; else the others, with a word on what is left."""
        bold = [path for path in files if path.suffix.lower() not in self.shy]
        if not bold or len(bold) == len(files):
            return files
        if not self.quiet:
            words = f"{len(files) - len(bold):,} pictures below {folder} lie beside other files"
            say(f"vdsc: note: {printable(words)} and are passed over; name them to take them")
        return bold

    def leaves_out(self, path: Path) -> bool:
        """Whether a path below the folder is left out, by its name or as a whole."""
        names = path.name, path.as_posix()
        return any(fnmatchcase(name, glob) for glob in self.exclude for name in names)


@dataclass(slots=True)
class _Found:
    """What a walk has come across; each folder is entered once, however many links lead to it."""

    search: Search
    root: Path
    files: list[Path] = field(default_factory=list)
    passed: int = 0
    seen: set[str] = field(default_factory=set)

    def walk(self) -> None:
        """Go through all folders below the root."""
        links = self.search.links
        for base, folders, names in os.walk(self.root, onerror=_say, followlinks=links):
            real = os.path.realpath(base)
            known = real in self.seen
            self.seen.add(real)
            if known:
                folders.clear()
                continue
            folders[:] = [one for one in folders if self._enters(Path(base, one))]
            self.files += [Path(base, one) for one in names if self._takes(Path(base, one))]

    def _enters(self, folder: Path) -> bool:
        return not self._left_out(folder) and self._follows(folder)

    def _takes(self, path: Path) -> bool:
        if path.suffix.lower() not in self.search.suffixes or self._left_out(path):
            return False
        # no pipe or device; a link that leads nowhere is taken, so that this is said of it
        return self._follows(path) and (path.is_file() or path.is_symlink())

    def _left_out(self, path: Path) -> bool:
        return self.search.leaves_out(path.relative_to(self.root))

    def _follows(self, path: Path) -> bool:
        """Whether a path is no link, or links are followed."""
        if self.search.links or not path.is_symlink():
            return True
        self.passed += 1
        return False


def _say(error: OSError) -> None:
    """A folder that cannot be read is no reason to leave the others."""
    say(f"vdsc: warning: {printable(str(error.filename))}: {error.strerror}; it is passed over")
