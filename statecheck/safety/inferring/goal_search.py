"""Few inductive clauses that exclude goals, found from the goals.

A state in which a goal is met, or a step before which all is well and after which it is not, starts
where some candidates are false, if it does not happen: the best of them is taken on, and has to be
kept in turn. Where no candidate is false, every state to which runs lead from there satisfies each
invariant that candidates make: what is false in one of these is dropped, the goals that are met are
given up. That finds as much as to ask about all candidates at once would (Houdini, Flanagan and
Leino, FME 2001), and looks at few of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import z3

from statecheck.modeling import Variant
from statecheck.safety.induction import Clause, Induction
from statecheck.safety.inferring.moments import Moment
from statecheck.safety.inferring.sampled_pool import SampledPool
from statecheck.safety.joint.model_state import ModelState, StateReader
from statecheck.safety.joint.pools import Candidate
from statecheck.smt.evaluation import Valuation
from statecheck.symbolic.commands import Command
from statecheck.symbolic.simulate import Simulator

WALKS, STEPS = 8, 10
"""So many random runs of so many steps lead on from a state that satisfies all candidates."""

ProofGoal = Callable[[Command], z3.BoolRef]
"""The ground term that no step of a command from a state of the invariant is to make true."""


class GoalSearch:
    """One search under one variant, beside ``clauses`` that are an invariant.

    ``pools`` gives the candidates, ``simulator`` executes commands; each is called when the first
    goal needs some.
    """

    def __init__(
        self,
        induction: Induction,
        clauses: Sequence[Clause],
        variant: Variant,
        pools: Callable[[], Sequence[SampledPool]],
        simulator: Callable[[], Simulator],
    ) -> None:
        self._make_pools, self._make_simulator = pools, simulator
        commands = induction.transitions.commands
        made: dict[tuple[Candidate, int], tuple[z3.ExprRef, z3.BoolRef]] = {}

        def instance(candidate: Candidate, entity: z3.ExprRef) -> z3.BoolRef:
            # The moments speak of the same entities.
            key = candidate, entity.get_id()
            if key not in made:
                term = z3.Implies(candidate.assumed, candidate.term)
                made[key] = entity, z3.substitute(term, (candidate.pool.variables[0], entity))
            return made[key][1]

        self.start = Moment(induction, (), variant, None, instance, is_first=True)
        self.states = Moment(induction, clauses, variant, None, instance)
        self.steps = [Moment(induction, clauses, variant, c, instance) for c in commands]
        self._reader = StateReader(induction.transitions.vocabulary)
        self.goals: list[int] = []
        self.active: list[Candidate] = []
        self.pools: Sequence[SampledPool] | None = None
        self._pick = random.Random(induction.seed)

    def run(self, goals: Sequence[ProofGoal]) -> None:
        """Take on candidates until they are inductive together and exclude all goals that they can
        exclude, which are kept; until no goal is left, if they can exclude none. Raises Timeout.
        """
        first = len(self.goals)
        for number, goal in enumerate(goals, first):
            terms = [goal(step.command) for step in self.steps if step.command is not None]
            if all(term.eq(terms[0]) for term in terms):
                self.states.aim(number, terms[0])
            else:
                for step, term in zip(self.steps, terms, strict=True):
                    step.aim(number, term)
            self.goals.append(number)
        moments = [self.states, *self.steps]
        settled = 0
        while self.goals and settled < len(moments):
            for moment in moments:
                settled = 0 if self._strengthened(moment) else settled + 1
                if settled == len(moments):
                    break

    def needed(self) -> list[Candidate]:
        """Few of the active candidates that are inductive together and exclude the goals that are
        kept.
        """
        chosen: list[Candidate] = []
        for moment in (self.states, *self.steps):
            own = [number for number in moment.goals if number in self.goals]
            chosen += sorted(moment.enough(own, (), chosen, self.active))
        settled = -1
        while settled < len(chosen):
            settled = len(chosen)
            for step in self.steps:
                chosen += sorted(step.enough((), chosen, chosen, self.active))
        return chosen

    def _strengthened(self, moment: Moment) -> bool:
        """Take on and drop candidates until a moment has no counterexample; tell if any was."""
        changed = False
        while self.goals:
            goals = [number for number in self.goals if number in moment.goals]
            found = moment.counterexample(goals, self.active, self.active)
            if found is None:
                return changed
            changed = True
            item, model = found
            state = self._reader.read(model, moment.members(model))
            if any(map(self._take_on, self._options(state.valuation))):
                continue
            met = {*moment.met(model, goals)}
            if isinstance(item, Candidate):
                self._drop([item])
            else:
                met.add(item)
            self.goals = [number for number in self.goals if number not in met]
            if moment.command is not None:
                self._learn(moment.command, state)
        return changed

    def _options(self, state: Valuation) -> Iterator[Candidate]:
        """The candidates that are false in a state, those first that are best."""
        if self.pools is None:
            self.pools = self._make_pools()
        rows = [(pool, {*pool.truths_in(state)}) for pool in self.pools]
        active = set(self.active)
        for ask in (SampledPool.false_at, SampledPool.weaker):
            found = {Candidate(pool, k) for pool, own in rows for t in own for k in ask(pool, t)}
            order = sorted((len(candidate.literals), candidate) for candidate in found - active)
            yield from (candidate for _, candidate in order)

    def _take_on(self, candidate: Candidate) -> bool:
        """Make a candidate active, unless it is false initially."""
        if self.start.counterexample((), (), [candidate]) is not None:
            self._drop([candidate])
            return False
        self.active.append(candidate)
        return True

    def _drop(self, candidates: Sequence[Candidate]) -> None:
        if not candidates:
            return
        for candidate in candidates:
            candidate.pool.drop(candidate.index)
        self.active = [c for c in self.active if not c.pool.is_dropped(c.index)]

    def _learn(self, command: Command, state: ModelState) -> None:
        """Drop what is false in the states to which runs lead from a step."""
        if not state.is_closed:
            return  # the solver was not asked about all entities
        simulator = self._make_simulator()
        arguments = state.values([term for _, _, term in command.parameters])
        after = simulator.fire(state.valuation, command.name, arguments)
        if after is None:
            return  # it has more entities than were spoken of
        for _ in range(WALKS):
            for reached in simulator.walk_from(after, STEPS, self._pick):
                self._drop([*self._false_in(reached)])

    def _false_in(self, state: Valuation) -> Iterator[Candidate]:
        for pool in self.pools or ():
            for truths in {*pool.truths_in(state)}:
                yield from (Candidate(pool, k) for k in pool.refuted_by(truths))
