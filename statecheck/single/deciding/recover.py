"""Tell whether the goal can be reached from every state that can be reached."""

from __future__ import annotations

from collections.abc import Mapping

from statecheck.claims import claim as stated
from statecheck.claims.clause_text import of_one_machine
from statecheck.claims.results import Result, Verdict
from statecheck.modeling import ModelError
from statecheck.single.claims.claims import Claim, Expression
from statecheck.single.claims.predicates import Holding, premise_of
from statecheck.single.deciding.answers import (
    Answer,
    Reached,
    Unknown,
    Unreachable,
    played,
    too_many,
)
from statecheck.single.deciding.certain import ADVICE
from statecheck.single.execution.automaton import Automaton, Node
from statecheck.single.running.goal import Known
from statecheck.single.running.reach import Target, breadth_first, find, solved
from statecheck.single.running.runs import shown_run
from statecheck.single.running.subject import Subject

ABSTRACT = (
    "answers from outside decide which ways there are, and any answer is thought possible; "
    f"{ADVICE}"
)
"""The reason why the existence of a way, or of none, is not proven."""


def recoverable(subject: Subject, claim: stated.Claim, said: Claim, depth: int | None) -> Result:
    """The verdict on a claim that the conclusion can be reached from wherever the premise holds."""
    if said.on_step:
        raise ModelError(f"{said.text!r} is about a step; what is recoverable is a state")
    match trap(subject, said, depth):
        case Reached() as answer:
            return Result(
                claim,
                Verdict.REFUTED,
                "nothing leads from there to the goal",
                steps=len(answer.route.moves),
                run=shown_run(subject, answer.route, answer.played),
                shortest=answer.shortest,
            )
        case Unreachable(how, invariant):
            return Result(
                claim,
                Verdict.PROVED,
                how,
                invariant=of_one_machine(invariant),
                vacuous=None if said.is_about_machine else True,
            )
        case Unknown(why, suspect):
            return Result(claim, Verdict.UNDETERMINED, why, suspect=suspect)


def trap(subject: Subject, said: Claim, depth: int | None, known: Known | None = None) -> Answer:
    """Look for a run to where the premise holds and from where the conclusion is out of reach.

    ``known`` keeps what was computed for the same conclusion.
    """
    automaton = subject.automaton
    if automaton.is_abstract:
        return Unknown(automaton.caveat or ABSTRACT)
    if not automaton.variables:
        return _explicitly(subject, automaton, said)
    for plain in subject.plain.nearest_first():
        answer = _explicitly(subject, plain, said)
        if not isinstance(answer, Unknown):
            return answer
    from statecheck.single.deciding import backwards

    return backwards.recoverable(subject, said, depth, known)


def _explicitly(subject: Subject, automaton: Automaton, said: Claim) -> Answer:
    """Backward search over plain states; one whose future is not wholly known is no trap."""
    reached = [node for node, _ in breadth_first(automaton)]
    goals = {node for node in reached if _may_hold(subject, said.conclusion, node, said)}
    distance = _distances(automaton, reached, goals)
    unknown = {node for node in reached if not automaton.is_expanded(node)}
    open_ = set(_distances(automaton, reached, unknown))
    traps = {
        node
        for node in reached
        if node not in distance and node not in open_ and _pending(subject, said, node)
    }
    route = find(
        automaton,
        Target(
            lambda node: (
                (_premises(subject, said, node) or [Holding((), (), True)]) if node in traps else []
            ),
            None,
        ),
    )
    if route is not None:
        shortest = automaton.complete or len(route.moves) <= automaton.explored
        return played(subject, automaton, premise_of(said), said, route, shortest=shortest)
    if not automaton.complete:
        return Unknown(f"{too_many(automaton)}; no trap is among the nearest")
    farthest = max((distance[node] for node in reached if node in distance), default=0)
    return Unreachable(f"from each of {len(reached)} states, in {farthest} steps at most")


def _premises(subject: Subject, said: Claim, node: Node) -> list[Holding]:
    return subject.reader.in_node(premise_of(said), node, said.fields)


def _pending(subject: Subject, said: Claim, node: Node) -> bool:
    return _may_hold(subject, premise_of(said), node, said)


def _may_hold(subject: Subject, expression: Expression, node: Node, said: Claim) -> bool:
    """Tell whether an expression holds in a node for some inputs."""
    return any(
        solved([holding.condition], holding.locals) is not None
        for holding in subject.reader.in_node(expression, node, said.fields)
    )


def _distances(automaton: Automaton, nodes: list[Node], goals: set[Node]) -> Mapping[Node, int]:
    """The number of steps from each node to the nearest goal; nodes without a way are left out."""
    from statecheck.single.running.reach import feasible

    came: dict[Node, list[Node]] = {}
    for node in nodes:
        for edge in node.edges:
            if feasible(edge) is not None:
                came.setdefault(edge.target, []).append(node)
    distance = dict.fromkeys(goals, 0)
    layer = list(goals)
    while layer:
        following = []
        for node in layer:
            for source in came.get(node, ()):
                if source not in distance:
                    distance[source] = distance[node] + 1
                    following.append(source)
        layer = following
    return distance
