"""The files of a folder that nobody vouches for: regular ones, inside it, of a bounded size."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

LARGEST = 64 * 2**20
"""Bytes that a file may have."""

ALL = 1024 * 2**20
"""Bytes that all files may have together."""

MOST = 200_000
"""Files and folders that there may be."""

DEEPEST = 8
"""Levels of folders that there may be."""


class Refused(Exception):  # noqa: N818  (nothing went wrong inside)
    """Something that was asked for in vain, and what can be done."""


def contents(folder: Path) -> dict[str, bytes]:
    """The content of every file below a folder, by its path from there.

    Raises Refused for anything but regular files, for a link, and for more than the limits.
    """
    found: dict[str, bytes] = {}
    left: list[tuple[str, int]] = [("", 0)]
    entries = size = 0
    while left:
        place, depth = left.pop()
        if depth > DEEPEST:
            raise Refused(f"{folder / place} is {depth} folders deep; {DEEPEST} are the most")
        try:
            with os.scandir(folder / place) as listing:
                for entry in listing:
                    entries += 1
                    if entries > MOST:
                        raise Refused(f"{folder} has more than {MOST} files, which are the most")
                    name = f"{place}/{entry.name}" if place else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        left.append((name, depth + 1))
                        continue
                    found[name] = _content(folder, name)
                    size += len(found[name])
                    if size > ALL:
                        raise Refused(f"{folder} has more than {ALL} bytes, which are the most")
        except OSError as error:
            raise Refused(f"{folder / place} cannot be read: {error.strerror}") from None
    return dict(sorted(found.items()))


def empty_folders(folder: Path) -> list[str]:
    """The folders below one whose `contents` were read that have nothing in them."""
    found = []
    for place, inner, files in os.walk(folder):
        if place != str(folder) and not inner and not files:
            found.append(Path(place).relative_to(folder).as_posix())
    return sorted(found)


def _content(folder: Path, name: str) -> bytes:
    path = folder / name
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    mode = os.lstat(path).st_mode
    if not stat.S_ISREG(mode):
        raise Refused(f"{path} is {_kind(mode)}; a certificate has regular files only")
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refused(f"{path} is no regular file any more")
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refused(f"{path} has more than {LARGEST} bytes, which are the most")
    return content


def _kind(mode: int) -> str:
    kinds = {
        stat.S_ISLNK: "a link",
        stat.S_ISFIFO: "a pipe",
        stat.S_ISCHR: "a device",
        stat.S_ISBLK: "a device",
        stat.S_ISSOCK: "a socket",
    }
    return next((word for test, word in kinds.items() if test(mode)), "no file")


def decoded(folder: Path, name: str, content: bytes) -> str:
    """A file's text. Raises Refused where it is none."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(f"{folder / name} is no text in UTF-8") from None


def check_inside(folder: Path, names: list[str]) -> None:
    """Raise Refused for a path that leads out of a folder."""
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
            raise Refused(f"{folder / 'manifest.json'} names {name!r}, which is no path inside it")


def visible(text: str) -> str:
    """A text with escapes in place of what a terminal would obey."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(
        c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode() for c in text
    )
