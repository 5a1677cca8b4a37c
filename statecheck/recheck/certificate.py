"""A certificate folder, and everything that is wrong with it before a solver is asked.

Nothing in its manifest is free. What follows from the texts is made again and compared; what does
not, such as the clauses that a proof rests on, is what the obligations are made of.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import demands
from .claims import UNDETERMINED, SaidClaim
from .definitions import Definitions
from .evidence import Extreme, Trap, section_name
from .folder import Refused, check_inside, contents, decoded, empty_folders
from .formulas import CATALOGUE, SHARED, title_of
from .fragment import receipt
from .premises import ChainRule
from .rules import Rules
from .scope import COVERS, DEFINITIONS, DOES_NOT_COVER, EVIDENCE, MANIFEST, SCHEMA_VERSION
from .shown import instances
from .shown.lassos import Lasso
from .shown.runs import Shown, exactly
from .texts import TooDeep, check_characters, digest, sections

DAMAGE = (ValueError, KeyError, TypeError, AttributeError, IndexError, StopIteration)

KEYS = {
    "schema",
    "model",
    "tools",
    "covers",
    "does_not_cover",
    "catalogue",
    "left_out",
    "axioms",
    "invariant",
    "claims",
    "sections",
    "definitions",
    "files",
    "digest",
}
CLAIM = {
    *("title", "says", "kind", "about", "expected", "reading", "verdict", "steps", "shortest"),
    *("clauses", "plans", "premises", "numbers", "obligations", "runs"),
}
NUMBERS = {"variable", "low", "high", "regions", "says"}


class Certificate:
    """A certificate folder and its manifest. Raises Refused if there is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise Refused(f"{folder} is not a folder; write one with --certificates")
        found = contents(folder)
        if MANIFEST not in found:
            raise Refused(
                f"{folder} has no manifest.json, so it is no certificate; "
                "write one with --certificates"
            )
        self.texts = {name: decoded(folder, name, content) for name, content in found.items()}
        self.digests = {name: hashlib.sha256(found[name]).hexdigest() for name in found}
        self.asked: dict[str, str] = {}
        """The text of each obligation, by path, as it is to be proved."""
        self.problems: list[str] = []
        self.assumed: dict[str, str] = {}
        try:
            self.manifest: dict[str, Any] = _parsed(self.texts[MANIFEST])
            schema = self.manifest.get("schema")
            if schema != SCHEMA_VERSION or type(schema) is not int:
                raise Refused(
                    f"{folder} has schema {schema!r}; this program reads {SCHEMA_VERSION}"
                )
            self.problems += self._audit()
        except DAMAGE as error:
            self.problems.append(f"manifest.json is damaged: {type(error).__name__}: {error}")
        except (RecursionError, TooDeep):
            raise Refused(f"{folder} has a file that is nested too deeply to be read") from None

    def _audit(self) -> Iterator[str]:
        manifest = self.manifest
        exactly(manifest, KEYS, "it")
        for claim in manifest["claims"]:
            exactly(claim, CLAIM, f"its claim {claim.get('title')}")
            for step in (step for plan in claim["plans"] for step in plan):
                exactly(step, {"action", "arguments"}, f"a plan of {claim['title']}")
        self.files: dict[str, Any] = manifest["files"]
        exactly(manifest["axioms"], {"assumed", "instances"}, "what it says of axioms")
        runs = [path for claim in manifest["claims"] for path in claim["runs"]]
        runs += manifest["axioms"]["instances"]
        check_inside(self.folder, [*self.files, *runs])
        content = {name: value for name, value in manifest.items() if name != "digest"}
        sealed = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        if digest(sealed) != manifest["digest"]:
            yield "manifest.json was changed: its digest is not that of its content"
        yield from self._listed()
        if manifest["covers"] != list(COVERS) or manifest["does_not_cover"] != list(DOES_NOT_COVER):
            yield "manifest.json covers something else than certificates do"
        if DEFINITIONS not in self.texts:
            return
        try:
            texts = self._shared()
            known = Definitions(
                {n: text for n, text in texts.items() if not n.startswith(EVIDENCE)}
            )
        except DAMAGE as error:
            yield f"{DEFINITIONS} does not say what it should: {error}"
            return
        yield from self._model(known, texts[CATALOGUE])
        yield from self._axioms(known)
        titles = [claim["title"] for claim in manifest["claims"]]
        if titles != list(known.claims):
            yield f"manifest.json has other claims than {DEFINITIONS}: {titles}"
            return
        yield from self._claims(known, texts)

    def _listed(self) -> Iterator[str]:
        """Where files are missing, were added, or have another digest."""
        listed = {path: about["sha256"] for path, about in self.files.items()}
        listed[DEFINITIONS] = self.manifest["definitions"]
        listed |= self.manifest["axioms"]["instances"]
        for claim in self.manifest["claims"]:
            listed |= claim["runs"]
        for path, wanted in listed.items():
            if path not in self.texts:
                yield f"{path} is missing"
            elif self.digests[path] != wanted:
                yield f"{path} was changed: its digest is not the manifest's"
        for path in self.texts:
            if path not in listed and path != MANIFEST:
                yield f"{path} was added: the manifest does not name it"
        for path in empty_folders(self.folder):
            yield f"{path} was added: it is an empty folder"

    def _shared(self) -> dict[str, str]:
        """The sections of the definitions. Raises ValueError where they are other ones."""
        text = self.texts[DEFINITIONS]
        check_characters(text)
        (_, before), *parts = sections(text)
        found = {name: body.removesuffix("\n") for name, body in parts}
        names = list(found)
        actions = [name for name in names if name.startswith("step ")]
        claims = [name for name in names if name.startswith("claim ")]
        evidence = [name for word in EVIDENCE for name in names if name.startswith(word)]
        if before or names != [CATALOGUE, *SHARED, *actions, *claims, *evidence]:
            raise ValueError("its sections are other ones")
        for name in evidence:
            if f"claim {name.partition(' ')[2]}" not in claims:
                raise ValueError(f"its section {name!r} is of no claim")
        if len(found) != len(parts):
            raise ValueError("it has a section twice")
        if {name: digest(body) for name, body in found.items()} != self.manifest["sections"]:
            raise ValueError("its sections are not those of the manifest")
        return found

    def _model(self, known: Definitions, text: str) -> Iterator[str]:
        """Where the manifest says something else of the model, or of its catalogue."""
        manifest = self.manifest
        lines = text.splitlines()
        match = _CATALOGUE.fullmatch("\n".join(lines[:3]))
        if match is None or not all(line.startswith("; claim ") for line in lines[3:]):
            yield f"{DEFINITIONS} does not say what it should: its section 'catalogue' is none"
            return
        claims = [line.removeprefix("; claim ") for line in lines[3:]]
        certified = list(known.claims)
        wanted = {
            "model": known.model(match["digest"]),
            "tools": {"z3-solver": match["version"]},
            "catalogue": claims,
            "left_out": [title for title in claims if title not in known.claims],
        }
        if match["system"] != known.system or len(set(claims)) != len(claims):
            yield f"{DEFINITIONS} does not say what it should: its catalogue is of another system"
        if [title for title in claims if title in known.claims] != certified:
            yield "manifest.json has claims that are not in the catalogue, or in another order"
        for clause in known.clauses:
            title = title_of(clause["says"])
            if title is not None and title not in claims:
                yield f"{clause['name']} is called after {title}, which the catalogue does not have"
        for name, value in wanted.items():
            if not _same(manifest[name], value):
                yield f"manifest.json says something else of its {name} than its definitions"
        exactly(manifest["invariant"], {"clauses", "obligations"}, "its invariant")
        if not _same(manifest["invariant"]["clauses"], known.clauses):
            yield "manifest.json says something else of the invariant than its definitions"

    def _axioms(self, known: Definitions) -> Iterator[str]:
        """Where the manifest names other axioms, or nothing is shown that satisfies them."""
        said = self.manifest["axioms"]
        if not _same(said["assumed"], known.axioms):
            yield "manifest.json says something else of the axioms than its definitions"
        wanted = instances.wanted(known)
        if type(said["instances"]) is not dict or list(said["instances"]) != list(wanted):
            yield f"nothing is shown that satisfies the axioms: {', '.join(wanted) or 'none'}"
            return
        for path, reading in wanted.items():
            if path in self.texts:
                try:
                    check_characters(self.texts[path])
                    instances.check(Shown(_parsed(self.texts[path]), known), known, reading)
                except DAMAGE as error:
                    yield f"{path} does not satisfy the axioms: {error}"

    # -- claims ---------------------------------------------------------------------------------

    def _claims(self, known: Definitions, texts: dict[str, str]) -> Iterator[str]:
        wrong: list[str] = []
        chains: dict[str, ChainRule] = {}
        traps: dict[str, Trap] = {}
        extremes: dict[str, Extreme] = {}
        runs: dict[str, Shown] = {}
        for claim in self.manifest["claims"]:
            said = known.claims[claim["title"]]
            self.assumed[said.title] = "; ".join(map(str, said.assumptions))
            found = list(self._said(known, said, claim))
            chain = None
            if not found:
                try:
                    chain = self._chain(known, said, claim, texts.get(f"phases {said.title}"))
                    trap = self._trap(known, said, claim, texts.get(f"trap {said.title}"))
                    traps |= {} if trap is None else {said.title: trap}
                    extreme = self._extreme(known, said, claim, texts.get(section_name(said.title)))
                    extremes |= {} if extreme is None else {said.title: extreme}
                except DAMAGE as error:
                    found.append(f"{DEFINITIONS} does not say what it should: {error}")
            if not found and not _same(
                claim["premises"], [] if chain is None else [p.entry for p in chain.premises()]
            ):
                found.append(f"{said.title} has other premises than the chain rule asks for")
            if chain is not None:
                chains[said.title] = chain
            if not found:
                found += self._runs(known, claim, runs)
            wrong += found
        yield from wrong
        if wrong:
            return
        claims = {claim["title"]: claim for claim in self.manifest["claims"]}
        rules = Rules(known, claims, chains, runs, traps, extremes)
        lengths = {path: len(run.steps) for path, run in runs.items()}
        wanted, paths = demands.demanded(known, self.manifest["claims"], rules.premises, lengths)
        yield from self._demanded(wanted, paths)
        for path, about in wanted.items():
            if path in self.texts and path in self.files:
                yield from self._obligation(rules, path, about)

    def _said(self, known: Definitions, said: SaidClaim, claim: dict[str, Any]) -> Iterator[str]:
        """Where an entry is not what its claim's section says, or a verdict not one of its kind."""
        if claim["numbers"] is not None:
            exactly(claim["numbers"], NUMBERS, f"{said.title}: its numbers")
        for name, value in said.entry().items():
            if claim[name] != value:
                yield (
                    f"manifest.json says something else of {said.title} than its definitions: "
                    f"{name} is {claim[name]!r}, not {value!r}"
                )
        yield from demands.problems(known, said, claim)

    def _chain(
        self, known: Definitions, said: SaidClaim, claim: dict[str, Any], text: str | None
    ) -> ChainRule | None:
        if ((said.kind, claim["verdict"]) == demands.CHAIN) is not (text is not None):
            raise ValueError(f"{said.title} is {claim['verdict']}, and has phases or lacks them")
        return None if text is None else ChainRule(known, said, text)

    def _trap(
        self, known: Definitions, said: SaidClaim, claim: dict[str, Any], text: str | None
    ) -> Trap | None:
        if ((said.kind, claim["verdict"]) == demands.TRAPPED) is not (text is not None):
            raise ValueError(f"{said.title} is {claim['verdict']}, and has a trap or lacks one")
        return None if text is None else Trap(known, said, text)

    def _extreme(
        self, known: Definitions, said: SaidClaim, claim: dict[str, Any], text: str | None
    ) -> Extreme | None:
        if text is None:
            return None
        if (said.kind, claim["verdict"]) != ("always", "PROVED") or said.on_step:
            raise ValueError(f"{said.title} is {claim['verdict']}, and has an extreme")
        return Extreme(known, said, text)

    def _demanded(
        self, wanted: dict[str, demands.About], paths: dict[str, list[str]]
    ) -> Iterator[str]:
        """Where obligations are missing, or there are others."""
        for path, about in wanted.items():
            if path not in self.files:
                words = " ".join(str(value) for value in about.values() if value is not None)
                yield f"an obligation is missing: {words}"
        for path in self.files:
            if path not in wanted:
                yield f"{path} is an obligation that nothing asks for"
        if self.manifest["invariant"]["obligations"] != paths[""]:
            yield "manifest.json lists other obligations of the invariant than it has"
        for claim in self.manifest["claims"]:
            if claim["obligations"] != paths[claim["title"]]:
                yield f"manifest.json lists other obligations of {claim['title']} than it has"

    def _runs(
        self, known: Definitions, claim: dict[str, Any], runs: dict[str, Shown]
    ) -> Iterator[str]:
        said = known.claims[claim["title"]]
        wanted = demands.shown_runs(said, claim)
        for path in claim["runs"]:
            if path not in wanted:
                yield f"{path} is a run that {said.title} has no use for"
        for path, needed in wanted.items():
            if needed and path not in claim["runs"]:
                yield f"{said.title} shows no run: {path} is missing"
        lengths = []
        for path in claim["runs"]:
            if path not in self.texts or path not in wanted:
                continue
            try:
                check_characters(self.texts[path])
                shown = Shown(_parsed(self.texts[path]), known)
                shown.replay()
                if shown.description != f"{said.title}: {said.says}":
                    raise ValueError("it is of another claim")
                if set(shown.witness) != {v.strip("|").removesuffix(".") for v in said.variables}:
                    raise ValueError("its witness is of other variables")
                if said.kind == "eventually":
                    match = re.search(r"/without-(\d+)\.itf\.json$", path)
                    lasso = Lasso(shown, said, None if match is None else int(match[1]))
                    if shown.fairness != lasso.reasons():
                        raise ValueError("the reasons why it is fair are other ones")
                elif shown.loop is not None:
                    raise ValueError("it goes round for ever")
                runs[path] = shown
                lengths.append(len(shown.steps))
            except DAMAGE as error:
                yield f"{path} is no run: {error}"
        if lengths and claim["verdict"] != "PROVED" and claim["steps"] != max(lengths):
            yield f"{said.title} has runs of {max(lengths)} steps, the manifest {claim['steps']}"

    def _obligation(self, rules: Rules, path: str, about: demands.About) -> Iterator[str]:
        try:
            parts, self.asked[path] = rules.check(path, about, self.texts[path])
            found = dataclasses.asdict(receipt(*parts))
            names = [name for name, _, _ in rules.sections(path, about)]
            wanted = {
                **about,
                "sections": names,
                "sha256": self.digests[path],
                "fragment": {
                    **found,
                    "edges": list(found["edges"]),
                    "decidable": found["leaves"] is None,
                },
            }
            if not _same(self.files[path], wanted):
                raise ValueError("its receipt is another one")
        except DAMAGE as error:
            yield f"{path} does not say what it should: {error}"

    @property
    def undetermined(self) -> list[str]:
        """The titles of claims that are not settled."""
        return [c["title"] for c in self.manifest["claims"] if c["verdict"] == UNDETERMINED]


_CATALOGUE = re.compile(
    r"; system (?P<system>\S+)\n; model (?P<digest>[0-9a-f]{64})\n"
    r"; written with z3-solver (?P<version>\S+)"
)


def _same(one: Any, other: Any) -> bool:
    """True of equal content; a truth is no number."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it has the key {twice!r} more than once")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"it has {name}, which is no number")
