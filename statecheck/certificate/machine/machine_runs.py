"""The formulas of claims about one machine, and its runs in the Informal Trace Format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3

from statecheck.certificate.machine.automaton import MACHINE, AutomatonWriter, Left, distinct
from statecheck.certificate.smtlib import Sexp, conjunction, disjunction, symbol
from statecheck.recheck.shown.runs import FORMAT
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.execution.automaton import Local, Node, Variable
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import plain
from statecheck.single.execution.terms import symbol as term_of
from statecheck.single.reading.kinds import Kind as ValueKind
from statecheck.single.reading.kinds import MemberKind
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import Route, find, solved

SECONDS = 20.0
"""So long a run is looked for again."""


class MachineWriter(AutomatonWriter):
    """Writes formulas about the automaton of a machine, and runs of it."""

    def body(self, goal: Goal, witnesses: Mapping[Local, str]) -> Sexp:
        """The formula of a machine that is where it is looked for, or of the step that it takes."""
        options: list[Sexp] = []
        for node, holdings in goal.nodes.items():
            for holding in holdings:
                own = {local: witnesses[local] for local in distinct(holding.locals)}
                conditions = [holding.condition, *ranges(holding.locals)]
                here = ("=", (self.at, MACHINE), self.place(node))
                options.append(conjunction([here, *self.whole(conditions, MACHINE, own)]))
        for edge, condition in goal.edges.items():
            action = self.actions[edge]
            own = {s: f"{action}.{name}" for s, name in self.given(edge).items()}
            taken: list[Sexp] = [
                ("=", "action", self.chosen(edge)),
                ("=", self.own(edge), MACHINE),
            ]
            options.append(conjunction([*taken, *self.whole([condition], MACHINE, own)]))
        return disjunction(options)

    # -- runs -----------------------------------------------------------------------------------

    def route(self, goal: Goal, target: Any) -> Route:
        """The shortest run to a target, found again. Raises Left."""
        route = (
            Unrolling(self.automaton, goal).search(self.subject.clock, SECONDS, 1000)
            if self.variables
            else find(self.automaton, target)
        )
        if route is None:
            raise Left("its run was not found again")
        return route

    def run(
        self,
        route: Route,
        goal: Goal | None,
        witnesses: Mapping[Local, str],
        description: str,
        loop: int | None = None,
    ) -> dict[str, Any]:
        """A run in the Informal Trace Format; a lasso, if its steps from ``loop`` on recur."""
        name = f"{self.system[0].lower()}{self.system[1:]}1"
        kept: dict[Variable, Any] = {v: _default(v) for v in self.variables}
        kept |= {v: z3.simplify(term) for v, term in self.automaton.start.items()}
        node = self.automaton.nodes[0]
        states = [self._state(0, name, node, kept, {"tag": "init", "value": {}})]
        for index, (edge, chosen) in enumerate(zip(route.edges, route.choices, strict=True), 1):
            choices = {s: term_for(chosen[s], s.kind) for s in self.given(edge)}
            pairs = [(term_of(v.name, v.kind), kept[v]) for v in self.variables]
            pairs += [(term_of(s.name, s.kind), value) for s, value in choices.items()]
            updated = {
                v: z3.simplify(z3.substitute(term, *pairs)) for v, term in edge.updates.items()
            }
            kept = {**kept, **updated}
            node = edge.target
            values = {own: _shown(choices[s], s) for s, own in self.given(edge).items()}
            step = {"tag": self.actions[edge], "value": {MACHINE: name, **values}}
            states.append(self._state(index, name, node, kept, step))
        witness: dict[str, Any] = {own: _shown(_default(s), s) for s, own in witnesses.items()}
        pairs = [(term_of(v.name, v.kind), kept[v]) for v in self.variables]
        for holding in () if goal is None else goal.nodes.get(node, ()):
            condition = holding.condition
            if z3.is_expr(condition):
                condition = z3.substitute(condition, *pairs)
            found = solved([condition, *ranges(holding.locals)], holding.locals)
            if found is not None:
                witness |= {
                    witnesses[s]: _shown(term_for(value, s.kind), s) for s, value in found.items()
                }
                break
        names = [self.at, *(symbol(n) for n in self.functions.values())]
        return {
            "#meta": {
                "format": "ITF",
                "format-description": FORMAT,
                "source": self.system,
                "description": description,
                "witness": {MACHINE: name, **witness},
                **({} if loop is None else {"fairness": []}),
            },
            "vars": ["action", *(n.strip("|") for n in names)],
            "states": states,
            **({} if loop is None else {"loop": loop}),
        }

    def _state(
        self, index: int, name: str, node: Node, kept: Mapping[Variable, Any], step: dict[str, Any]
    ) -> dict[str, Any]:
        state: dict[str, Any] = {"#meta": {"index": index}, "action": step}
        state[self.at.strip("|")] = {"#map": [[name, str(node.number)]]}
        for v, own in self.functions.items():
            state[own] = {"#map": [[name, _shown(kept[v], v)]]}
        return state


def _default(item: Variable | Local) -> Any:
    return z3.BoolVal(False) if item.kind is ValueKind.BOOL else z3.IntVal(0)


def term_for(value: Any, kind: Any) -> Any:
    """The term of a plain value. Raises Left."""
    if kind is ValueKind.BOOL:
        return z3.BoolVal(value)
    if kind is ValueKind.INT:
        return z3.IntVal(value)
    if isinstance(kind, MemberKind):
        return z3.IntVal(kind.members.index(value))
    raise Left("its run has texts, which certificates do not have yet")


def _shown(term: Any, item: Variable | Local) -> Any:
    """A value in the Informal Trace Format."""
    if item.kind is ValueKind.BOOL:
        return bool(plain(term, ValueKind.BOOL))
    return {"#bigint": str(plain(term, ValueKind.INT))}
