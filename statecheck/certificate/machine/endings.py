"""Claims about the end of a run of one machine: their sections, their phases, their lassos.

The pending states fall into parts that no step which may recur goes back to. Each is a phase, and
in each some event to which runs are fair leads on. Whether that is so is for the re-checker to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import z3

from statecheck.certificate.machine.automaton import MACHINE, Left
from statecheck.certificate.machine.machine_runs import MachineWriter
from statecheck.certificate.sections import sentence
from statecheck.certificate.smtlib import Sexp, disjunction, layout, symbol
from statecheck.claims import claim as stated
from statecheck.claims.fairness import Often, Strength
from statecheck.recheck.claims import MAY_END
from statecheck.single.assumptions import Excluded, Sent
from statecheck.single.claims.claims import Claim, Expression, looks_beyond_states
from statecheck.single.claims.conditions import eliminated
from statecheck.single.claims.parse import parse_step
from statecheck.single.claims.predicates import Holding, premise_of, violation
from statecheck.single.deciding.endings.lassos import Lassos, components
from statecheck.single.deciding.endings.pending import EndAssumptions, Pending
from statecheck.single.execution.automaton import Edge, Node
from statecheck.single.execution.paths import ranges
from statecheck.single.running.goal import Goal
from statecheck.single.running.reach import Route, Target, move

MOST = 3000
"""So many obligations a proof may have."""


class Ending:
    """A claim about the end of a run, its assumptions, and its pending states. Raises Left."""

    def __init__(self, writer: MachineWriter, claim: stated.Claim, said: Claim) -> None:
        self.writer, self.claim, self.said = writer, claim, said
        if writer.subject.world.inputs:
            raise Left("certificates of a machine with inputs say nothing of the end of a run yet")
        self.assumptions = claim.fairness
        fair = {item.event for item in self.assumptions if isinstance(item, Sent)}
        for edge in writer.automaton.edges:
            if edge.event in fair and not edge.taken:
                raise Left(f"{edge.event} may have an effect and take no transition")
        steps = {
            item: parse_step(item.text, writer.subject.names, "--never")
            for item in self.assumptions
            if isinstance(item, Excluded)
        }
        if any(map(looks_beyond_states, steps.values())):
            raise Left("certificates of one machine say nothing of the past, or of what is enabled")
        self.steps = steps
        self.pending = Pending(
            writer.subject,
            writer.automaton,
            said,
            EndAssumptions(
                tuple(self._events(Strength.WEAK)),
                tuple(self._events(Strength.STRONG)),
                tuple(s for item, s in steps.items() if item.often is Often.NEVER),
                tuple(s for item, s in steps.items() if item.often is Often.FINITELY),
            ),
        )

    def _events(self, strength: Strength) -> Iterator[str]:
        for item in self.assumptions:
            if isinstance(item, Sent) and item.strength is strength:
                yield item.event

    # -- the claim --------------------------------------------------------------------------------

    def section(self) -> str:
        """The section that says what is claimed."""
        writer, claim, said = self.writer, self.claim, self.said
        assert said.premise is not None
        told = [
            ("kind", claim.kind.value),
            ("about", "steps" if said.on_step else "states"),
            ("expected", claim.expected),
            ("runs", MAY_END),
            *(("assumes", self._assumed(item)) for item in self.assumptions),
        ]
        bodies = {
            "premise": self._formula(said.premise, on_step=False),
            "goal": self._formula(said.conclusion, on_step=said.on_step),
        }
        for number, item in enumerate(self.assumptions, 1):
            if isinstance(item, Excluded):
                bodies[f"rare.{number}"] = self._formula(self.steps[item].conclusion, on_step=True)
        lines = [
            f"; {claim.title}: {sentence(claim.text)}",
            f"; said of {writer.module}:{writer.system}",
            *(layout(("set-info", f":{name}", symbol(value))) for name, value in told),
            layout(("declare-const", MACHINE, writer.sort)),
            layout(("define-fun", "reading", (), "Bool", "true")),
            *(layout(("define-fun", name, (), "Bool", body)) for name, body in bodies.items()),
        ]
        return "\n".join(lines)

    def _assumed(self, item: Any) -> str:
        if isinstance(item, Sent):
            return f"{item.strength.value} {item.event}.* {MACHINE}"
        return "never" if item.often is Often.NEVER else "finitely"

    def _formula(self, expression: Expression, *, on_step: bool) -> Sexp:
        reader = self.writer.subject.reader
        target = (
            Target(None, lambda edge: reader.on_edge(expression, edge))
            if on_step
            else Target(lambda node: reader.in_node(expression, node, self.said.fields), None)
        )
        return self.writer.body(Goal(self.writer.automaton, target), {})

    # -- a proof ----------------------------------------------------------------------------------

    def phases(self) -> str:
        """The section that has the phases of a proof."""
        parts = [*self._parts()]
        if 4 * len(parts) * len(self.writer.actions) > MOST:
            raise Left(f"its proof has more than {MOST} obligations")
        lines: list[str] = []
        for number, (nodes, event) in enumerate(parts, 1):
            helper = next(
                n
                for n, item in enumerate(self.assumptions, 1)
                if isinstance(item, Sent) and item.event == event
            )
            here = disjunction([self.writer.within(node) for node in nodes])
            places = ", ".join(str(node.number) for node in nodes)
            lines += [
                f"; {event} leads on from the places {places}",
                layout(("set-info", ":helper", symbol(str(helper)))),
                layout(("define-fun", f"phase.{number}", (), "Bool", here)),
                layout(("define-fun", f"link.{number}", (), "Bool", "true")),
            ]
        return "\n".join(lines)

    def _parts(self) -> Iterator[tuple[list[Node], str]]:
        """The phases, in an order that no recurring step goes back in, with the events that help.

        Raises Left where none helps.
        """
        pending = self.pending
        fair = (*pending.assumed.weak, *pending.assumed.strong)
        # Tarjan's algorithm finds each part after those that it leads to.
        for part in reversed(components(pending.nodes, pending.looping)):
            event = next((e for e in fair if self._helps(e, part)), None)
            if event is None:
                raise Left(
                    "its proof takes strong fairness, a number that falls, or more than one event "
                    "in a phase"
                )
            yield part, event

    def _helps(self, event: str, part: Sequence[Node]) -> bool:
        """An event can be sent everywhere in a part, with an effect, and leads out of it."""
        pending, inside = self.pending, set(part)
        return not any(pending.may_be_idle(node, event) for node in part) and not any(
            edge.target in inside
            for node in part
            for edge in pending.looping[node]
            if edge.event == event
        )

    # -- a lasso ----------------------------------------------------------------------------------

    def lasso(self) -> tuple[Route, int]:
        """A lasso that refutes the claim, and the number of steps before its loop. Raises Left."""
        lasso = None
        if not self.writer.variables:
            lasso = Lassos(self.pending, cautious=False).round()
        if lasso is None:
            route = self._ended()
            return route, len(route.edges)
        found = [self.pending.values(edge, again=True) for edge in lasso.loop]
        moves = (move(e, v) for e, v in zip(lasso.loop, found, strict=True))
        route = Route(
            (*lasso.route.moves, *moves),
            (*lasso.route.edges, *lasso.loop),
            (*lasso.route.choices, *found),
        )
        return route, len(lasso.route.edges)

    def _ended(self) -> Route:
        """A run to where the premise holds and not the goal, and nothing has to happen any more.

        Raises Left.
        """
        said, reader = self.said, self.writer.subject.reader
        expression = premise_of(said) if said.on_step else violation(said.premise, said.conclusion)
        fair = {item.event for item in self.assumptions if isinstance(item, Sent)}

        def resting(node: Node) -> list[Holding]:
            off = [_is_off(edge) for edge in node.edges if edge.event in fair]
            if any(z3.is_false(condition) for condition in off):
                return []
            return [
                replace(h, condition=z3.And(*off, *([] if h.condition is True else [h.condition])))
                if off
                else h
                for h in reader.in_node(expression, node, said.fields)
            ]

        target = Target(resting, None)
        try:
            return self.writer.route(Goal(self.writer.automaton, target), target)
        except Left:
            raise Left("neither its loop nor where its run ends was found again") from None


def _is_off(edge: Edge) -> z3.BoolRef:
    """The condition on the data under which no choice lets an edge be taken."""
    known = [*ranges(edge.locals), *([] if edge.guard is None else [edge.guard])]
    taken = eliminated(z3.And(*known), edge.locals) if known else z3.BoolVal(True)
    return z3.simplify(z3.Not(taken))
