"""An adversary: changes a certificate in one place, and everything else so that it fits.

It recomputes every digest, the receipts and the lists of obligations. It shares no code with the
re-checker.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Forger:
    """A certificate under the hands of somebody who may change all of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())

    def claim(self, title: str) -> dict[str, Any]:
        """The entry of a claim."""
        entry: dict[str, Any]
        (entry,) = (c for c in self.manifest["claims"] if c["title"] == title)
        return entry

    def read(self, path: str) -> str:
        return (self.folder / path).read_text()

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(text.encode())

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text, (path, old)
        self.write(path, text.replace(old, new))

    def everywhere(self, old: str, new: str) -> None:
        """Replace in every text that the solver reads."""
        assert old in self.read("definitions.smt2")
        for path in ("definitions.smt2", *self.manifest["files"]):
            self.write(path, self.read(path).replace(old, new))

    def drop(self, path: str) -> None:
        """Leave out an obligation."""
        (self.folder / path).unlink()
        self.drop_empty_folders()
        del self.manifest["files"][path]
        for owner in (self.manifest["invariant"], *self.manifest["claims"]):
            if path in owner["obligations"]:
                owner["obligations"].remove(path)

    def drop_obligations(self, title: str) -> None:
        for path in list(self.claim(title)["obligations"]):
            self.drop(path)

    def add(self, title: str, path: str, text: str, **about: Any) -> None:
        """Add an obligation, with the receipt of a similar one."""
        self.write(path, text)
        names = re.findall(r"^; == (.*)$", text, re.MULTILINE)
        fragment: dict[str, Any] = {
            "decidable": True,
            "leaves": None,
            "edges": [],
            "arithmetic": "none",
        }
        self.manifest["files"][path] = {
            **about,
            "claim": title,
            "sections": names[:-1],
            "sha256": "",
            "fragment": fragment,
        }
        self.claim(title)["obligations"].append(path)

    def run(self, path: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change a run."""
        document = json.loads(self.read(path))
        change(document)
        self.write(path, json.dumps(document))

    def drop_run(self, title: str, path: str) -> None:
        (self.folder / path).unlink()
        del self.claim(title)["runs"][path]

    def drop_claim(self, title: str) -> None:
        """Leave out a claim, with its files and its section."""
        entry = self.claim(title)
        self.drop_obligations(title)
        for path in list(entry["runs"]):
            self.drop_run(title, path)
        self.manifest["claims"].remove(entry)
        for kind in ("claim", "phases"):
            self.drop_section(f"{kind} {title}")
        self.drop_empty_folders()

    def drop_empty_folders(self) -> None:
        """Leave out the folders that have nothing in them any more."""
        for place, inner, files in os.walk(self.folder, topdown=False):
            if not files and not any((Path(place) / name).exists() for name in inner):
                Path(place).rmdir()

    def drop_section(self, name: str) -> None:
        """Leave out a section of the definitions."""
        parts = re.split(r"(?=^; == )", self.read("definitions.smt2"), flags=re.MULTILINE)
        kept = [part for part in parts if not part.startswith(f"; == {name}\n")]
        self.write("definitions.smt2", "".join(kept))

    def seal(self) -> None:
        """Recompute every digest."""
        manifest = self.manifest
        for path, about in manifest["files"].items():
            about["sha256"] = sha256((self.folder / path).read_bytes())
        for claim in manifest["claims"]:
            for path in claim["runs"]:
                claim["runs"][path] = sha256((self.folder / path).read_bytes())
        instances = manifest["axioms"]["instances"]
        for path in instances:
            instances[path] = sha256((self.folder / path).read_bytes())
        data = (self.folder / "definitions.smt2").read_bytes()
        manifest["definitions"] = sha256(data)
        parts = re.split(r"^; == (.*)\n", data.decode(), flags=re.MULTILINE)[1:]
        manifest["sections"] = {
            name: sha256(body.removesuffix("\n").encode())
            for name, body in zip(parts[::2], parts[1::2], strict=True)
        }
        manifest.pop("digest", None)
        text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        manifest["digest"] = sha256(text.encode())
        (self.folder / "manifest.json").write_text(json.dumps(manifest))


def copied(original: Path, folder: Path) -> Forger:
    """A copy of a certificate, to be tampered with."""
    shutil.copytree(original, folder)
    return Forger(folder)
