"""Small changes of a machine's declarations: states, initial values, transitions."""

from __future__ import annotations

import ast
import enum
import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from statemachine import State

from statecheck.modeling import Machine
from statecheck.mutation.changes.edits import Edit, Text, Words, strings, with_keyword
from statecheck.mutation.changes.moved_effects import between_transitions


@dataclass(frozen=True)
class _Transition:
    """A term of an event's declaration, such as ``a.to(b, cond="c")``."""

    call: ast.Call
    how: str
    states: tuple[str, ...]
    """Source and target of ``to``, the one state of ``to.itself``, target and sources of
    ``from_``."""


class DeclarationRewrites:
    """The changes of a machine's class body."""

    def __init__(self, cls: type[Machine], node: ast.ClassDef, text: Text, words: Words) -> None:
        self.cls, self.node, self.text, self.words = cls, node, text, words
        self.states = [state.id for state in cls.states]

    def all(self) -> Iterator[tuple[str, Edit]]:
        """Every change with its place in the class."""
        effects = self._named("on")
        placed: list[tuple[str, ast.Call]] = []
        for item in self.node.body:
            if isinstance(item, ast.AnnAssign) and item.value is not None:
                name = ast.unparse(item.target)
                if name in self.cls.fields:
                    yield from ((name, edit) for edit in self._first_values(name, item.value))
            elif isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
                name = item.targets[0].id
                declared = getattr(self.cls, name, None)
                if isinstance(declared, State):
                    yield from ((name, edit) for edit in self._initial(item))
                elif name == "starts_in":
                    yield from ((name, edit) for edit in self._starts(item.value))
                elif name in self.words.events[self.cls.__name__]:
                    terms = list(_terms(item.value))
                    several = len(terms) > 1
                    placed += [
                        (f"{name}.{n}" if several else name, t) for n, t in enumerate(terms, 1)
                    ]
                    yield from self._event(name, item.value, effects)
        yield from between_transitions(self.cls, self.text, placed)

    # -- initial states ---------------------------------------------------------------------------

    def _initial(self, item: ast.Assign) -> Iterator[Edit]:
        """Another initial state, and any."""
        call = item.value
        if not isinstance(call, ast.Call) or not call.keywords:
            return
        before = self.text.of(item)
        name = before.split(" ", maxsplit=1)[0]
        body = self.node.body
        others = [
            other
            for other in body
            if isinstance(other, ast.Assign)
            and isinstance(getattr(self.cls, ast.unparse(other.targets[0]), None), State)
        ]
        start, end = self.text.span(others[0])[0], self.text.span(others[-1])[1]
        for state in self.states:
            if state != name:
                lines = [
                    f"{s} = State({'initial=True' if s == state else ''})" for s in self.states
                ]
                yield Edit(
                    start, end, "\n    ".join(lines), "start", state, before, f"initial: {state}"
                )
        if not self.cls.starts_in:
            said = ", ".join(repr(state) for state in self.states)
            added = f"{self.text.between(start, end)}\n    starts_in = ({said})"
            yield Edit(start, end, added, "start", "any", before, f"starts_in = ({said})")

    def _starts(self, value: ast.expr) -> Iterator[Edit]:
        """Fewer initial states."""
        if isinstance(value, ast.Tuple):
            for gone in value.elts:
                rest = [self.text.of(other) for other in value.elts if other is not gone]
                new = f"({', '.join(rest)},)"
                yield Edit.replace(
                    self.text, value, "drop-start", new, ast.unparse(gone).strip("'")
                )

    def _first_values(self, name: str, value: ast.expr) -> Iterator[Edit]:
        """Another initial value of a field, and any."""
        text, type_ = self.text, self.words.fields[self.cls.__name__][name]
        call = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
        options: list[tuple[str, str]] = []
        if issubclass(type_, bool):
            options = [("False", "False"), ("True", "True")]
        elif issubclass(type_, enum.Enum):
            options = [(m, f"{type_.__name__}.{m}") for m in type_.__members__]
        for detail, option in options:
            if option != text.of(value):
                yield Edit.replace(text, value, "first-value", option, detail)
        if call == "anything" and isinstance(value, ast.Call) and value.keywords:
            like = text.of(value.keywords[0].value)
            yield Edit.replace(text, value, "first-value", like, like)
        elif call == "anything":
            # Two that may be anything are made equal once.
            for other in self.words.like_field(name):
                if other in list(self.cls.fields)[list(self.cls.fields).index(name) :]:
                    new = f"derived(lambda machine: machine.{other})"
                    yield Edit.replace(text, value, "first-value", new, other)
        elif options:
            yield Edit.replace(text, value, "first-value", f"anything({options[0][1]})", "any")

    # -- events -----------------------------------------------------------------------------------

    def _named(self, *arguments: str) -> list[str]:
        """The members of the machine that some transition names under a keyword argument."""
        found: dict[str, None] = {}
        for node in ast.walk(self.node):
            if isinstance(node, ast.keyword) and node.arg in arguments:
                for part in ast.walk(node.value):
                    if isinstance(part, ast.Constant):
                        names = str(part.value).split(" and ")
                        found |= dict.fromkeys(name.strip().removeprefix("!") for name in names)
        return list(found)

    def _event(
        self, name: str, value: ast.expr, effects: Sequence[str]
    ) -> Iterator[tuple[str, Edit]]:
        terms = list(_terms(value))
        for number, term in enumerate(terms, 1):
            place = name if len(terms) == 1 else f"{name}.{number}"
            transition = _transition(term)
            for edit in self._of_transition(transition, effects):
                yield place, edit
            said, at = self.text.of(term), self.text.span(term)[0]
            if len(terms) == 1:
                new = with_keyword(self.text, term, "cond", "lambda: False")
                gone = Edit.replace(self.text, term, "drop-transition", new, after="nothing")
            else:
                rest = " | ".join(self.text.of(other) for other in terms if other is not term)
                gone = Edit.replace(
                    self.text, value, "drop-transition", f"({rest})", "", said, "nothing", at
                )
            yield place, gone
            if number < len(terms) and _sources(transition) & _sources(_transition(terms[number])):
                order = [*terms[: number - 1], terms[number], term, *terms[number + 1 :]]
                new = " | ".join(self.text.of(other) for other in order)
                after = f"after {self.text.of(terms[number])}"
                yield (
                    place,
                    Edit.replace(self.text, value, "later", f"({new})", "", said, after, at),
                )
            yield from ((place, edit) for edit in self._swapped(value, terms, number - 1))

    def _swapped(self, value: ast.expr, terms: Sequence[ast.Call], place: int) -> Iterator[Edit]:
        """A transition in the place of one further on, which takes its own; the library takes the
        first that is enabled.
        """
        said = self.text.of(terms[place])
        for other in range(place + 2, len(terms)):
            order = [*terms]
            order[place], order[other] = terms[other], terms[place]
            between = terms[place + 1 : other]
            overtaken = (
                *((terms[place], t) for t in (*between, terms[other])),
                *((t, terms[other]) for t in between),
            )
            if any(_sources(_transition(a)) & _sources(_transition(b)) for a, b in overtaken):
                new = " | ".join(map(self.text.of, order))
                after = f"swapped with {self.text.of(terms[other])}"
                at = self.text.span(terms[place])[0]
                yield Edit.replace(
                    self.text, value, "swap", f"({new})", str(other + 1), said, after, at
                )

    def _of_transition(self, transition: _Transition, effects: Sequence[str]) -> Iterator[Edit]:
        yield from self._redirected(transition)
        for keyword in transition.call.keywords:
            if keyword.arg in ("cond", "unless"):
                yield from self._guarded(transition.call, keyword)
            elif keyword.arg == "on":
                yield from self._effective(transition.call, keyword, effects)

    def _redirected(self, transition: _Transition) -> Iterator[Edit]:
        """Another target; a source less, or more."""
        call = transition.call
        arguments = [f"{k.arg}={self.text.of(k.value)}" for k in call.keywords]

        def term(target: str, sources: Iterable[str]) -> str:
            return f"{target}.from_({', '.join([*sources, *arguments])})"

        target = transition.states[0] if transition.how != "to" else transition.states[1]
        sources = sorted(_sources(transition), key=self.states.index)
        for other in self.states:
            if other != target:
                yield Edit.replace(self.text, call, "redirect", term(other, sources), other)
        itself = transition.how == "itself"
        for state in self.states:
            if state in sources:
                if len(sources) > 1:
                    fewer = [source for source in sources if source != state]
                    yield Edit.replace(self.text, call, "not-from", term(target, fewer), state)
            else:
                goal = state if itself else target
                new = term(goal, [state])
                both = f"{self.text.of(call)} | {new}"
                yield Edit.replace(self.text, call, "also-from", both, state, "nothing", f"| {new}")

    def _guarded(self, call: ast.Call, keyword: ast.keyword) -> Iterator[Edit]:
        """Each part of a guard negated, dropped, and another guard of the machine in its place."""
        assert keyword.arg is not None
        items = strings(keyword.value)
        parts = [part.strip() for item in items for part in item.split(" and ")]
        for index, part in enumerate(parts):
            name = part.removeprefix("!")
            negated = name if part != name else f"!{name}"
            rest = parts[:index] + parts[index + 1 :]
            sign = part.removesuffix(name)
            others = [other for other in self._instead(name) if other not in parts]
            for operator, detail, kept in (
                ("negate-guard", name, [*parts[:index], negated, *parts[index + 1 :]]),
                ("drop-guard", name, rest),
                *(
                    (
                        "replace-guard",
                        f"{name}.{o}",
                        [*parts[:index], sign + o, *parts[index + 1 :]],
                    )
                    for o in others
                ),
            ):
                said = f'"{" and ".join(kept)}"' if kept else None
                new = with_keyword(self.text, call, keyword.arg, said)
                after = f"{keyword.arg}={said}" if said else "nothing"
                before = self.text.of(keyword)
                yield Edit.replace(self.text, call, operator, new, detail, before, after)

    def _instead(self, guard: str) -> Iterator[str]:
        """The other guards of the machine that are told no more than one is."""
        told = self._told(guard)
        yield from (
            other
            for other in self._named("cond", "unless")
            if other != guard and self._told(other) <= told
        )

    def _told(self, guard: str) -> set[str]:
        member = getattr(self.cls, guard, None)
        return set(inspect.signature(member).parameters) if inspect.isfunction(member) else {"self"}

    def _effective(
        self, call: ast.Call, keyword: ast.keyword, effects: Sequence[str]
    ) -> Iterator[Edit]:
        """Each effect dropped, and replaced by every other one of the machine."""
        items = strings(keyword.value)
        for index, item in enumerate(items):
            before = self.text.of(keyword)
            for other in (None, *(effect for effect in effects if effect not in items)):
                kept = items[:index] + ([other] if other else []) + items[index + 1 :]
                said = repr(kept) if kept else None
                new = with_keyword(self.text, call, "on", said)
                operator = "replace-effect" if other else "drop-effect"
                detail = f"{item}.{other}" if other else item
                after = f"on={said}" if said else "nothing"
                yield Edit.replace(self.text, call, operator, new, detail, before, after)


def _terms(value: ast.expr) -> Iterator[ast.Call]:
    if isinstance(value, ast.BinOp):
        yield from _terms(value.left)
        yield from _terms(value.right)
    elif isinstance(value, ast.Call):
        yield value


def _transition(call: ast.Call) -> _Transition:
    words = ast.unparse(call.func).split(".")
    given = tuple(ast.unparse(argument) for argument in call.args)
    return _Transition(call, words[-1], (words[0], *given))


def _sources(transition: _Transition) -> set[str]:
    states = transition.states
    return set(states[1:]) if transition.how == "from_" else {states[0]}
