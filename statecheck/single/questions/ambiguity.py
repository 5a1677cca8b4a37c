"""Two transitions of one event whose guards hold at once, and guards that always hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from itertools import combinations
from typing import Any

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.claims.clause_text import of_one_machine
from statecheck.modeling import ModelError
from statecheck.reports.words import count
from statecheck.single.claims.predicates import Condition, Holding
from statecheck.single.deciding.answers import Reached, Unknown, Unreachable
from statecheck.single.execution.automaton import Edge, Node
from statecheck.single.questions import guards
from statecheck.single.questions.inquiry import (
    BRIEFLY,
    Inquiry,
    fine,
    fires,
    found,
    left_open,
    of_state,
)
from statecheck.single.questions.inquiry import (
    guards as written,
)
from statecheck.single.questions.reachability import Coverage
from statecheck.single.running.reach import Route, Target
from statecheck.single.running.replay import Instance


def overlaps(inquiry: Inquiry) -> Iterator[Answer]:
    """Pairs of guarded transitions from one state that one event can mean at the same time.

    A transition without a guard that comes last is the way out for when no guard holds.
    """
    pairs = list(_pairs(inquiry))
    missed = False
    for event, one, other in pairs:
        answer = _overlap(inquiry, event, one, other)
        if answer is not None:
            missed = True
            yield answer
    if not missed:
        said = f"none of {count(len(pairs), 'pair')}" if pairs else "no event has two with guards"
        if any(_is_sent_inside(inquiry, number) for _, *both in pairs for number in both):
            said += ", as far as events are sent from outside"
        yield fine(Question.GUARDS_OVERLAP, said)


def _pairs(inquiry: Inquiry) -> Iterator[tuple[str, int, int]]:
    """Events with the numbers of two guarded transitions from one state, the first one first."""
    events = inquiry.subject.world.events.parameters
    numbered = list(enumerate(inquiry.transitions))
    for (n, one), (m, other) in combinations(numbered, 2):
        if one.source is not other.source or one.is_eventless or other.is_eventless:
            continue
        if guards.is_guarded(one) and guards.is_guarded(other):
            for event in events:
                if one.match(event) and other.match(event):
                    yield event, n, m


def _is_sent_inside(inquiry: Inquiry, number: int) -> bool:
    """Tell whether a transition also fires for an event that the machine itself sends."""
    transition = inquiry.transitions[number]
    return any(
        number in edge.seen.fired and not transition.match(edge.event)
        for automaton in inquiry.automata
        for edge in automaton.edges
    )


def _overlap(inquiry: Inquiry, event: str, n: int, m: int) -> Answer | None:
    subject, one, other = inquiry.subject, inquiry.transitions[n], inquiry.transitions[m]

    @cache
    def both(edge: Edge) -> Condition:
        if edge.event != event or n not in edge.seen.fired:
            return False
        return guards.on_edge(
            subject.specimen, edge, lambda holds: bool(holds(one) and holds(other))
        )

    try:
        answer = inquiry.reach(fires(n), on_step=True, target=Target(None, both))
    except ModelError as refused:
        answer = Unknown(str(refused))
    targets = [" + ".join(s.id for s in t.targets) or t.source.id for t in (one, other)]
    ways = [f"to {targets[0]}{written(one)}", f"to {targets[1]}{written(other)}"]
    about = f"{event} in {one.source.id}, {' and '.join(ways)}"
    match answer:
        case Reached():
            if not _seen(inquiry, answer.route, event, (one, other)):
                why = "the run that was found does not show it on the machine itself"
                return left_open(Question.GUARDS_OVERLAP, about, Unknown(why))
            detail = (
                "Both guards may hold at once; the first one declared wins, so the machine goes "
                f"to {targets[0]} and not to {targets[1]}"
            )
            return found(inquiry, Question.GUARDS_OVERLAP, about, detail, answer)
        case Unknown():
            return left_open(Question.GUARDS_OVERLAP, about, answer)
    return None


def _seen(inquiry: Inquiry, route: Route, event: str, both: tuple[Any, Any]) -> bool:
    """Tell whether a fresh instance has both guards hold before the last step of a run."""
    for transition in both:
        instance = Instance(inquiry.subject.specimen, inquiry.subject.reader)
        for step in route.moves[:-1]:
            instance.set(step.inputs)
            instance.send(step.event, step.arguments)
        instance.set(route.moves[-1].inputs)
        arguments = dict(route.moves[-1].arguments)
        if not guards.holds(instance.machine, event, arguments, transition):
            return False
    return True


def always(inquiry: Inquiry, coverage: Coverage) -> Iterator[Answer]:
    """Guards that hold whenever they are asked in a reachable state."""
    events = inquiry.subject.world.events.parameters
    for number, transition in enumerate(inquiry.transitions):
        if number not in coverage.transitions or not guards.is_guarded(transition):
            continue
        if _is_sent_inside(inquiry, number):
            continue
        matching = [event for event in events if transition.match(event)]
        if not matching:
            continue
        target = Target(partial(_failing, inquiry, transition, matching), None)
        try:
            answer = inquiry.reach(
                of_state(lambda _: True), on_step=False, target=target, seconds=BRIEFLY
            )
        except ModelError:
            continue  # nothing is said of it
        match answer:
            case Unreachable(how, invariant):
                yield Answer(
                    Question.GUARD_ALWAYS_HOLDS,
                    inquiry.names[number],
                    Standing.INFORMATION,
                    f"never false where it is asked{f' ({how})' if how else ''}",
                    invariant=of_one_machine(invariant),
                )


def _failing(inquiry: Inquiry, transition: Any, events: list[str], node: Node) -> list[Holding]:
    """The ways in which a guard of a transition fails in a node."""
    if transition.source.id not in inquiry.subject.reader.active(node):
        return []
    if not node.control.running:
        return []
    alternatives = inquiry.subject.automaton.alternatives
    return [
        holding
        for event in events
        for holding in guards.somehow(
            inquiry.subject.specimen,
            node,
            event,
            alternatives.get(event, []),
            lambda holds: not holds(transition),
        )
    ]
