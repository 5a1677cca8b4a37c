"""The automaton of one machine as the sections of definitions.

A machine is in a *place*, one of its automaton's control states, and has numbers and truths. Each
edge of the automaton is an action: an event with its arguments and inputs, in one place, under one
guard. So the definitions speak of any number of such machines, which have nothing to do with each
other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import z3

from statecheck.certificate.sections import literal, sentence
from statecheck.certificate.smtlib import HEADS, Sexp, conjunction, layout, symbol
from statecheck.modeling import ModelError
from statecheck.single.execution.automaton import Edge, Local, Node, Variable
from statecheck.single.execution.paths import ranges
from statecheck.single.reading.kinds import Kind
from statecheck.single.running.subject import Subject

MACHINE = "machine"
"""The name of the machine among an action's arguments and a claim's variables."""


class Left(Exception):  # noqa: N818  (it is named, and goes on)
    """A claim that cannot be certified, and why."""


class AutomatonWriter:
    """Writes the automaton of a machine."""

    def __init__(self, subject: Subject) -> None:
        self.subject, self.automaton = subject, subject.automaton
        cls = subject.specimen.cls
        self.system, self.module = cls.__name__, cls.__module__
        if not self.automaton.complete:
            raise ModelError(
                f"{self.system} cannot be certified: it has more states than were read"
            )
        self.variables = self.automaton.variables
        names = [v.attribute[1] for v in self.variables]
        self.functions = {
            v: f"{self.system}.{n if names.count(n) == 1 else v.name}"
            for v, n in zip(self.variables, names, strict=True)
        }
        counts: dict[str, int] = {}
        self.actions: dict[Edge, str] = {}
        for edge in self.automaton.edges:
            counts[edge.event] = counts.get(edge.event, 0) + 1
            self.actions[edge] = f"{edge.event}.{counts[edge.event]}"

    # -- names ----------------------------------------------------------------------------------

    @property
    def sort(self) -> str:
        """The sort of machines."""
        return symbol(self.system)

    @property
    def at(self) -> str:
        """The function that says where a machine is."""
        return symbol(f"{self.system}.place")

    def place(self, node: Node) -> str:
        """The symbol of a place."""
        return symbol(f"{self.system}.places.{node.number}")

    def within(self, node: Node) -> Sexp:
        """True of a machine that is in a place."""
        return ("=", (self.at, MACHINE), self.place(node))

    def own(self, edge: Edge) -> str:
        """The machine that an action is about."""
        return symbol(f"{self.actions[edge]}.{MACHINE}")

    def given(self, edge: Edge) -> dict[Local, str]:
        """The names of an edge's choices."""
        return {local: f"choice{number}" for number, local in enumerate(distinct(edge.locals), 1)}

    def chosen(self, edge: Edge) -> str:
        """The symbol of an action."""
        return symbol(f"{self.system}.action.{self.actions[edge]}")

    # -- terms ----------------------------------------------------------------------------------

    def write(self, term: Any, names: Mapping[str, Sexp]) -> Sexp:
        """A term, with these expressions in place of its constants. Raises Left."""
        if isinstance(term, bool) or term is None:
            return "false" if term is False else "true"
        if z3.is_int_value(term):
            return literal(term.as_long())
        if z3.is_true(term) or z3.is_false(term):
            return "true" if z3.is_true(term) else "false"
        if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            if str(term) not in names:
                raise Left(f"{term} has no name")
            return names[str(term)]
        head = HEADS.get(term.decl().kind(), "") if z3.is_app(term) else ""
        if not head:
            raise Left(f"{term.decl().name() if z3.is_app(term) else 'every'} is not written yet")
        return (head, *(self.write(child, names) for child in term.children()))

    def values(self, entity: str) -> dict[str, Sexp]:
        """The expressions of a machine's variables."""
        return {v.name: (symbol(name), entity) for v, name in self.functions.items()}

    def whole(
        self, conditions: Sequence[Any], entity: str, choices: Mapping[Local, str]
    ) -> list[Sexp]:
        """Conditions on a machine and on choices."""
        names = {**self.values(entity), **{s.name: symbol(own) for s, own in choices.items()}}
        return [self.write(c, names) for c in conditions if c is not None and c is not True]

    # -- sections -------------------------------------------------------------------------------

    def types(self) -> str:
        """The machine, its places and its actions."""
        lines = [
            "; kinds of machines: any number of them",
            layout(("declare-sort", self.sort, "0")),
        ]
        lines.append("; places: the states that are active, and data that has few values")
        for node in self.automaton.nodes:
            where = " + ".join(str(value) for value in node.control.states)
            data = ", ".join(f"{name} == {value!r}" for (_, name), value in node.data.items())
            lines.append(f"; {node.number}: {sentence(where)} {sentence(data)}".rstrip())
        places = tuple((self.place(node),) for node in self.automaton.nodes)
        lines.append(layout(("declare-datatype", symbol(f"{self.system}.places"), places)))
        actions = tuple((self.chosen(edge),) for edge in self.actions)
        lines.append("; actions: each event, in each place, under each guard")
        lines.append(layout(("declare-datatype", symbol(f"{self.system}.action"), actions)))
        return "\n".join(lines)

    def _functions(self) -> Iterator[tuple[str, str]]:
        yield self.at, symbol(f"{self.system}.places")
        for v, name in self.functions.items():
            yield symbol(name), sort_of(v)

    def state(self) -> str:
        """The functions of a state, and the arguments of each action."""
        lines = [
            layout(("declare-fun", name, (self.sort,), range_))
            for name, range_ in self._functions()
        ]
        lines.append(layout(("declare-const", "action", symbol(f"{self.system}.action"))))
        for edge, action in self.actions.items():
            lines.append(layout(("declare-const", self.own(edge), self.sort)))
            for local, name in self.given(edge).items():
                own = symbol(f"{action}.{name}")
                lines.append(layout(("declare-const", own, sort_of(local))))
        return "\n".join(lines)

    def start(self) -> str:
        """The first place and the first values."""
        first: list[tuple[str, Sexp]] = [(self.at, self.place(self.automaton.nodes[0]))]
        for v, term in self.automaton.start.items():
            first.append((symbol(self.functions[v]), self._refused(term, {})))
        binding = (("x", self.sort),)
        return "\n".join(
            layout(("assert", ("forall", binding, ("=", (name, "x"), value))))
            for name, value in first
        )

    def _refused(self, term: Any, names: Mapping[str, Sexp]) -> Sexp:
        try:
            return self.write(term, names)
        except Left as why:
            raise ModelError(f"{self.system} cannot be certified: {why}") from None

    def step(self, edge: Edge) -> str:
        """An action: when it is enabled, and the state after it."""
        action, own = self.actions[edge], self.own(edge)
        choices = {s: f"{action}.{name}" for s, name in self.given(edge).items()}
        names = {**self.values(own), **{s.name: symbol(n) for s, n in choices.items()}}
        conditions = [edge.guard, *ranges(edge.source.variables), *ranges(edge.locals)]
        guard = conjunction(
            [
                ("=", (self.at, own), self.place(edge.source)),
                *(self._refused(c, names) for c in conditions if c is not None),
            ]
        )
        raised = f", and {edge.raised} comes out" if edge.raised else ""
        where = f"from place {edge.source.number} to place {edge.target.number}"
        lines = [
            f"; {action}: {edge.event} leads {where}{raised}",
            layout(("define-fun", "enabled", (), "Bool", guard)),
        ]
        after: dict[str, Sexp] = {self.at: self.place(edge.target)}
        for v, term in edge.updates.items():
            after[symbol(self.functions[v])] = self._refused(term, names)
        for name, range_ in self._functions():
            said: Sexp = (name, "x")
            if name in after:
                said = ("ite", ("=", own, "x"), after[name], said)
            marked = symbol(f"{name.strip('|')}!1")
            lines.append(layout(("define-fun", marked, (("x", self.sort),), range_, said)))
        return "\n".join(lines)


def distinct(choices: Sequence[Local]) -> list[Local]:
    """Choices, each once."""
    return list({choice.name: choice for choice in choices}.values())


def sort_of(item: Variable | Local) -> str:
    """The sort of a variable's or a choice's values."""
    return "Bool" if item.kind is Kind.BOOL else "Int"
