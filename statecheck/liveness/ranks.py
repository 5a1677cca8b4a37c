"""Numbers that may fall, on which an argument about the end of a run may rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import z3

from statecheck.liveness.chain_rule import Lap
from statecheck.liveness.eventuality import Variables
from statecheck.safety.atoms import places, templates
from statecheck.smt.terms import has_quantifier, is_entity, subterms
from statecheck.symbolic.spelling import spell
from statecheck.symbolic.transition_system import TransitionSystem

MOST = 12
"""So many numbers are looked at."""

_COMPARISONS = (z3.Z3_OP_LE, z3.Z3_OP_GE, z3.Z3_OP_LT, z3.Z3_OP_GT, z3.Z3_OP_EQ)


def laps(
    transitions: TransitionSystem, variables: Variables, atoms: Iterable[z3.BoolRef]
) -> list[Lap]:
    """Laps in which a number may fall: the difference of what is compared in an atom, or in the
    model of an entity that the variables of a claim lead to. Those that no step changes are left
    out, and those of other types than plain numbers, such as versions.
    """
    names = {term.get_id(): name for name, _, term in variables}
    known = {*names, *(term.get_id() for term in transitions.vocabulary.constants.values())}
    written = {
        transitions.vocabulary.functions[key].get_id()
        for command in transitions.commands
        for key in command.updates
        if transitions.vocabulary.types[key] is int
    }
    found: dict[int, z3.ArithRef] = {}
    for atom in (*atoms, *_of_model(transitions, variables)):
        for rank in _differences(atom):
            if not _is_about(rank, known):
                continue
            simple = z3.simplify(rank)
            if not written.isdisjoint(p.decl().get_id() for p in subterms(simple)):
                found.setdefault(simple.get_id(), rank)
    return [Lap(rank, spell(rank, transitions, names)) for rank in [*found.values()][:MOST]]


def _differences(atom: z3.BoolRef) -> Iterator[z3.ArithRef]:
    """The differences of the two sides of each comparison of integers, both ways."""
    for part in subterms(atom):
        if z3.is_app(part) and part.decl().kind() in _COMPARISONS and z3.is_int(part.arg(0)):
            left, right = part.children()
            for one, other in ((left, right), (right, left)):
                yield one if z3.is_int_value(other) and other.as_long() == 0 else one - other


def _is_about(term: z3.ArithRef, known: set[int]) -> bool:
    """True of a term about a state that has no constants but the known ones, and no quantifier."""
    return not has_quantifier(term) and all(
        z3.is_app(part)
        and not part.decl().name().endswith("'")
        and (
            part.num_args()
            or part.decl().kind() != z3.Z3_OP_UNINTERPRETED
            or part.get_id() in known
        )
        for part in subterms(term)
    )


def _of_model(transitions: TransitionSystem, variables: Variables) -> Iterator[z3.BoolRef]:
    """The conditions that the model asks of an entity alone, of each that variables lead to."""
    found = templates(transitions, (), {*transitions.keys})
    for place in entities(transitions, variables):
        for sort, x, template in found:
            if sort == place.sort().name():
                yield z3.substitute(template, (x, place))


def entities(transitions: TransitionSystem, variables: Variables) -> Iterator[z3.ExprRef]:
    """The entities among the variables of a claim, and those that they lead to."""
    for _, _, variable in variables:
        if is_entity(variable):
            for _, place in places(transitions, variable, (), transitions.keys):
                yield place
