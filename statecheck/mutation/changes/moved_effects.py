"""Effects moved to a neighbour: of a transition to the next one, of an action to the next one."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from statecheck.modeling import Machine, System, signature
from statecheck.mutation.changes.edits import Edit, Text, called, strings, with_keyword


def between_transitions(
    cls: type[Machine], text: Text, terms: Sequence[tuple[str, ast.Call]]
) -> Iterator[tuple[str, Edit]]:
    """An effect of a transition moved to the one before it, or after it, in the source."""
    for first, second in itertools.pairwise(terms):
        for (place, lost), (goal, gained) in ((first, second), (second, first)):
            for effect in _effects(lost):
                if effect not in _effects(gained) and _fits(cls, effect, place, goal):
                    yield place, _moved(text, lost, gained, effect, goal)


def _moved(text: Text, lost: ast.Call, gained: ast.Call, effect: str, goal: str) -> Edit:
    rest = [other for other in _effects(lost) if other != effect]
    new = {
        lost: with_keyword(text, lost, "on", repr(rest) if rest else None),
        gained: with_keyword(text, gained, "on", repr([*_effects(gained), effect])),
    }
    first, second = sorted(new, key=lambda term: text.span(term)[0])
    (start, inner), (outer, end) = text.span(first), text.span(second)
    changed = new[first] + text.between(inner, outer) + new[second]
    keyword = next(keyword for keyword in lost.keywords if keyword.arg == "on")
    detail, after = f"{effect}.{goal}", f"on={effect!r} of {goal}"
    at = text.span(keyword)[0]
    return Edit(start, end, changed, "move-effect", detail, text.of(keyword), after, at)


def _effects(term: ast.Call) -> list[str]:
    return [e for keyword in term.keywords if keyword.arg == "on" for e in strings(keyword.value)]


def _fits(cls: type[Machine], effect: str, place: str, goal: str) -> bool:
    """An effect that is told something is left with the event that is told it."""
    same_event = place.partition(".")[0] == goal.partition(".")[0]
    return same_event or len(inspect.signature(getattr(cls, effect)).parameters) == 1


def between_actions(
    cls: type[System], node: ast.ClassDef, text: Text
) -> Iterator[tuple[str, Edit]]:
    """A statement of an action moved to the end of the one before it, or after it, in the source,
    where all that it names has the same meaning there.
    """
    told: dict[str, dict[str, Any]] = {a.name: dict(a.parameters) for a in signature(cls).actions}
    actions = [
        item for item in node.body if isinstance(item, ast.FunctionDef) and item.name in told
    ]
    for first, second in itertools.pairwise(actions):
        for action, goal in ((first, second), (second, first)):
            here, there = told[action.name], told[goal.name]
            strange = {name for name, kind in here.items() if there.get(name) is not kind}
            for statement in action.body[:]:
                said = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
                if not said & strange and not isinstance(
                    getattr(statement, "value", None), ast.Constant
                ):
                    yield action.name, _moved_statement(text, statement, goal)


def _moved_statement(text: Text, statement: ast.stmt, goal: ast.FunctionDef) -> Edit:
    start, end = text.span(statement)
    there = text.span(goal.body[-1])[1]
    added = f"\n{' ' * statement.col_offset}{text.of(statement)}"
    if end < there:
        span, new = (start, there), f"pass{text.between(end, there)}{added}"
    else:
        span, new = (there, end), f"{added}{text.between(there, start)}pass"
    detail = f"{called(statement)}.{goal.name}"
    after = f"at the end of {goal.name}"
    return Edit(*span, new, "move-effect", detail, text.of(statement), after, start)
