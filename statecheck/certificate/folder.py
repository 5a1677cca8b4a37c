"""A folder of files that appears whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from statecheck.recheck.scope import DEFINITIONS, MANIFEST


class OutputFolder:
    """A folder to be written later: whether it can be is found out now.

    A certificate that is there is replaced; anything else that is there is left alone. Raises
    `OSError`.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(os.path.realpath(path))
        self.present = self.path.exists()
        if self.present:
            if not self.path.is_dir():
                raise NotADirectoryError("it is a file")
            foreign = self._foreign()
            if foreign is not None:
                raise FileExistsError(f"it has {foreign}, which is no part of a certificate")
        self._temporary.mkdir()
        self._temporary.rmdir()

    @property
    def is_certificate(self) -> bool:
        """True where a certificate is there already."""
        return self.present and (self.path / MANIFEST).exists()

    @property
    def _temporary(self) -> Path:
        return self.path.with_name(f".{self.path.name}-{os.getpid()}.tmp")

    def _files(self) -> list[str]:
        return sorted(
            file.relative_to(self.path).as_posix()
            for file in self.path.rglob("*")
            if not file.is_dir()
        )

    def _foreign(self) -> str | None:
        """A file that the manifest does not name, if any."""
        present = self._files()
        if not present:
            return None
        try:
            manifest = json.loads((self.path / MANIFEST).read_text(encoding="utf-8"))
            runs = [path for claim in manifest["claims"] for path in claim["runs"]]
            known = {MANIFEST, DEFINITIONS, *manifest["files"], *runs}
        except (OSError, ValueError, KeyError, TypeError):
            return present[0]
        return next((file for file in present if file not in known), None)

    def differences(self, files: Mapping[str, str]) -> list[str]:
        """The differences of the folder from what it should be, byte by byte: a line for each."""
        present = set(self._files())
        lines = []
        for path in sorted({*present, *files}):
            if path not in present:
                lines.append(f"{path} is missing")
            elif path not in files:
                lines.append(f"{path} was added")
            elif (self.path / path).read_bytes() != files[path].encode():
                lines.append(f"{path} is not what this run writes")
        return lines

    def write(self, files: Mapping[str, str]) -> None:
        """Write the folder. Raises `OSError`, and then leaves it as it was."""
        temporary = self._temporary
        former = temporary.with_suffix(".old")
        try:
            for path, text in files.items():
                file = temporary / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode())
            if self.present:
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
