"""A file that is either written whole or left as it was."""

from __future__ import annotations

import os
import platform
import re
import stat
from contextlib import suppress
from pathlib import Path


def beside(path: Path, suffix: str) -> Path:
    """A name beside a path that is this process's own: it says on which machine it runs, and its
    number.
    """
    return path.with_name(f".{path.name}-{_host()}-{os.getpid()}{suffix}")


def leftovers(path: Path, *suffixes: str) -> list[Path]:
    """The files `beside` a path whose process on this machine is gone: it was killed.

    Without signals, as on Windows, nobody knows which processes are gone, and there is none.
    """
    if os.name != "posix":
        return []
    begin = f".{path.name}-{_host()}-"
    found = []
    with suppress(OSError):
        for other in sorted(path.parent.iterdir()):
            number = other.name.removeprefix(begin).removesuffix(other.suffix)
            own = other.name.startswith(begin) and other.suffix in suffixes
            if own and number.isascii() and number.isdecimal() and _is_gone(int(number)):
                found.append(other)
    return found


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9]", "", platform.node())[:32]


def _is_gone(number: int) -> bool:
    """Tell whether no other process has a number; this one has left nothing behind yet."""
    if number == os.getpid():
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def identity(path: str) -> tuple[object, ...]:
    """The file that a path leads to: the same for each of its names and links."""
    real = os.path.realpath(path)
    try:
        found = os.stat(real)  # noqa: PTH116  (it may be a name that no Path has)
    except (OSError, ValueError):
        return (real,)
    return found.st_dev, found.st_ino


LARGEST = 64 * 2**20
"""Bytes that a file may have that is read whole."""


def read_text(path: Path) -> str:
    """The text of a regular file. Raises `OSError` for anything else, and ValueError for a file
    that is too large, or is no text in UTF-8.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is no regular file")
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"it has more than {LARGEST} bytes")
    return content.decode("utf-8")


class OutputFile:
    """A file to be written later: whether it can be is found out now, by trying.

    A regular file is replaced in one step, so that a reader sees the old content or the new; a
    device or a pipe is written as it is. Links are followed. Raises `OSError`.

    Not ``click.open_file(atomic=True)``: it replaces the file even where writing it failed.
    """

    def __init__(self, path: str) -> None:
        self.path, self.identity = Path(os.path.realpath(path)), identity(path)
        self.mode: int | None = None
        self.special = False
        with suppress(FileNotFoundError):
            self.mode = self.path.stat().st_mode
            self.special = not stat.S_ISREG(self.mode) and not stat.S_ISDIR(self.mode)
        if self.path.is_dir():
            raise IsADirectoryError("it is a directory")
        if self.mode is not None and not os.access(self.path, os.W_OK):
            raise PermissionError("it is write-protected")
        if not self.special:
            for file in leftovers(self.path, ".tmp"):
                if stat.S_ISREG(file.lstat().st_mode):
                    file.unlink(missing_ok=True)
            os.close(self._create())
            self._temporary.unlink()

    @property
    def _temporary(self) -> Path:
        return beside(self.path, ".tmp")

    def _create(self) -> int:
        return os.open(self._temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)

    def write(self, content: str | bytes) -> None:
        """Write the file. Raises `OSError`, and then leaves it as it was."""
        data = content.encode() if isinstance(content, str) else content
        if self.special:
            self.path.write_bytes(data)
            return
        descriptor = self._create()
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            if self.mode is not None:
                self._temporary.chmod(stat.S_IMODE(self.mode))
            self._temporary.replace(self.path)
        except BaseException:
            self._temporary.unlink(missing_ok=True)
            raise
