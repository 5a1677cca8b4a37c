"""Certificates of one machine by itself: its verdicts as claims about its automaton.

A claim that a certificate cannot have yet is left out, by name and with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from statecheck.certificate.assembly import assembled, catalogue_text
from statecheck.certificate.machine.automaton import MACHINE, Left, distinct, sort_of
from statecheck.certificate.machine.endings import Ending
from statecheck.certificate.machine.machine_runs import MachineWriter
from statecheck.certificate.machine.plans import Plans
from statecheck.certificate.machine.plans import entry as plan_entry
from statecheck.certificate.machine.traps import Trapped
from statecheck.certificate.sections import sentence
from statecheck.certificate.smtlib import (
    Sexp,
    conjunction,
    layout,
)
from statecheck.claims.claim import Kind
from statecheck.claims.results import Report, Result, Verdict
from statecheck.modeling import ModelError
from statecheck.recheck.demands import home
from statecheck.recheck.evidence import TRAP
from statecheck.recheck.formulas import AXIOMS, CATALOGUE
from statecheck.recheck.scope import EVIDENCE
from statecheck.single.claims.claims import Claim, Expression, looks_beyond_states
from statecheck.single.claims.parse import parse
from statecheck.single.claims.predicates import conjunction as both
from statecheck.single.claims.predicates import violation
from statecheck.single.deciding.answers import target_of
from statecheck.single.deciding.invariants import find_invariant
from statecheck.single.execution.automaton import Node
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import breadth_first
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
    evidence: dict[str, str] = {}
    for result in report.results:
        title = result.claim.title
        try:
            written = writer.claim(result, len(clauses) + 1)
        except Left as why:
            notes.append(f"{title} is not certified: {why}")
            continue
        entries.append(written.entry)
        said[f"claim {title}"] = written.text
        runs[title] = written.runs
        clauses += [] if written.clause is None else [written.clause]
        evidence |= written.evidence
    texts = {
        CATALOGUE: catalogue_text(writer.system, subject.digest, titles),
        "types": writer.types(),
        "state and step": writer.state(),
        AXIOMS: "",
        "invariant": "\n".join(clauses),
        "start": writer.start(),
        **{f"step {name}": writer.step(edge) for edge, name in writer.actions.items()},
        **said,
        **{n: text for word in EVIDENCE for n, text in evidence.items() if n.startswith(word)},
    }
    try:
        return assembled(texts, entries, runs, subject.digest, titles), notes
    except ValueError as error:
        raise ModelError(f"{writer.system} cannot be certified: {error}") from error


@dataclass(frozen=True)
class _Written:
    """A claim's entry, section, clause if it needs one, runs by path, and the sections that are
    evidence of it.
    """

    entry: dict[str, Any]
    text: str
    clause: str | None = None
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)


class _ClaimWriter(MachineWriter):
    """Writes claims about the automaton of a machine, and runs of it."""

    def claim(self, result: Result, number: int) -> _Written:
        """A claim as it is written. Raises Left."""
        stated, verdict = result.claim, result.verdict
        said = parse(stated.text, self.subject.names, stated.kind)
        if self.automaton.is_abstract:
            raise Left("steps of the machine rest on answers from outside")
        if looks_beyond_states(said):
            raise Left("certificates of one machine say nothing of the past, or of what is enabled")
        if stated.kind is Kind.EVENTUALLY:
            return self._ending(result, said, number)
        always = stated.kind is Kind.ALWAYS
        expression = (violation if always else both)(said.premise, said.conclusion)
        premise: Goal | None = None
        if stated.kind is Kind.RECOVERABLE:
            expression = said.conclusion
            if said.premise is not None:
                premise = self._of_data(said.premise, said, "where it is to lead from")
        target = target_of(self.subject, expression, said)
        goal = Goal(self.automaton, target)
        if stated.kind is Kind.RECOVERABLE:
            goal = self._of_data(expression, said, "where it is to lead")
        choices = distinct(
            [local for holdings in goal.nodes.values() for h in holdings for local in h.locals]
        )
        witnesses = {local: f"choice{n}" for n, local in enumerate(choices, 1)}
        body = self.body(goal, witnesses)
        lines = [
            f"; {stated.title}: {sentence(stated.text)}",
            f"; said of {self.module}:{self.system}",
            layout(("set-info", ":kind", stated.kind.value)),
            layout(("set-info", ":about", "steps" if said.on_step else "states")),
            layout(("set-info", ":expected", stated.expected)),
            layout(("declare-const", MACHINE, self.sort)),
            *(layout(("declare-const", name, sort_of(s))) for s, name in witnesses.items()),
            layout(("define-fun", "reading", (), "Bool", "true")),
            *(
                []
                if premise is None
                else [layout(("define-fun", "premise", (), "Bool", self.body(premise, {})))]
            ),
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
            return _Written(entry, text)
        if (stated.kind, verdict) == (Kind.RECOVERABLE, Verdict.REFUTED):
            return self._trapped(result, said, goal, entry, text)
        if stated.kind is Kind.RECOVERABLE:
            clause = self._plans(goal, premise, entry, number)
            entry["clauses"] = [] if clause is None else [f"clause.{number}"]
            return _Written(entry, text, clause)
        if (stated.kind, verdict) in (
            (Kind.ALWAYS, Verdict.PROVED),
            (Kind.POSSIBLE, Verdict.REFUTED),
        ):
            clause = self._clause(goal, number)
            entry["clauses"] = [] if clause is None else [f"clause.{number}"]
            return _Written(entry, text, clause)
        route = self.route(goal, target)
        if len(route.edges) != result.steps:
            raise Left("its run was not found again")
        entry["steps"], entry["shortest"] = result.steps, result.shortest
        document = self.run(route, goal, witnesses, f"{stated.title}: {sentence(stated.text)}")
        return _Written(entry, text, runs={f"{home(stated.title)}/run.itf.json": document})

    def _trapped(
        self, result: Result, said: Claim, goal: Goal, entry: dict[str, Any], text: str
    ) -> _Written:
        """A claim that is refuted by a run into a trap. Raises Left."""
        title = result.claim.title
        found = Trapped(self.subject, said, goal, result.steps)
        entry["steps"], entry["shortest"] = result.steps, False
        document = self.run(found.route, None, {}, f"{title}: {sentence(result.claim.text)}")
        parts = self._placed(found.states(), MACHINE)
        trap = [
            "; nothing leads out of these states",
            layout(("define-fun", TRAP, (), "Bool", conjunction(parts))),
        ]
        runs = {f"{home(title)}/run.itf.json": document}
        return _Written(entry, text, runs=runs, evidence={f"trap {title}": "\n".join(trap)})

    def _ending(self, result: Result, said: Claim, number: int) -> _Written:
        """A claim about the end of a run. Raises Left."""
        stated, verdict = result.claim, result.verdict
        ending = Ending(self, stated, said)
        entry: dict[str, Any] = {
            "title": stated.title,
            "verdict": verdict.value,
            "steps": None,
            "clauses": [],
        }
        text = ending.section()
        if verdict is Verdict.UNDETERMINED:
            return _Written(entry, text)
        if verdict is Verdict.PROVED:
            phases = ending.phases()
            clause = None if self.variables else self._reached(number)
            entry["clauses"] = [] if clause is None else [f"clause.{number}"]
            return _Written(entry, text, clause, evidence={f"phases {stated.title}": phases})
        route, loop = ending.lasso()
        entry["steps"] = len(route.edges)
        words = f"{stated.title}: {sentence(stated.text)}"
        document = self.run(route, None, {}, words, loop)
        return _Written(entry, text, runs={f"{home(stated.title)}/run.itf.json": document})

    def _of_data(self, expression: Expression, said: Claim, what: str) -> Goal:
        """Where an expression holds that is about the machine alone. Raises Left."""
        goal = Goal(self.automaton, target_of(self.subject, expression, said))
        if any(h.locals or h.inputs for found in goal.nodes.values() for h in found):
            raise Left(f"{what} depends on inputs")
        return goal

    def _plans(
        self, goal: Goal, premise: Goal | None, entry: dict[str, Any], number: int
    ) -> str | None:
        """Give an entry its plans; the clause that excludes the states from which none leads on.

        Raises Left.
        """
        plans = Plans(self.automaton, goal, self.subject.clock, premise)
        plans.find()
        if not self.variables and any(n in plans.open for n, _ in breadth_first(self.automaton)):
            raise Left("its plans were not found again")
        entry["plans"] = [plan_entry(plan, self.actions) for plan in plans.found] or [[]]
        entry["steps"] = max(map(len, plans.found), default=0)
        lacking = "few plans do not suffice, and a number that falls is no plan yet"
        return self._clause(plans.left, number, lacking)

    def _clause(
        self, goal: Goal, number: int, lacking: str = "its invariant was not found again"
    ) -> str | None:
        """The clause of an invariant that excludes a goal; None where it is excluded by itself.

        Raises Left with the words for what is ``lacking``.
        """
        if not goal.nodes and not goal.edges:
            return None
        if not self.variables:
            return self._reached(number)
        found = find_invariant(self.automaton, goal, self.subject.clock)
        if found is None:
            raise Left(lacking)
        return self._said_of_places(dict(found), number)

    def _reached(self, number: int) -> str | None:
        """The clause that a machine is in a place that is reached; None where each is."""
        reached = {node for node, _ in breadth_first(self.automaton)}
        return self._said_of_places(
            {node: node in reached for node in self.automaton.nodes}, number
        )

    def _said_of_places(self, formulas: Mapping[Node, Any], number: int) -> str | None:
        parts = self._placed(formulas, "x")
        if not parts:
            return None
        binding = (("x", self.sort),)
        name = f"clause.{number}"
        words = f"; every {self.system}: its data is as its place allows, no. {number}"
        return words + "\n" + layout(("define-fun", name, binding, "Bool", conjunction(parts)))

    def _placed(self, formulas: Mapping[Node, Any], machine: str) -> list[Sexp]:
        """Conditions on a machine's data, place by place, as conjuncts."""
        parts: list[Sexp] = []
        for node, formula in formulas.items():
            body = self.write(formula, self.values(machine))
            if body != "true":
                parts.append(("=>", ("=", (self.at, machine), self.place(node)), body))
        return parts
