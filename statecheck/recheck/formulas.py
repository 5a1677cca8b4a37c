"""The axioms and the clauses of the invariant, as the shared definitions say them.

Either is a formula about any state. An axiom is assumed, and about what no action changes; a clause
has to hold initially and to be kept by each step, which the obligations say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .texts import (
    Tree,
    argument_names,
    comments,
    free_symbols,
    normal,
    plain,
    quoted,
    replaced,
    unmarked,
)

if TYPE_CHECKING:
    from .definitions import Definitions

AXIOMS = "axioms"
COMMON = ("types", "state and step", AXIOMS)
SHARED = (*COMMON, "invariant", "start")
"""The sections that a certificate has whatever it is about, after its catalogue, in their order."""

CATALOGUE = "catalogue"

_CLAUSE = re.compile(
    r"(?:\[(?P<reading>[^\]]+)\] )?(?:every (?P<every>.+?)|always): (?:as (?P<claim>\S.*) says|.+)"
)


@dataclass(frozen=True)
class Formula:
    """A formula: its symbol, the sorts of its arguments, its body, and its entry in a manifest."""

    name: str
    sorts: tuple[str, ...]
    body: Tree
    entry: dict[str, str]
    title: str | None = None
    """The title of the claim that it is called after."""


def axiom_name(name: str) -> str:
    """The symbol of an axiom."""
    return quoted(f"axiom.{name}")


def axioms(known: Definitions) -> list[Formula]:
    """The axioms. Raises ValueError where one is about what some action changes."""
    words = comments(known.texts[AXIOMS])
    found = []
    for tree, says in zip(known.trees[AXIOMS], words, strict=True):
        name, sorts, body = _formula(known, tree, AXIOMS)
        own = says.partition(": ")[0]
        if name != axiom_name(own) or not set(sorts) <= set(known.entities):
            raise ValueError(f"its section 'axioms' says of {name}: {says}")
        mentioned = free_symbols(body)
        for action in known.actions:
            for written in known.trees[f"step {action}"][1:]:
                function = unmarked(str(written[1]))
                if function in mentioned and written[4] != (function, "x"):
                    raise ValueError(f"its axiom {own} asks for {function}, which {action} writes")
        found.append(Formula(name, sorts, body, {"name": own, "says": says}))
    return found


def clauses(known: Definitions) -> list[Formula]:
    """The clauses of the invariant. Raises ValueError where one is said to be about others."""
    words = comments(known.texts["invariant"])
    found = []
    for tree, says in zip(known.trees["invariant"], words, strict=True):
        name, sorts, body = _formula(known, tree, "invariant")
        every = " and ".join(map(plain, sorts))
        match = _CLAUSE.fullmatch(says)
        if match is None or (match["every"] or "") != every:
            raise ValueError(f"its section 'invariant' says of {name}: {says}")
        reading = match["reading"] or ""
        entry = {"name": name, "every": every, "reading": reading, "says": says}
        found.append(Formula(name, sorts, body, entry, match["claim"]))
    return found


def _formula(known: Definitions, tree: Tree, section: str) -> tuple[str, tuple[str, ...], Tree]:
    """The symbol of a formula about a state, the sorts of its arguments, and its body."""
    match tree:
        case ("define-fun", str() as name, tuple() as binding, "Bool", body) if [
            own for own, _ in binding
        ] == argument_names(len(binding)):
            own = {argument for argument, _ in binding}
            known.check_state(body, own, f"section {section!r} says of {name}")
            sorts = tuple(str(sort) for _, sort in binding)
            strange = {*sorts} - {*known.entities, *known.members, "Int", "Bool"}
            if strange:
                raise ValueError(
                    f"its section {section!r} is about {min(strange)}, which is no sort"
                )
            return name, sorts, body
    raise ValueError(f"its section {section!r} has something that is no formula about a state")


def title_of(says: str) -> str | None:
    """The title of the claim that a clause is called after, if it is called after one."""
    match = _CLAUSE.fullmatch(says)
    return None if match is None else match["claim"]


def check_claims(known: Definitions, stated: Sequence[Formula]) -> None:
    """Check that clauses that are called after claims say what these do, as far as they are there.

    A lemma that is said of every reading may help to prove what is said of one.
    """
    readings = {claim.reading: claim.bodies["reading"] for claim in known.claims.values()}
    for clause in stated:
        own = clause.entry["reading"]
        if clause.title not in known.claims or own not in readings:
            continue
        claim = known.claims[clause.title]
        body: Tree = None
        sorts: tuple[str, ...] = ()
        if claim.kind == "always" and not claim.on_step and claim.reading in ("", own):
            mentioned = free_symbols(claim.bodies["claim"])
            used = [name for name in claim.variables if name in mentioned]
            sorts = tuple(claim.variables[name] for name in used)
            symbols = dict(zip(used, argument_names(len(used)), strict=True))
            body = replaced(claim.bodies["claim"], symbols)
            reading = readings[own]
            body = body if reading == "true" else ("=>", reading, body)
        if body is None or clause.sorts != sorts or normal(clause.body) != normal(body):
            raise ValueError(f"its clause {clause.name} does not say what {clause.title} does")
