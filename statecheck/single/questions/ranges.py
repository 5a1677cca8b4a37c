"""The range of each number, and the inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from statecheck.claims.answers import Answer, Question, Standing
from statecheck.single.claims.claims import Moment
from statecheck.single.deciding.answers import Reached, Unreachable
from statecheck.single.execution.automaton import Automaton
from statecheck.single.questions.inquiry import BRIEFLY, Inquiry, of_state
from statecheck.single.reading.kinds import Kind, kind_of
from statecheck.single.reading.specimen import ABSENT, Attribute
from statecheck.single.running.reach import breadth_first


def answers(inquiry: Inquiry) -> Iterator[Answer]:
    """The least and the greatest value of each number that changes, then the inputs."""
    subject = inquiry.subject
    for attribute in sorted(_numbers(inquiry)):
        said = _range(inquiry, attribute)
        if said:
            name = subject.specimen.named(attribute)
            yield Answer(Question.RANGE, name, Standing.INFORMATION, said)
    for attribute, domain in subject.fields.inputs.items():
        name = subject.specimen.named(attribute)
        said = f"any {domain}; the environment may set it between events"
        yield Answer(Question.INPUT, name, Standing.INFORMATION, said)


def _numbers(inquiry: Inquiry) -> set[Attribute]:
    """The attributes that hold integers somewhere and are no inputs."""
    named = inquiry.subject.reader.names
    automaton = inquiry.subject.automaton
    found = {v.attribute for v in automaton.variables if v.kind is Kind.INT}
    for node in automaton.nodes:
        found |= {a for a, value in node.data.items() if kind_of(value) is Kind.INT}
    return {a for a in found if a in named} - set(inquiry.subject.fields.inputs)


def _range(inquiry: Inquiry, attribute: Attribute) -> str:
    """The range in words; empty for a number that never changes, or of which nothing is known."""
    automaton = inquiry.subject.automaton
    if not automaton.complete:
        return ""
    if not automaton.variables:
        low, high = _seen(inquiry, automaton, attribute)
        return f"{low} to {high}, both reached" if low != high else ""
    low, high = _seen(inquiry, inquiry.subject.plain.wide or automaton, attribute)
    start = _start(inquiry, attribute)
    if start is None:
        return ""
    bounds = [
        _bound(inquiry, attribute, start, most, sign) for sign, most in ((-1, low), (1, high))
    ]
    if all(bound is None for bound in bounds):
        return "no bounds were found"
    words = ["no least value was found", "no greatest value was found"]
    for place, (word, bound) in enumerate(zip(("at least", "at most"), bounds, strict=True)):
        if bound is not None:
            value, reached = bound
            words[place] = f"{word} {value}{', which is reached' if reached else ''}"
    return "; ".join(words)


def _seen(inquiry: Inquiry, automaton: Automaton, attribute: Attribute) -> tuple[int, int]:
    """The least and the greatest value in the states that are visited."""
    default = inquiry.subject.specimen.default(attribute)
    values = [
        value
        for node, _ in breadth_first(automaton)
        if kind_of(value := node.data.get(attribute, default)) is Kind.INT
    ]
    return (min(values), max(values)) if values else (0, 0)


def _start(inquiry: Inquiry, attribute: Attribute) -> int | None:
    """The value of a number in a new instance."""
    specimen = inquiry.subject.specimen
    first = inquiry.subject.automaton.nodes[0]
    for variable, term in inquiry.subject.automaton.start.items():
        if variable.attribute == attribute and variable.kind is Kind.INT:
            return int(term.as_long())
    value = first.data.get(attribute, specimen.default(attribute))
    return value if value is not ABSENT and kind_of(value) is Kind.INT else None


def _bound(
    inquiry: Inquiry, attribute: Attribute, start: int, seen: int, sign: int
) -> tuple[int, bool] | None:
    """The nearest value that is proven to bound a number, and whether it is reached."""
    candidates = _candidates(inquiry, start, seen, sign)
    name = inquiry.subject.reader.names[attribute]

    def is_bound(bound: int) -> bool:
        beyond = of_state(lambda m: _is(m, name, lambda value: (value - bound) * sign > 0))
        return isinstance(inquiry.proof(beyond, BRIEFLY), Unreachable)

    if not is_bound(candidates[-1]):
        return None
    first, last = 0, len(candidates) - 1
    while first < last:
        middle = (first + last) // 2
        if is_bound(candidates[middle]):
            last = middle
        else:
            first = middle + 1
    bound = candidates[last]
    there = of_state(lambda moment: _is(moment, name, lambda value: value == bound))
    return bound, isinstance(inquiry.reach(there, on_step=False, seconds=BRIEFLY), Reached)


def _is(moment: Moment, name: str, test: Callable[[Any], Any]) -> Any:
    """Test a number; what is no number passes no test."""
    value = moment.fields.get(name)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return test(value) if is_number else False


def _candidates(inquiry: Inquiry, start: int, seen: int, sign: int) -> list[int]:
    """Values that may be bounds, the nearest to the start first: what the code says, and what is
    one step beyond.
    """
    constants = _constants(inquiry.subject.automaton)
    values = {start, seen}
    for one in constants:
        values |= {one - 1, one, one + 1}
        for other in constants:
            values |= {one + sign * abs(other) - sign, one + sign * abs(other)}
    return sorted((v for v in values if (v - start) * sign >= 0), key=lambda v: v * sign)


def _constants(automaton: Automaton) -> set[int]:
    """The numbers that stand in guards and updates."""
    import z3

    found: set[int] = set()
    todo: list[Any] = [
        term
        for edge in automaton.edges
        for term in (edge.guard, *edge.updates.values())
        if term is not None
    ]
    met: set[int] = set()
    while todo:
        term = todo.pop()
        if term.get_id() in met:
            continue
        met.add(term.get_id())
        if z3.is_int_value(term):
            found.add(term.as_long())
        todo += term.children()
    return found
