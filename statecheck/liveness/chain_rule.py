"""Proof that every fair run gets there, for any finite number of entities.

The rule is the chain rule of Manna and Pnueli (*Completing the Temporal Picture*, 1991, rule
CHAIN-J), with sets. Phases are predicates that together hold from the premise until the goal, in an
order: no step goes back to an earlier phase. In each phase one fair action is *helpful*: it is
enabled, and a step of it leaves the phase. Or each of a set of instances is: then the instances
that are enabled are the measure, ordered by inclusion. The set is not empty in the phase, never
grows there, and each of its members leaves it when it is taken. A set of finitely many shrinks only
finitely often, so that the phase ends.

Neighbouring phases may be a *lap*: they may come again, one after the other, where a number falls
that no step within the lap makes greater, and that is never below 0. A lap may be within another
one, the number of the outer one counting first. (After Floyd, *Assigning meanings to programs*,
1967.)

The phases are found, not typed in: the guards of the fair actions and the claim's own words divide
the states into abstract ones, and a greatest fixpoint over these picks the phases, the last first.
What comes out counts only when Z3 has checked every premise of the rule.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import z3

from statecheck.clock import Timeout
from statecheck.liveness.eventuality import ActionInstance, Eventuality
from statecheck.safety.induction import Clause, Induction
from statecheck.smt.terms import subterms
from statecheck.symbolic.commands import Command
from statecheck.symbolic.transition_system import TransitionSystem


@dataclass(frozen=True, eq=False)
class Lap:
    """Neighbouring phases that come again only where ``rank`` falls; ``text`` names that number.

    What counts is the greater one of ``rank`` and 0.
    """

    rank: z3.ArithRef
    text: str

    @property
    def measure(self) -> z3.ArithRef:
        """The number that falls, which is never below 0."""
        return z3.If(self.rank > 0, self.rank, z3.IntVal(0))


@dataclass(frozen=True)
class Phase:
    """A predicate of a state, the instance that helps in it, and the laps that it is in, the
    outermost first.
    """

    holds: z3.BoolRef
    helper: ActionInstance
    text: str
    laps: tuple[Lap, ...] = ()

    def __str__(self) -> str:
        measure = (
            "the set of those that are enabled shrinks" if self.helper.free else "it ends the phase"
        )
        falling = "".join(f", or {lap.text} falls" for lap in reversed(self.laps))
        return f"{self.text}: {self.helper.name}; {measure}{falling}"


class PremiseRole(enum.Enum):
    """The part that a premise plays in the rule: two for the whole proof, the others per phase."""

    STARTS = "starts"
    LASTS = "lasts"
    ENABLED = "enabled"
    STAYS = "stays"
    ENDS = "ends"
    NEVER_GROWS = "never grows"
    DISABLED_AFTER = "disabled after"


@dataclass(frozen=True)
class RulePremise:
    """A premise of the rule, as what would violate it: in a state, or in a step.

    ``phase`` is the number of the phase that it is about, from 0, if it is about one, ``each``
    tells that the phase's helper is each of a set of instances. A step violates it only if it
    changes whether ``kept`` holds, where that is given.
    """

    role: PremiseRole
    name: str
    violation: z3.BoolRef
    on_step: bool
    phase: int | None = None
    each: bool = False
    kept: z3.BoolRef | None = None

    def concerns(self, command: Command) -> bool:
        """False where the functions that an action writes show that no step violates it."""
        return self.kept is None or not self._functions.isdisjoint(map(str, command.updates))

    @cached_property
    def _functions(self) -> set[str]:
        return {part.decl().name() for part in subterms(self.kept) if z3.is_app(part)}


def premises(
    transitions: TransitionSystem, claim: Eventuality, phases: Sequence[Phase]
) -> Iterator[RulePremise]:
    """The premises under which the phases, the first first, prove a claim."""
    covered = z3.Or(*(phase.holds for phase in phases))
    yield RulePremise(
        PremiseRole.STARTS,
        "the premise starts a phase",
        z3.And(claim.pending, z3.Not(covered)),
        on_step=False,
    )
    after = [transitions.primed(phase.holds) for phase in phases]
    yield RulePremise(
        PremiseRole.LASTS,
        "a phase lasts until the next one, or the goal",
        z3.And(covered, *claim.non_goal, z3.Not(z3.Or(*after))),
        on_step=True,
        kept=covered,
    )
    for index in range(len(phases)):
        yield from _of_phase(transitions, claim, phases, index, after)


def _of_phase(
    transitions: TransitionSystem,
    claim: Eventuality,
    phases: Sequence[Phase],
    index: int,
    after: Sequence[z3.BoolRef],
) -> Iterator[RulePremise]:
    """The premises about one phase; ``after`` are the phases in the state after a step."""
    phase, name = phases[index], f"phase {index + 1}"
    helper = phase.helper

    def premise(
        role: PremiseRole, text: str, violation: z3.BoolRef, kept: z3.BoolRef | None = None
    ) -> RulePremise:
        on_step, each = role is not PremiseRole.ENABLED, bool(helper.free)
        return RulePremise(role, f"{name}: {text}", violation, on_step, index, each, kept)

    later = _progress(transitions, phases, index, after)
    laps = [lap.measure for lap in phase.laps]
    here = [phase.holds, *claim.recurring]
    action = transitions.action == transitions.actions[helper.command.name]
    taken = z3.And(action, helper.taken)
    disabled = z3.And(phase.holds, z3.Not(helper.possible))
    yield premise(PremiseRole.ENABLED, f"{helper.name} is enabled", disabled)
    lasts = [transitions.primed(number) <= number for number in laps]
    stays = z3.And(after[index], *lasts) if laps else after[index]
    back = z3.And(*here, z3.Not(z3.Or(stays, later)))
    kept = z3.And(phase.holds, *(number == 0 for number in laps)) if laps else phase.holds
    yield premise(PremiseRole.STAYS, "no step goes back", back, kept)
    if not helper.free:
        remains = z3.And(*here, taken, z3.Not(later))
        yield premise(PremiseRole.ENDS, f"{helper.name} ends it", remains)
        return
    lasting = [*here, after[index], transitions.primed(helper.enabled)]
    lasting += [z3.Not(later)] if laps else []
    grows = z3.And(*lasting, z3.Not(helper.enabled))
    yield premise(
        PremiseRole.NEVER_GROWS, "the enabled instances never grow", grows, helper.enabled
    )
    remains = z3.And(*lasting, taken)
    yield premise(PremiseRole.DISABLED_AFTER, f"{helper.name} is not enabled after it", remains)


def _progress(
    transitions: TransitionSystem,
    phases: Sequence[Phase],
    index: int,
    after: Sequence[z3.BoolRef],
) -> z3.BoolRef:
    """True of a step from a phase that is no step within it, but one ahead: to a later phase, or to
    any one of a lap where its number falls. No number of an outer lap rises.
    """
    laps = phases[index].laps
    around = [
        [k for k, phase in enumerate(phases) if phase.laps[:depth] == laps[:depth]]
        for depth in range(len(laps) + 1)
    ]
    ahead = z3.Or(*(after[k] for k in around[-1] if k > index))
    for depth in reversed(range(len(laps))):
        own, outer = around[depth + 1], around[depth]
        assert own == list(range(own[0], own[-1] + 1)), "the phases of a lap are neighbours"
        now = laps[depth].measure
        then = transitions.primed(now)
        ahead = z3.Or(
            *(after[k] for k in outer if k > own[-1]),
            z3.And(z3.Or(*(after[k] for k in own)), then < now),
            z3.And(then <= now, ahead),
        )
    return ahead


def violated_premises(
    induction: Induction,
    claim: Eventuality,
    premises: Sequence[RulePremise],
    clauses: Sequence[Clause],
) -> list[RulePremise]:
    """The premises that do not hold in every state and step from a state of the clauses.

    Raises Timeout where the solver gives up.
    """
    transitions = induction.transitions
    under = transitions.variant_constraints(claim.claim.variant)
    states = {k: z3.And(*under, p.violation) for k, p in enumerate(premises) if not p.on_step}
    admitted = dict(induction.state_violations(states, clauses))
    for command in transitions.commands:
        left = {
            k: z3.And(*under, p.violation)
            for k, p in enumerate(premises)
            if p.on_step and k not in admitted and p.concerns(command)
        }
        if left:
            admitted |= induction.step_violations(left, clauses, command)
    if None in admitted.values():
        raise Timeout("the solver gave up")
    return [premises[k] for k in sorted(admitted)]
