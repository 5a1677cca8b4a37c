"""The demands on a manifest for the verdicts that it claims; nothing of it is taken on trust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .scope import COVERS, DOES_NOT_COVER

VERDICTS = {
    "always": ("PROVED", "REFUTED"),
    "possible": ("REACHED",),
    "recoverable": ("PROVED",),
    "derived": ("DERIVED",),
    "eventually": ("PROVED", "REFUTED"),
}
"""The verdicts that each kind of claim may have, besides UNDETERMINED."""

SEARCHED = ("REACHED", "REFUTED")

PHASE = {
    False: ("enabled", "stays", "ends"),
    True: ("enabled", "stays", "never grows", "disabled after"),
}
"""The roles of the premises of a phase, whether its helper is one instance or each of a set."""

ABOUT_STATES = ("starts", "enabled")
"""The roles of premises about states; the others are about steps."""


def problems(manifest: dict[str, Any]) -> Iterator[str]:
    """Everything that a manifest lacks, or claims without a right to."""
    if manifest["covers"] != list(COVERS) or manifest["does_not_cover"] != list(DOES_NOT_COVER):
        yield "manifest.json covers something else than certificates do"
    titles = [claim["title"] for claim in manifest["claims"]]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield f"manifest.json has the claim {title} more than once"
    names = [clause["name"] for clause in manifest["invariant"]["clauses"]]
    if len(set(names)) != len(names):
        yield "manifest.json has a clause more than once"
    for claim in manifest["claims"]:
        yield from _claim(claim, names)
    yield from missing(manifest)


def _claim(claim: dict[str, Any], clauses: Sequence[str]) -> Iterator[str]:
    title, kind, verdict = claim["title"], claim["kind"], claim["verdict"]
    if kind not in VERDICTS:
        yield f"{title} is of no known kind: {kind}"
    elif verdict not in (*VERDICTS[kind], "UNDETERMINED"):
        yield f"{title} cannot be {verdict}: it is of the kind {kind}"
    unknown = set(claim["clauses"]) - set(clauses)
    if unknown:
        yield f"{title} rests on {', '.join(sorted(unknown))}, which the invariant does not have"
    steps = claim["steps"]
    counted = verdict in (*SEARCHED, "DERIVED") or (kind == "recoverable" and verdict == "PROVED")
    if (type(steps) is int and steps >= 0) is not counted and not (
        verdict == "DERIVED" and not claim["numbers"]["regions"]
    ):
        yield f"{title} has the steps {steps}"
    if bool(claim["plans"]) is not (kind == "recoverable" and verdict == "PROVED"):
        yield f"{title} has {len(claim['plans'])} plans"
    elif claim["plans"] and steps != max(map(len, claim["plans"])):
        yield f"{title} has the steps {steps}, its longest plan another number"
    if (claim["numbers"] is not None) is not (verdict == "DERIVED"):
        yield f"{title} is {verdict}, and has numbers or lacks them"
    if kind == "eventually" and verdict == "PROVED" and not is_chain(claim["premises"]):
        yield f"{title} lacks premises of the chain rule"
    if kind == "eventually" and verdict == "REFUTED" and not claim["runs"]:
        yield f"{title} is refuted by no lasso"


def is_chain(premises: Sequence[dict[str, Any]]) -> bool:
    """True where premises are those of the chain rule: two for the proof, and those of each phase.

    A helper that is each of a set of instances makes the set shrink, any other ends the phase.
    """
    roles = [premise["role"] for premise in premises]
    phases = {role["phase"]: role["each"] for role in roles if role["phase"] is not None}
    demanded: list[tuple[str, int | None, bool]] = [("starts", None, False), ("lasts", None, False)]
    for phase in range(1, len(phases) + 1):
        demanded += [(name, phase, phases[phase]) for name in PHASE[phases[phase]]]
    return [(r["name"], r["phase"], r["each"]) for r in roles] == demanded and all(
        (premise["about"] == "states") is (role["name"] in ABOUT_STATES)
        for premise, role in zip(premises, roles, strict=True)
    )


def missing(manifest: dict[str, Any]) -> Iterator[str]:
    """The obligations that a manifest lacks: one for each action, clause, claim, premise, region
    and length of run.
    """
    found = {_key(about) for about in manifest["files"].values()}
    claims = manifest["claims"]
    for demanded in _demanded(manifest):
        key = _key(demanded)
        if key not in found:
            words = demanded.values()
            yield f"an obligation is missing: {' '.join(map(str, words))}"
    wanted = {_key(demanded) for demanded in _demanded(manifest)}
    for path, about in manifest["files"].items():
        if _key(about) not in wanted:
            yield f"{path} is an obligation that nothing asks for"
    claimed = [path for claim in claims for path in claim["obligations"]]
    claimed += manifest["invariant"]["obligations"]
    if sorted(claimed) != sorted(manifest["files"]):
        yield "manifest.json lists other obligations than its claims have"
    for path in manifest["invariant"]["obligations"]:
        if "clause" not in manifest["files"].get(path, ()):
            yield f"{path} is not about the invariant"
    for claim in claims:
        for path in claim["obligations"]:
            if manifest["files"].get(path, {}).get("claim") != claim["title"]:
                yield f"{path} is not about {claim['title']}"


def _demanded(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    actions = [{"action": action} for action in manifest["model"]["actions"]]
    claims = manifest["claims"]
    clauses = manifest["invariant"]["clauses"] if any(c["clauses"] for c in claims) else []
    for clause in clauses:
        yield {"rule": "start", "clause": clause["name"]}
        for action in actions:
            yield {"rule": "step", "clause": clause["name"], **action}
    for claim in claims:
        yield from _of_claim(claim, actions)


def _of_claim(claim: dict[str, Any], actions: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    title, kind, verdict = claim["title"], claim["kind"], claim["verdict"]
    for premise in claim["premises"]:
        for action in actions if premise["about"] == "steps" else [{}]:
            yield {"rule": "premise", "claim": title, "premise": premise["name"], **action}
    if kind == "eventually":
        return
    proved = verdict in ("PROVED", "DERIVED")
    if proved and kind == "recoverable":
        yield {"rule": "plans", "claim": title, "plans": len(claim["plans"])}
    elif proved and claim["about"] == "states":
        yield {"rule": "states", "claim": title}
    elif proved:
        for action in actions:
            yield {"rule": "steps", "claim": title, **action}
    for region in claim["numbers"]["regions"] if claim["numbers"] else ():
        yield {"rule": "run", "claim": title, "numbers": region}
    if verdict in SEARCHED:
        yield {"rule": "run", "claim": title, "steps": claim["steps"]}
        for steps in range(1 if claim["about"] == "steps" else 0, claim["steps"]):
            yield {"rule": "shorter", "claim": title, "steps": steps}


_OF = ("claim", "clause", "action", "premise", "plans", "numbers")


def _key(about: dict[str, Any]) -> str:
    """The purpose of an obligation. Only a derived number's run may be of any length."""
    length = None if about.get("numbers") else about.get("steps")
    return repr([about["rule"], length, *(about.get(name) for name in _OF)])
