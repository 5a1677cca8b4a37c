"""A certificate folder, and everything that is wrong with it before a solver is asked."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import demands
from .definitions import Definitions
from .fragment import receipt
from .refused import Refused
from .rules import Rules, shared
from .runs import Shown
from .scope import DEFINITIONS, MANIFEST, SCHEMA_VERSION
from .texts import comments, digest, read

DAMAGE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


class Certificate:
    """A certificate folder and its manifest. Raises Refused if there is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise Refused(f"{folder} is no folder; write one with python -m proofs --certificates")
        try:
            text = (folder / MANIFEST).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise Refused(
                f"{folder} has no manifest.json, so it is no certificate; "
                "write one with python -m proofs --certificates"
            ) from None
        self.problems: list[str] = []
        self.texts: dict[str, str] = {}
        try:
            self.manifest: dict[str, Any] = json.loads(text)
            if self.manifest.get("schema") != SCHEMA_VERSION:
                raise Refused(
                    f"{folder} has schema {self.manifest.get('schema')}; this program reads "
                    f"{SCHEMA_VERSION}"
                )
            self.problems += self._audit()
        except DAMAGE as error:
            self.problems.append(f"manifest.json is damaged: {type(error).__name__}: {error}")

    def _audit(self) -> Iterator[str]:
        manifest = self.manifest
        content = {name: value for name, value in manifest.items() if name != "digest"}
        sealed = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        if digest(sealed) != manifest["digest"]:
            yield "manifest.json was changed: its digest is not that of its content"
        self.files: dict[str, Any] = manifest["files"]
        yield from self._read()
        yield from demands.problems(manifest)
        if DEFINITIONS not in self.texts:
            return
        try:
            sections = shared(manifest, self.texts[DEFINITIONS])
            known = Definitions(manifest["model"], sections)
        except DAMAGE as error:
            yield f"{DEFINITIONS} does not say what it should: {error}"
            return
        yield from _words(manifest, sections)
        runs: dict[str, Shown] = {}
        for claim in manifest["claims"]:
            yield from self._runs(claim, known, runs)
        rules = Rules(manifest, known, runs)
        for path, about in self.files.items():
            if path in self.texts:
                yield from self._obligation(rules, path, about)

    def _read(self) -> Iterator[str]:
        listed = {path: about["sha256"] for path, about in self.files.items()}
        listed[DEFINITIONS] = self.manifest["definitions"]
        for claim in self.manifest["claims"]:
            listed |= claim["runs"]
        for path, wanted in listed.items():
            try:
                content = (self.folder / path).read_bytes()
            except OSError:
                yield f"{path} is missing"
                continue
            if hashlib.sha256(content).hexdigest() != wanted:
                yield f"{path} was changed: its digest is not the manifest's"
            self.texts[path] = content.decode("utf-8", errors="replace")
        known = {*listed, MANIFEST}
        for file in sorted(self.folder.rglob("*")):
            path = file.relative_to(self.folder).as_posix()
            if not file.is_dir() and path not in known:
                yield f"{path} was added: the manifest does not name it"

    def _runs(
        self, claim: dict[str, Any], known: Definitions, runs: dict[str, Shown]
    ) -> Iterator[str]:
        lengths = []
        for path in claim["runs"]:
            if path not in self.texts:
                continue
            try:
                shown = Shown(
                    json.loads(self.texts[path]), known, self.manifest["model"]["actions"]
                )
                shown.replay()
                if shown.description != f"{claim['title']}: {claim['says']}":
                    raise ValueError("it is of another claim")
                if (shown.loop is not None) is not (claim["kind"] == "eventually"):
                    raise ValueError("it goes round for ever, or should")
                runs[path] = shown
                lengths.append(len(shown.steps))
            except DAMAGE as error:
                yield f"{path} is no run: {error}"
        steps = claim["steps"]
        if lengths and steps not in (None, max(lengths)):
            yield f"{claim['title']} has runs of {max(lengths)} steps, the manifest {steps}"

    def _obligation(self, rules: Rules, path: str, about: dict[str, Any]) -> Iterator[str]:
        try:
            parts = rules.check(path, about, self.texts[path])
            found = dataclasses.asdict(receipt(*parts))
            fragment = {
                **found,
                "edges": list(found["edges"]),
                "decidable": found["leaves"] is None,
            }
            if about["fragment"] != fragment:
                raise ValueError("its receipt is another one")
        except DAMAGE as error:
            yield f"{path} does not say what it should: {error}"


def _words(manifest: dict[str, Any], sections: dict[str, str]) -> Iterator[str]:
    """Where the manifest's words are not those of the definitions."""
    clauses = manifest["invariant"]["clauses"]
    if comments(sections["invariant"]) != [clause["says"] for clause in clauses]:
        yield "manifest.json says something else of the invariant than its definitions"
    heads = [(tree[1], tree[2][0][1]) for tree in read(sections["invariant"])]
    if heads != [(clause["name"], clause["every"]) for clause in clauses]:
        yield "manifest.json has other clauses than its definitions"
    numbers = {
        str(tree[1]).strip("|"): int(tree[4])
        for tree in read(sections["types"])
        if tree[0] == "define-fun"
    }
    for claim in manifest["claims"]:
        title = claim["title"]
        own = sections.get(f"claim {title}")
        if own is not None and comments(own)[:1] != [f"{title}: {claim['says']}"]:
            yield f"manifest.json says something else of {title} than its definitions"
        if claim["numbers"] is not None:
            yield from _regions(title, claim["numbers"], numbers)


def _regions(title: str, said: dict[str, Any], numbers: dict[str, int]) -> Iterator[str]:
    """Where the words for a claim's regions are not those of the numbers, as far as these have a
    name in the definitions.
    """
    joined: list[list[int]] = []
    for low, high in said["regions"]:
        if joined and low <= joined[-1][1]:
            yield f"the regions of {title} overlap, or are in no order"
        if joined and low == joined[-1][1] + 1:
            joined[-1][1] = high
        else:
            joined.append([low, high])
    ends = [
        (e, w)
        for r, s in zip(joined, said["says"], strict=False)
        for e, w in zip(r, (s["from"], s["to"]), strict=True)
    ]
    names = {value: name for name, value in numbers.items()}
    wrong = [w for e, w in ends if names.get(e, w) != w or numbers.get(w, e) != e]
    if len(joined) != len(said["says"]) or wrong:
        yield f"the regions of {title} are not those that its numbers give"
