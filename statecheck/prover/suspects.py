"""Counterexamples to induction: a step that would break a claim, from a state that no clause of the
invariant excludes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import z3

from statecheck.claims.claim import Claim, Kind
from statecheck.claims.concrete_run import ConcreteRun
from statecheck.claims.run import Run
from statecheck.clock import Timeout
from statecheck.modeling import NO_VARIANT, STATE, History, System, shown
from statecheck.prover.context import ProofContext
from statecheck.runs.replay import Player, ReplayError
from statecheck.safety.induction import Clause
from statecheck.safety.joint.lemmas import Lemma
from statecheck.safety.run_decoding import decoded_run
from statecheck.safety.unrolling import Target, Unrolling
from statecheck.symbolic.codes import decoded, member_name
from statecheck.symbolic.vocabulary import HISTORY

HELP = (
    "one step leads there from a state that no invariant excludes: if that state is out of reach, "
    "claim with --always what excludes it; if it is not, a greater --depth finds the run"
)
"""Advice for whoever sees one."""


def suspected(context: ProofContext, claim: Claim, known: Iterable[Lemma]) -> Run | None:
    """A step to where a claim is decided, executed on plain machines, from a state that nothing
    ``known`` excludes; None where none is found.
    """
    if claim.kind not in (Kind.ALWAYS, Kind.POSSIBLE):
        return None
    try:
        return _found(context, claim, known)
    except (Timeout, ReplayError):
        return None


def _found(context: ProofContext, claim: Claim, known: Iterable[Lemma]) -> Run | None:
    transitions = context.transitions
    unrolling = Unrolling(
        transitions,
        seed=context.seed,
        time_left=context.remaining,
        numbers=context.numbers,
        initial={},
    )
    for clause in context.invariant():
        if clause.variant in (NO_VARIANT, claim.variant):
            unrolling.grounding.forall(clause.sort, partial(_instance, clause))
    for lemma in known:
        unrolling.grounding.demand(lemma.variables, lemma.at)
    reached = context.violation((claim, None))
    term = reached
    if not claim.on_step:
        term = z3.And(z3.Not(reached), transitions.primed(reached))
    variables = context.property(claim).variables
    target = Target(claim.title, term, True, variables, claim.variant)
    unrolling.extend([target])
    literal = unrolling.literal_for(target)
    model = unrolling.check(literal)
    if model is None:
        return None
    run = decoded_run(unrolling, model, target, literal, whole=True)
    player = _Arranged(context.system, context.histories, run)
    state = tuple(_state(player.after))
    (step,) = player.play()
    if player.judge(claim) is not (claim.kind is Kind.POSSIBLE):
        return None
    witness = zip(claim.variables, player.witness(claim), strict=True)
    sizes = tuple((entity.plural, run.sizes[entity.name]) for entity in player.after.info.entities)
    return Run(sizes, state, (step,), tuple((name, str(value)) for (name, _), value in witness))


def _instance(clause: Clause, entity: z3.ExprRef) -> z3.BoolRef:
    return clause.at(entity)


class _Arranged(Player):
    """Plays a run from a state in which every value is given."""

    def __init__(
        self, system: type[System], histories: Iterable[History[object]], run: ConcreteRun
    ) -> None:
        super().__init__(system, histories, run, trim=False)
        for copy in (self.after, self.before):
            _arrange(copy, run)
        for history in self.now.histories:
            values = run.initial.get(f"{history.entity.__name__}.{HISTORY}.{history.name}", [])
            for member, code in zip(self.now.members(history), values, strict=False):
                value = decoded(code, history.type, self.after)
                self.now.values[history.name, member.index] = value


def _arrange(system: System, run: ConcreteRun) -> None:
    for entity in system.info.entities:
        for member in system.entities_of(entity):
            for machine in entity.machines:
                record = getattr(member, machine.slot).model
                name = f"{entity.name}.{machine.slot}."
                record._restore(STATE, member_name(run.initial[name + STATE][member.index]))
                for info in machine.fields:
                    code = run.initial[name + info.name][member.index]
                    record._restore(info.name, decoded(code, info.type, system))


def _state(system: System) -> Iterable[tuple[str, str]]:
    """Every value of a state, constants and references included."""
    for name, _, _ in system.info.constants:
        yield name, str(getattr(system, name))
    for entity in system.info.entities:
        for member in system.entities_of(entity):
            for name, _ in entity.references:
                yield f"{member}.{name}", str(getattr(member, name))
    for member, machine, name, value in shown(system):
        place = machine.slot if name == STATE else f"{machine.slot}.{name}"
        yield f"{member}.{place}", str(value)
