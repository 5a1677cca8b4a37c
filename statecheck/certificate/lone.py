"""Certificates of one machine by itself: its verdicts as claims about its automaton.

Claims about the end of a run are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import z3

from statecheck.certificate.assembly import assembled, catalogue_text
from statecheck.certificate.automaton import MACHINE, AutomatonWriter, Left, distinct, sort_of
from statecheck.certificate.plans import Plans
from statecheck.certificate.plans import entry as plan_entry
from statecheck.certificate.sections import sentence
from statecheck.certificate.smtlib import (
    Sexp,
    conjunction,
    disjunction,
    layout,
    symbol,
)
from statecheck.claims.claim import Kind
from statecheck.claims.results import Report, Result, Verdict
from statecheck.modeling import ModelError
from statecheck.recheck.definitions import CATALOGUE
from statecheck.recheck.demands import home
from statecheck.recheck.runs import FORMAT
from statecheck.single.claims.claims import looks_beyond_states
from statecheck.single.claims.parse import parse
from statecheck.single.claims.predicates import conjunction as both
from statecheck.single.claims.predicates import violation
from statecheck.single.deciding.answers import target_of
from statecheck.single.deciding.goal import Goal
from statecheck.single.deciding.invariants import find_invariant
from statecheck.single.deciding.unrolling import Unrolling
from statecheck.single.execution.automaton import Local, Node, Variable
from statecheck.single.execution.paths import ranges
from statecheck.single.execution.terms import plain
from statecheck.single.execution.terms import symbol as term_of
from statecheck.single.reading.kinds import Kind as ValueKind
from statecheck.single.reading.kinds import MemberKind
from statecheck.single.running.reach import Route, breadth_first, find, solved
from statecheck.single.running.subject import Subject

SECONDS = 20.0
"""So long a run or an invariant is looked for again."""


def certify(subject: Subject, report: Report) -> tuple[dict[str, str], list[str]]:
    """The files of a certificate of a report about one machine; what is left out, with reasons.

    Raises ModelError for a machine that cannot be certified.
    """
    writer = _ClaimWriter(subject)
    titles = [result.claim.title for result in report.results]
    entries: list[dict[str, Any]] = []
    clauses: list[str] = []
    said: dict[str, str] = {}
    runs: dict[str, dict[str, dict[str, Any]]] = {}
    notes: list[str] = []
    for result in report.results:
        title = result.claim.title
        try:
            entry, text, clause, documents = writer.claim(result, len(clauses) + 1)
        except Left as why:
            notes.append(f"{title} is not certified: {why}")
            continue
        entries.append(entry)
        said[f"claim {title}"] = text
        runs[title] = documents
        clauses += [clause] if clause is not None else []
    texts = {
        CATALOGUE: catalogue_text(writer.system, subject.digest, titles),
        "types": writer.types(),
        "state and step": writer.state(),
        "invariant": "\n".join(clauses),
        "start": writer.start(),
        **{f"step {name}": writer.step(edge) for edge, name in writer.actions.items()},
        **said,
    }
    try:
        return assembled(texts, entries, runs, subject.digest, titles), notes
    except ValueError as error:
        raise ModelError(f"{writer.system} cannot be certified: {error}") from error


class _ClaimWriter(AutomatonWriter):
    """Writes claims about the automaton of a machine, and runs of it."""

    def claim(
        self, result: Result, number: int
    ) -> tuple[dict[str, Any], str, str | None, dict[str, dict[str, Any]]]:
        """A claim's entry, section, clause if it needs one, and runs. Raises Left."""
        stated, verdict = result.claim, result.verdict
        if stated.kind not in (Kind.ALWAYS, Kind.POSSIBLE, Kind.RECOVERABLE):
            raise Left(f"certificates of one machine have no claims of the kind {stated.kind} yet")
        if (stated.kind, verdict) == (Kind.RECOVERABLE, Verdict.REFUTED):
            raise Left("certificates do not show that no way leads on from where a run ends")
        said = parse(stated.text, self.subject.names, stated.kind)
        if self.automaton.is_abstract:
            raise Left("steps of the machine rest on answers from outside")
        if looks_beyond_states(said):
            raise Left("certificates of one machine say nothing of the past, or of what is enabled")
        if stated.kind is Kind.RECOVERABLE and said.premise is not None:
            raise Left("certificates of one machine have no recoverable claims with a premise yet")
        always = stated.kind is Kind.ALWAYS
        expression = (violation if always else both)(said.premise, said.conclusion)
        target = target_of(self.subject, expression, said)
        goal = Goal(self.automaton, target)
        if stated.kind is Kind.RECOVERABLE and any(
            holding.locals or holding.inputs for found in goal.nodes.values() for holding in found
        ):
            raise Left("where it is to lead depends on inputs")
        choices = distinct(
            [local for holdings in goal.nodes.values() for h in holdings for local in h.locals]
        )
        witnesses = {local: f"choice{n}" for n, local in enumerate(choices, 1)}
        body = self._body(goal, witnesses)
        lines = [
            f"; {stated.title}: {sentence(stated.text)}",
            f"; said of {self.module}:{self.system}",
            layout(("set-info", ":kind", stated.kind.value)),
            layout(("set-info", ":about", "steps" if said.on_step else "states")),
            layout(("set-info", ":expected", stated.expected)),
            layout(("declare-const", MACHINE, self.sort)),
            *(layout(("declare-const", name, sort_of(s))) for s, name in witnesses.items()),
            layout(("define-fun", "reading", (), "Bool", "true")),
            layout(("define-fun", "claim", (), "Bool", ("not", body) if always else body)),
        ]
        entry: dict[str, Any] = {
            "title": stated.title,
            "verdict": verdict.value,
            "steps": None,
            "clauses": [],
        }
        text = "\n".join(lines)
        if verdict is Verdict.UNDETERMINED:
            return entry, text, None, {}
        if stated.kind is Kind.RECOVERABLE:
            clause = self._plans(goal, entry, number)
            entry["clauses"] = [] if clause is None else [f"clause.{number}"]
            return entry, text, clause, {}
        if (stated.kind, verdict) in (
            (Kind.ALWAYS, Verdict.PROVED),
            (Kind.POSSIBLE, Verdict.REFUTED),
        ):
            clause = self._clause(goal, number)
            entry["clauses"] = [] if clause is None else [f"clause.{number}"]
            return entry, text, clause, {}
        route = self._route(goal, target)
        if len(route.edges) != result.steps or not result.shortest:
            raise Left("its run is not known to be a shortest one")
        entry["steps"] = result.steps
        document = self._run(route, goal, witnesses, f"{stated.title}: {sentence(stated.text)}")
        return entry, text, None, {f"{home(stated.title)}/run.itf.json": document}

    def _body(self, goal: Goal, witnesses: Mapping[Local, str]) -> Sexp:
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

    def _plans(self, goal: Goal, entry: dict[str, Any], number: int) -> str | None:
        """Give an entry its plans; the clause that excludes the states from which none leads on.

        Raises Left.
        """
        plans = Plans(self.automaton, goal, self.subject.clock)
        plans.find()
        if not self.variables and any(n in plans.open for n, _ in breadth_first(self.automaton)):
            raise Left("its plans were not found again")
        entry["plans"] = [plan_entry(plan, self.actions) for plan in plans.found] or [[]]
        entry["steps"] = max(map(len, plans.found), default=0)
        return self._clause(plans.left, number)

    def _clause(self, goal: Goal, number: int) -> str | None:
        """The clause of an invariant that excludes a goal; None where it is excluded by itself."""
        if not goal.nodes and not goal.edges:
            return None
        formulas: dict[Node, Any]
        if self.variables:
            found = find_invariant(self.automaton, goal, self.subject.clock)
            if found is None:
                raise Left("its invariant was not found again")
            formulas = dict(found)
        else:
            reached = {node for node, _ in breadth_first(self.automaton)}
            formulas = {node: node in reached for node in self.automaton.nodes}
        parts: list[Sexp] = []
        for node, formula in formulas.items():
            body = self.write(formula, self.values("x"))
            if body != "true":
                parts.append(("=>", ("=", (self.at, "x"), self.place(node)), body))
        if not parts:
            return None
        binding = (("x", self.sort),)
        name = f"clause.{number}"
        words = f"; every {self.system}: its data is as its place allows, no. {number}"
        return words + "\n" + layout(("define-fun", name, binding, "Bool", conjunction(parts)))

    # -- runs -----------------------------------------------------------------------------------

    def _route(self, goal: Goal, target: Any) -> Route:
        route = (
            Unrolling(self.automaton, goal).search(self.subject.clock, SECONDS, 1000)
            if self.variables
            else find(self.automaton, target)
        )
        if route is None:
            raise Left("its run was not found again")
        return route

    def _run(
        self, route: Route, goal: Goal, witnesses: Mapping[Local, str], description: str
    ) -> dict[str, Any]:
        """A run in the Informal Trace Format."""
        name = f"{self.system[0].lower()}{self.system[1:]}1"
        kept: dict[Variable, Any] = {v: _default(v) for v in self.variables}
        kept |= {v: z3.simplify(term) for v, term in self.automaton.start.items()}
        node = self.automaton.nodes[0]
        states = [self._state(0, name, node, kept, {"tag": "init", "value": {}})]
        for index, (edge, chosen) in enumerate(zip(route.edges, route.choices, strict=True), 1):
            choices = {s: _term(chosen[s], s.kind) for s in self.given(edge)}
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
        for holding in goal.nodes.get(node, ()):
            condition = holding.condition
            if z3.is_expr(condition):
                condition = z3.substitute(condition, *pairs)
            found = solved([condition, *ranges(holding.locals)], holding.locals)
            if found is not None:
                witness |= {
                    witnesses[s]: _shown(_term(value, s.kind), s) for s, value in found.items()
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
            },
            "vars": ["action", *(n.strip("|") for n in names)],
            "states": states,
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


def _term(value: Any, kind: Any) -> Any:
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
