"""A folder of files that appears whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from statecheck.files import beside, leftovers
from statecheck.recheck.folder import Refused, contents
from statecheck.recheck.scope import DEFINITIONS, MANIFEST

_OWN = re.compile(r"(claims|invariant)/.+\.(smt2|itf\.json)|definitions\.smt2|manifest\.json")
"""The paths that a certificate has; whatever else a manifest names is somebody's own."""


SUFFIXES = ".tmp", ".old"
"""The ends of the names of a folder that is under way, and of one that it replaces."""


class OutputFolder:
    """A folder to be written later: whether it can be is found out now.

    A certificate that is there is replaced, if all of it is as it was written; anything else that
    is there is left alone. To ``compare``, one that is there may be of any content. Whatever a
    process of this machine left beside it that was killed while it wrote is removed. Raises
    `OSError`.
    """

    def __init__(self, path: str, *, compare: bool = False) -> None:
        self.path = Path(os.path.realpath(path))
        self.present = self.path.exists()
        if self.path.is_symlink():  # it leads to itself
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if self.present:
            if not self.path.is_dir():
                raise NotADirectoryError("it is a file")
            if compare and self.is_certificate:
                return
            self._check_own()
        for folder in leftovers(self.path, *SUFFIXES):
            _remove_own(folder)
        self._temporary.mkdir()
        self._temporary.rmdir()

    @property
    def is_certificate(self) -> bool:
        """True where a certificate is there already."""
        return self.present and (self.path / MANIFEST).exists()

    @property
    def _temporary(self) -> Path:
        return beside(self.path, ".tmp")

    def _contents(self) -> dict[str, bytes]:
        try:
            return contents(self.path)
        except Refused as refused:
            raise FileExistsError(str(refused)) from None

    def _check_own(self) -> None:
        """Raise OSError where a file is there that would be lost."""
        foreign = self._foreign()
        if foreign is not None:
            raise FileExistsError(
                f"it has {foreign}, which is no part of a certificate, or was changed since it was "
                "written; move it away first"
            )

    def _foreign(self) -> str | None:
        """A file that no certificate was written with, or that was changed since, if any."""
        present = self._contents()
        if not present:
            return None
        try:
            manifest = json.loads(present[MANIFEST])
            known = {path: about["sha256"] for path, about in manifest["files"].items()}
            for claim in manifest["claims"]:
                known |= claim["runs"]
            known[DEFINITIONS] = manifest["definitions"]
            sealed = {name: value for name, value in manifest.items() if name != "digest"}
            known[MANIFEST] = hashlib.sha256(present[MANIFEST]).hexdigest()
            if _digest(sealed) != manifest["digest"]:
                return MANIFEST
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return next(iter(present))
        for file, content in present.items():
            own = _OWN.fullmatch(file) and known.get(file) == hashlib.sha256(content).hexdigest()
            if not own:
                return file
        return None

    def differences(self, files: Mapping[str, str]) -> list[str]:
        """The differences of the folder from what it should be, byte by byte: a line for each."""
        present = self._contents()
        lines = []
        for path in sorted({*present, *files}):
            if path not in present:
                lines.append(f"{path} is missing")
            elif path not in files:
                lines.append(f"{path} was added")
            elif present[path] != files[path].encode():
                lines.append(f"{path} is not what this run writes")
        return lines

    def write(self, files: Mapping[str, str]) -> None:
        """Write the folder. Raises `OSError`, and then leaves it as it was."""
        temporary = self._temporary
        former = beside(self.path, ".old")
        try:
            for path, text in files.items():
                file = temporary / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode())
            if self.present:
                self._check_own()
                self.path.replace(former)
            try:
                temporary.replace(self.path)
            except BaseException:
                if self.present:
                    former.replace(self.path)
                raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            shutil.rmtree(former, ignore_errors=True)


def _remove_own(folder: Path) -> None:
    """Remove a folder that has nothing but files of a certificate."""
    try:
        own = all(_OWN.fullmatch(file) for file in contents(folder))
    except Refused:
        return
    if own and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def summary(files: Mapping[str, str]) -> str:
    """The files of a certificate, counted, in a line."""
    manifest = json.loads(files[MANIFEST])
    known = manifest["files"].values()
    decidable = sum(about["fragment"]["decidable"] for about in known)
    runs = sum(len(claim["runs"]) for claim in manifest["claims"])
    return (
        f"{len(known)} obligations, {decidable} of them in a decidable fragment, and runs: {runs}; "
        f"digest {manifest['digest'][:12]}"
    )
