"""States from which nothing leads on, or from which no final state can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.clock import heed
from statecheck.single.claims.claims import Claim, Moment
from statecheck.single.claims.predicates import Holding
from statecheck.single.deciding import recover
from statecheck.single.deciding.answers import Reached, Unknown, Unreachable
from statecheck.single.execution.automaton import Edge, Node
from statecheck.single.execution.giving_up import UnknownError, milliseconds
from statecheck.single.questions.inquiry import Inquiry, fine, found, is_active, left_open, of_state
from statecheck.single.questions.reachability import Coverage
from statecheck.single.running.goal import Known
from statecheck.single.running.reach import Target, feasible


def answers(inquiry: Inquiry, coverage: Coverage) -> Iterator[Answer]:
    """Of a machine that may end: from where it cannot any more. Of others: where nothing leads on.

    That a final state is never reached is an answer by itself, and no trap.
    """
    states = inquiry.subject.specimen.states.values()
    final = frozenset(s.id for s in states if s.final and s.parent is None)
    if final & coverage.states:
        yield from _without_way(inquiry, coverage, final)
    else:
        yield from _stuck(inquiry)
        yield from _never_left(inquiry, coverage)


def _atomic(inquiry: Inquiry, coverage: Coverage) -> list[str]:
    """The states that are reached and have no states inside."""
    states = inquiry.subject.specimen.states.values()
    return [s.id for s in states if s.is_atomic and not s.is_history and s.id in coverage.states]


# -- a final state out of reach -------------------------------------------------------------------


def _without_way(inquiry: Inquiry, coverage: Coverage, final: frozenset[str]) -> Iterator[Answer]:
    question = Question.NO_WAY_TO_FINAL
    known = Known()
    whole = _asked(inquiry, None, final, known)
    if isinstance(whole, Unreachable):
        yield fine(question, "there is one from every state")
        return
    missed = False
    for id_ in _atomic(inquiry, coverage):
        if id_ in final:
            continue
        match _asked(inquiry, id_, final, known):
            case Reached() as answer:
                missed = True
                detail = "From where this run ends, no final state can be reached"
                edges = answer.route.edges
                if _is_stuck(inquiry, edges[-1].target if edges else None):
                    detail += "; nothing leads on from there"
                yield found(inquiry, question, id_, detail, answer)
            case Unknown() as unknown:
                missed = True
                yield left_open(question, id_, unknown)
    if not missed:
        yield fine(question, "there is one from every state")


def _asked(inquiry: Inquiry, id_: str | None, final: frozenset[str], known: Known) -> Any:
    premise = None if id_ is None else is_active(id_)
    said = Claim(
        "",
        premise,
        of_state(lambda moment: bool(moment.active & final)),
        on_step=False,
        fields=frozenset(),
        is_about_machine=True,
    )
    return inquiry.within(lambda subject: recover.trap(subject, said, inquiry.depth, known))


# -- nothing leads on -----------------------------------------------------------------------------


def _stuck(inquiry: Inquiry) -> Iterator[Answer]:
    question = Question.NOTHING_LEADS_ON
    conditions: dict[Node, list[Holding]] = {}
    unknown: dict[str, None] = {}
    for node in (node for automaton in inquiry.automata for node in automaton.nodes):
        try:
            conditions[node] = stuck(inquiry, node)
        except UnknownError:
            unknown[shown(inquiry, inquiry.subject.reader.active(node))] = None
    missed = False
    active = inquiry.subject.reader.active
    for place in dict.fromkeys(active(node) for node, held in conditions.items() if held):
        about = shown(inquiry, place)

        def here(node: Node, place: frozenset[str] = place) -> list[Holding]:
            return conditions.get(node, []) if active(node) == place else []

        def there(moment: Moment, place: frozenset[str] = place) -> bool:
            return moment.active == place

        match inquiry.reach(of_state(there), on_step=False, target=Target(here, None)):
            case Reached() as answer:
                missed = True
                detail = "Where this run ends, no event does anything, and it is not final"
                yield found(inquiry, question, about, detail, answer)
                unknown.pop(about, None)
            case Unknown() as why:
                missed = True
                yield left_open(question, about, why)
                unknown.pop(about, None)
    for about in unknown:
        why = Unknown("Z3 cannot tell for which data no event does anything there")
        yield left_open(question, about, why)
    if not inquiry.subject.automaton.complete:
        yield left_open(question, "elsewhere", Unknown("not all states were visited"))
    elif not missed and not unknown:
        yield fine(question, "some event always does")


def _is_stuck(inquiry: Inquiry, node: Node | None) -> bool:
    try:
        return node is not None and any(h.condition is True for h in stuck(inquiry, node))
    except UnknownError:
        return False


def stuck(inquiry: Inquiry, node: Node) -> list[Holding]:
    """The condition under which no event does anything in a node, whatever it is sent with.

    Raises UnknownError where Z3 does not find it.
    """
    if not node.control.running or not inquiry.is_expanded(node) or _is_final(inquiry, node):
        return []
    ways = [edge for edge in node.edges if _leads_on(edge)]
    if not node.variables:
        return [] if any(feasible(edge) is not None for edge in ways) else [Holding((), (), True)]
    if any(edge.guard is None for edge in ways):
        return []
    import z3

    from statecheck.single.claims.conditions import eliminated
    from statecheck.single.execution.paths import ranges
    from statecheck.smt.solving import is_impossible

    # Mostly some edge is open whatever is sent, which is easier to see.
    shut = [z3.Not(z3.Or([edge.guard for edge in ways])), *ranges(node.variables)]
    shut += [condition for edge in ways for condition in ranges(edge.locals)]
    heed()
    if is_impossible(shut, lambda: milliseconds(1000) / 1000):
        return []
    open_ = [eliminated(edge.guard, edge.locals) for edge in ways]
    condition = z3.simplify(z3.Not(z3.Or(open_)))
    if z3.is_false(condition):
        return []
    return [Holding((), (), True if z3.is_true(condition) else condition)]


def _leads_on(edge: Edge) -> bool:
    """Tell whether a transition is taken, or something is changed; one that only raises is none."""
    if (edge.taken and not edge.raised) or edge.target is not edge.source or edge.outputs:
        return True
    if not edge.updates:
        return False
    from statecheck.single.execution.terms import unchanged

    return not unchanged(edge.updates)


def _is_final(inquiry: Inquiry, node: Node) -> bool:
    states = [inquiry.subject.specimen.states[value] for value in node.control.states]
    return all(state.final for state in states if state.is_atomic)


# -- never left -----------------------------------------------------------------------------------


def _never_left(inquiry: Inquiry, coverage: Coverage) -> Iterator[Answer]:
    """States that something happens in for ever, while the machine has other states."""
    subject = inquiry.subject
    atomic = _atomic(inquiry, coverage)
    for id_ in atomic if len(atomic) > 1 else ():
        leaves = any(
            id_ in subject.reader.active(edge.source)
            and id_ not in subject.reader.active(edge.target)
            for automaton in inquiry.automata
            for edge in automaton.edges
        )
        complete = subject.automaton.complete
        busy = any(
            id_ in subject.reader.active(edge.source) and _leads_on(edge)
            for edge in subject.automaton.edges
        )
        if complete and busy and not leaves:
            detail = "once there, the machine stays there, whatever it is sent"
            yield Answer(Question.NEVER_LEFT, id_, Standing.INFORMATION, detail)


def shown(inquiry: Inquiry, active: frozenset[str]) -> str:
    """The innermost of the active states, in the order of their declaration."""
    states = inquiry.subject.specimen.states.values()
    return " + ".join(s.id for s in states if s.id in active and s.is_atomic)
