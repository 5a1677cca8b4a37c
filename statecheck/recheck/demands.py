"""The obligations that verdicts need: which they are, where each is, and what it says it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .claims import UNDETERMINED, VERDICTS, SaidClaim
from .definitions import Definitions
from .premises import Premise

PROOFS = (("always", "PROVED"), ("possible", "REFUTED"), ("derived", "DERIVED"))
"""Kinds and verdicts for which some formula has to be excluded in every state, or of every step."""

RUNS = (("always", "REFUTED"), ("possible", "REACHED"))
"""Kinds and verdicts for which a run is shown; no shorter one may be, if it is a shortest one."""

PLANS = ("recoverable", "PROVED")
TRAPPED = ("recoverable", "REFUTED")
CHAIN = ("eventually", "PROVED")
LASSO = ("eventually", "REFUTED")

About = dict[str, Any]
"""An obligation's rule, and to what it is applied."""


def home(title: str) -> str:
    """The folder of a claim's files."""
    id_, _, reading = title.removesuffix("]").partition(" [")
    return f"claims/{id_}.{reading}" if reading else f"claims/{id_}"


def demanded(
    known: Definitions,
    claims: Sequence[Mapping[str, Any]],
    premises: Mapping[str, Sequence[Premise]],
    lengths: Mapping[str, int],
) -> tuple[dict[str, About], dict[str, list[str]]]:
    """The obligations by path, and the paths of each claim's; those of the invariant are ``""``'s.

    ``claims`` are the entries of a manifest, ``premises`` those of the chain rule by title,
    ``lengths`` the numbers of steps of the runs by path.
    """
    found: dict[str, About] = {}
    paths: dict[str, list[str]] = {"": []}
    for path, about in _of_invariant(known):
        if path in found:
            raise ValueError(f"{path} belongs to two clauses or actions")
        found[path] = about
        paths[""].append(path)
    for claim in claims:
        title = claim["title"]
        paths[title] = []
        of_claim = _of_claim(known, known.claims[title], claim, premises.get(title, ()), lengths)
        for path, about in of_claim:
            if path in found:
                raise ValueError(f"{path} belongs to two claims")
            found[path] = about
            paths[title].append(path)
    return found, paths


def _of_invariant(known: Definitions) -> Iterator[tuple[str, About]]:
    for clause in known.clauses:
        name = clause["name"]
        yield f"invariant/at-start/{name}.smt2", {"rule": "start", "clause": name}
        for action in known.actions:
            about = {"rule": "step", "clause": name, "action": action}
            yield f"invariant/{action}/{name}.smt2", about


def _of_claim(
    known: Definitions,
    said: SaidClaim,
    claim: Mapping[str, Any],
    premises: Sequence[Premise],
    lengths: Mapping[str, int],
) -> Iterator[tuple[str, About]]:
    title, folder = said.title, home(said.title)
    settled = said.kind, claim["verdict"]
    own: About = {"claim": title}
    if settled == CHAIN:
        for premise in premises:
            about = {"rule": "premise", **own, "premise": premise.name}
            if premise.about == "states":
                yield f"{folder}/{premise.name}.smt2", about
                continue
            for action in known.actions:
                yield f"{folder}/{premise.name}.{action}.smt2", {**about, "action": action}
    if settled == PLANS:
        yield f"{folder}/plans.smt2", {"rule": "plans", **own, "plans": len(claim["plans"])}
    if settled == TRAPPED:
        yield f"{folder}/trap.smt2", {"rule": "trap", **own}
        for action in known.actions:
            yield f"{folder}/trap.{action}.smt2", {"rule": "trap", **own, "action": action}
    if settled in PROOFS and not said.on_step:
        yield f"{folder}/states.smt2", {"rule": "states", **own}
    elif settled in PROOFS:
        for action in known.actions:
            yield f"{folder}/{action}.smt2", {"rule": "steps", **own, "action": action}
    for low, high in claim["numbers"]["regions"] if claim["numbers"] else ():
        path = f"{folder}/from-{low}-to-{high}"
        about = {"rule": "run", **own, "steps": lengths.get(f"{path}.itf.json")}
        yield f"{path}.smt2", {**about, "numbers": [low, high]}
    if settled in (*RUNS, TRAPPED):
        steps = claim["steps"]
        yield f"{folder}/run.smt2", {"rule": "run", **own, "steps": steps, "numbers": None}
        for fewer in range(1 if said.on_step else 0, steps if claim["shortest"] else 0):
            yield f"{folder}/no-run-of-{fewer}.smt2", {"rule": "shorter", **own, "steps": fewer}


def shown_runs(said: SaidClaim, claim: Mapping[str, Any]) -> dict[str, bool]:
    """The paths of the runs that a verdict is to show, and whether each has to be there.

    The lasso without an assumption is shown only where whoever wrote the certificate looked for it.
    """
    folder, settled = home(said.title), (said.kind, claim["verdict"])
    if settled in (*RUNS, LASSO, TRAPPED):
        return {f"{folder}/run.itf.json": True}
    if settled == CHAIN:
        numbers = range(1, len(said.assumptions) + 1)
        return {f"{folder}/without-{number}.itf.json": False for number in numbers}
    regions = claim["numbers"]["regions"] if claim["numbers"] else ()
    return {f"{folder}/from-{low}-to-{high}.itf.json": True for low, high in regions}


def sentence(known: Definitions, claims: Mapping[str, Mapping[str, Any]], about: About) -> str:
    """The sentence at the head of an obligation."""
    action = about.get("action")
    if "clause" in about:
        (says,) = (c["says"] for c in known.clauses if c["name"] == about["clause"])
        return f"{action} keeps: {says}." if action else f"Initially {says}."
    title = about["claim"]
    verdict = claims[title]["verdict"]
    match about["rule"]:
        case "premise":
            where = f"for {action}" if action else "in every state"
            return f"{title}, {about['premise']}: so it is {where}."
        case "trap":
            where = (
                f"{action} does not lead out of the trap"
                if action
                else "in no state of the trap the goal holds"
            )
            return f"{title}: {where}."
        case "plans":
            return f"{title}: from every state some plan leads there."
        case "run":
            every = "" if about["numbers"] is None else " for every number of the region"
            return f"{title}: the run happens{every}, and ends as it should."
        case "shorter":
            return f"{title}: no run of {about['steps']} steps ends so, at any size."
    words = {"DERIVED": "reaches it for no other number", "PROVED": "keeps to it"}
    return f"{title}: {action or 'every state'} {words.get(verdict, 'never gets there')}."


def problems(known: Definitions, said: SaidClaim, claim: Mapping[str, Any]) -> Iterator[str]:
    """Everything that is wrong with what a manifest says of a verdict, but for its texts."""
    title, verdict = said.title, claim["verdict"]
    if verdict not in (*VERDICTS[said.kind], UNDETERMINED):
        yield f"{title} cannot be {verdict}: it is of the kind {said.kind}"
        return
    settled = said.kind, verdict
    names = claim["clauses"]
    if type(names) is not list or type(claim["plans"]) is not list:
        yield f"{title} has no lists of clauses and plans"
        return
    unknown = sorted(set(names) - {clause["name"] for clause in known.clauses})
    if unknown:
        yield f"{title} rests on {', '.join(unknown)}, which the invariant does not have"
    if len(set(names)) != len(names):
        yield f"{title} rests on a clause more than once"
    if names and settled not in (*PROOFS, PLANS, CHAIN, TRAPPED):
        yield f"{title} rests on clauses, which a {verdict} claim of its kind has no use for"
    steps, plans, numbers = claim["steps"], claim["plans"], claim["numbers"]
    if bool(plans) is not (settled == PLANS):
        yield f"{title} has {len(plans)} plans"
    if (numbers is not None) is not (verdict == "DERIVED"):
        yield f"{title} is {verdict}, and has numbers or lacks them"
        return
    if numbers is not None:
        yield from _regions(said, numbers, known.values | said.numbers)
    counted = settled in (*RUNS, LASSO, PLANS, TRAPPED) or bool(numbers and numbers["regions"])
    if not (type(steps) is int and steps >= 0 if counted else steps is None):
        yield f"{title} has the steps {steps}"
    elif type(claim["shortest"]) is not (bool if settled in (*RUNS, TRAPPED) else type(None)) or (
        settled == TRAPPED and claim["shortest"]
    ):
        yield f"{title} says of its run that it is a shortest one: {claim['shortest']}"
    elif settled == PLANS and steps != max(map(len, plans), default=0):
        yield f"{title} has the steps {steps}, its longest plan another number"


def _regions(
    said: SaidClaim, numbers: Mapping[str, Any], named: Mapping[str, int]
) -> Iterator[str]:
    """Where regions are no ranges of the numbers, in their order, or other words."""
    title, joined = said.title, list[list[int]]()
    assert said.range is not None
    least, greatest = said.range
    variable = [*said.variables][-1]
    bounds = numbers["low"], numbers["high"]
    if (
        numbers["variable"] != variable.strip("|").removesuffix(".")
        or [type(bound) for bound in bounds] != [int, int]
        or bounds != (least, greatest)
    ):
        yield f"the numbers of {title} are not those that its section asks about"
    for low, high in numbers["regions"]:
        if type(low) is not int or type(high) is not int or not least <= low <= high <= greatest:
            yield f"the regions of {title} are no ranges of its numbers"
            return
        if joined and low <= joined[-1][1]:
            yield f"the regions of {title} overlap, or are in no order"
        if joined and low == joined[-1][1] + 1:
            joined[-1][1] = high
        else:
            joined.append([low, high])
    words = [(s["from"], s["to"]) for s in numbers["says"] if set(s) == {"from", "to"}]
    pairs = [
        pair
        for ends, said_ends in zip(joined, words, strict=False)
        for pair in zip(ends, said_ends, strict=True)
    ]
    right = all(
        named[word] == number
        if word in named
        else word == str(number) and number not in named.values()
        for number, word in pairs
    )
    if not len(joined) == len(words) == len(numbers["says"]) or not right:
        yield f"the regions of {title} are not those that its numbers give"
