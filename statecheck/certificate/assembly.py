"""A certificate put together from its definitions: obligations, receipts and manifest.

The obligations are those that the re-checker's rules make of the definitions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from typing import Any

from statecheck.certificate.smtlib import layout
from statecheck.recheck.definitions import Definitions
from statecheck.recheck.demands import demanded, sentence
from statecheck.recheck.evidence import Trap
from statecheck.recheck.formulas import CATALOGUE
from statecheck.recheck.fragment import receipt
from statecheck.recheck.premises import ChainRule
from statecheck.recheck.rules import HEADER, LOGIC, Rules
from statecheck.recheck.scope import (
    COVERS,
    DEFINITIONS,
    DOES_NOT_COVER,
    EVIDENCE,
    MANIFEST,
    SCHEMA_VERSION,
)
from statecheck.recheck.shown.lassos import Lasso
from statecheck.recheck.shown.runs import Shown
from statecheck.recheck.texts import read


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(content: Any) -> str:
    """JSON of which there is one text for each content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def catalogue_text(system: str, model: str, titles: Iterable[str]) -> str:
    """The section that names the model, and the claims that there are of it."""
    lines = [
        f"; system {system}",
        f"; model {model}",
        f"; written with z3-solver {metadata.version('z3-solver')}",
        *(f"; claim {title}" for title in titles),
    ]
    return "\n".join(lines)


def receipt_of(parts: Sequence[str]) -> dict[str, Any]:
    """The receipt of an obligation: where it stands among the decidable fragments."""
    found = receipt(*parts)
    return {
        "decidable": found.leaves is None,
        "leaves": found.leaves,
        "edges": list(found.edges),
        "arithmetic": found.arithmetic,
    }


def sealed(
    known: Definitions,
    worlds: Mapping[str, str],
    texts: Mapping[str, str],
    entries: Sequence[dict[str, Any]],
    invariant: Sequence[str],
    files: dict[str, str],
    about: Mapping[str, Any],
    model: str,
    titles: Sequence[str],
) -> dict[str, str]:
    """All files: those that there are, the definitions, and the manifest.

    ``worlds`` are the instances of the axioms by path, ``texts`` are the sections of the
    definitions, ``entries`` those of claims, ``about`` has the receipts of obligations, ``titles``
    are those of the catalogue.
    """
    files[DEFINITIONS] = "".join(f"; == {name}\n{text}\n" for name, text in texts.items())
    certified = {entry["title"] for entry in entries}
    manifest: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "model": known.model(model),
        "tools": {"z3-solver": metadata.version("z3-solver")},
        "covers": list(COVERS),
        "does_not_cover": list(DOES_NOT_COVER),
        "catalogue": list(titles),
        "left_out": [title for title in titles if title not in certified],
        "axioms": {
            "assumed": known.axioms,
            "instances": {path: digest(text) for path, text in worlds.items()},
        },
        "invariant": {"clauses": known.clauses, "obligations": list(invariant)},
        "claims": list(entries),
        "sections": {name: digest(text) for name, text in texts.items()},
        "definitions": digest(files[DEFINITIONS]),
        "files": dict(sorted(about.items())),
    }
    files.update(worlds)
    manifest["digest"] = digest(canonical(manifest))
    files[MANIFEST] = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    return files


def assembled(
    texts: Mapping[str, str],
    entries: Sequence[dict[str, Any]],
    runs: Mapping[str, dict[str, dict[str, Any]]],
    model: str,
    titles: Sequence[str],
) -> dict[str, str]:
    """The files of a certificate of one machine.

    ``entries`` have verdict, steps, clauses and plans of each claim, ``runs`` its runs by path, as
    documents in the Informal Trace Format. Raises ValueError where a text is not as it has to be.
    """
    whole = {CATALOGUE: texts[CATALOGUE], **texts}
    known = Definitions({n: text for n, text in whole.items() if not n.startswith(EVIDENCE)})
    chains = {
        title: ChainRule(known, said, whole[f"phases {title}"])
        for title, said in known.claims.items()
        if f"phases {title}" in whole
    }
    traps = {
        title: Trap(known, said, whole[f"trap {title}"])
        for title, said in known.claims.items()
        if f"trap {title}" in whole
    }
    files: dict[str, str] = {}
    shown: dict[str, Shown] = {}
    for title, own in runs.items():
        for path, document in own.items():
            if "loop" in document:
                lasso = Lasso(_shown(document, known), known.claims[title], None)
                document["#meta"]["fairness"] = lasso.reasons()
            files[path] = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
            shown[path] = _shown(document, known)
    premises = {title: chain.premises() for title, chain in chains.items()}
    full = [
        {
            **known.claims[entry["title"]].entry(),
            "plans": [],
            "shortest": None,
            "premises": [p.entry for p in premises.get(entry["title"], ())],
            "numbers": None,
            **entry,
            "runs": {path: digest(files[path]) for path in runs.get(entry["title"], {})},
        }
        for entry in entries
    ]
    claims = {entry["title"]: entry for entry in full}
    lengths = {path: len(run.steps) for path, run in shown.items()}
    wanted, paths = demanded(known, full, premises, lengths)
    rules = Rules(known, claims, chains, shown, traps, {})
    evidence: dict[str, ChainRule | Trap] = {
        **{f"phases {title}": chain for title, chain in chains.items()},
        **{f"trap {title}": trap for title, trap in traps.items()},
    }
    about: dict[str, Any] = {}
    for path, rule in wanted.items():
        parts = []
        names = []
        for name, trees, words in rules.sections(path, rule):
            own_text = whole.get(name)
            proof = evidence.get(name)
            is_shared = trees is (known.trees.get(name) if proof is None else proof.trees)
            if own_text is None or not is_shared:
                own_text = "\n".join([*(f"; {word}" for word in words), *map(layout, trees)])
            parts.append(own_text)
            names.append(name)
        goal = rules.goal(path, rule)
        body = "".join(f"; == {n}\n{part}\n" for n, part in zip(names, parts, strict=True))
        body += "; == goal\n" + "\n".join(map(layout, read(goal))) + "\n"
        quantified = "(forall " in body or "(exists " in body
        logic = f"(set-logic {'' if quantified else 'QF_'}{LOGIC})"
        said = f"; {sentence(known, claims, rule)}"
        files[path] = "\n".join([said, *HEADER, logic, body])
        about[path] = {
            **rule,
            "sections": names,
            "sha256": digest(files[path]),
            "fragment": receipt_of([*parts, goal]),
        }
    for entry in full:
        entry["obligations"] = paths[entry["title"]]
    return sealed(known, {}, whole, full, paths[""], files, about, model, titles)


def _shown(document: dict[str, Any], known: Definitions) -> Shown:
    """A run as the re-checker reads it. Raises ValueError where it does not happen."""
    shown = Shown(json.loads(json.dumps(document)), known)
    shown.replay()
    return shown
