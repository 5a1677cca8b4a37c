"""The fairness ledger: a lasso on the plain machines, and why it is as the claim assumes.

The loop is played twice. That the second round ends where it began, in all that guards and the
claim depend on, shows that it can go on for ever; that no fair action is put off for ever is read
off the first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.claims.fairness import Assumption, Fair, LeadsTo, Often, Strength
from statecheck.claims.run import Run, RunStep
from statecheck.liveness.lasso import Lasso
from statecheck.modeling import Entity, History, System
from statecheck.runs.replay import Player, ReplayError, as_run
from statecheck.symbolic.vocabulary import Key


def replay_lasso(
    system: type[System],
    histories: Iterable[History[Any]],
    lasso: Lasso,
    claim: Claim,
    assumptions: Sequence[Assumption],
) -> Run:
    """Execute a lasso and check that it refutes a claim under some assumptions.

    Raises ReplayError if it does not.
    """
    stem, steps = lasso.stem, lasso.run.steps
    again = replace(lasso.run, steps=(*steps, *steps[stem:]))
    player = Player(system, histories, again)
    book = _Book(player, claim, assumptions)
    played: list[RunStep] = []
    for name, arguments in player.run.steps:
        book.look(len(played))
        played.append(player.fire(name, arguments))
        book.turn(len(played))
        if len(played) == len(steps):
            once = _seen(player.after, lasso.keys)
    if _seen(player.after, lasso.keys) != once:
        raise ReplayError(f"the loop of {claim.title} does not come back to where it began")
    run = as_run(player, claim, tuple(played[: len(steps)]))
    return replace(run, loop=stem, fairness=tuple(book.entries(stem, len(steps))))


def _seen(system: System, keys: frozenset[Key]) -> list[Any]:
    """The values of some functions of the state."""
    variables = zip(system.state_variables(), system.snapshot(), strict=True)
    return [
        value
        for (member, machine, name), value in variables
        if Key(system.info.entity(type(member)).name, machine.slot, name) in keys
    ]


class _Book:
    """A record of each state and step: the actions enabled and taken, premise and goal."""

    def __init__(self, player: Player, claim: Claim, assumptions: Sequence[Assumption]) -> None:
        self.player, self.claim = player, claim
        self.fair = [item for item in assumptions if isinstance(item, Fair)]
        self.rare = [item for item in assumptions if not isinstance(item, Fair)]
        self.disabled: dict[str, set[int]] = {}
        self.taken: dict[str, set[int]] = {}
        self.strength: dict[str, Strength] = {}
        self.pending: list[int] = []
        self.reached: list[int] = []
        self.seen: dict[Often, set[int]] = {often: set() for often in Often}

    def _instances(self, fair: Fair, system: System) -> Iterator[tuple[Any, ...]]:
        """The choices of an action's parameters that an assumption is about."""
        info = system.info.action(fair.name)
        known = dict(
            zip((name for name, _ in self.claim.variables), self._witness(system), strict=True)
        )
        options = [
            [known[fair.bound[index]]]
            if index < len(fair.bound)
            else system.entities_of(system.info.entity(type_))
            for index, (_, type_) in enumerate(info.parameters)
        ]
        return itertools.product(*options)

    def _witness(self, system: System) -> list[Any]:
        witness = self.player.witness(self.claim)
        return [system[value] if isinstance(value, Entity) else value for value in witness]

    def look(self, index: int) -> None:
        """Note the state after ``index`` steps."""
        system = self.player.after
        for fair in self.fair:
            for choice in self._instances(fair, system):
                name = f"{fair.name}({', '.join(map(str, choice))})"
                self.strength[name] = fair.strength
                self.taken.setdefault(name, set())
                states = self.disabled.setdefault(name, set())
                if not self.player.now.enabled(fair.name, choice):
                    states.add(index)
        if not self.claim.on_step:
            self._judge(self.claim.body(system, *self._witness(system)), index)

    def turn(self, number: int) -> None:
        """Note the step of that number, from 1 on."""
        step = self.player.step
        assert step is not None
        words = f"{step.action}({', '.join(map(str, step.arguments))})"
        if words in self.taken:
            self.taken[words].add(number)
        witness = self._witness(self.player.before)
        for rare in self.rare:
            if rare.body(step, *witness):
                self.seen[rare.often].add(number)
        if self.claim.on_step:
            self._judge(self.claim.body(step, *witness), number - 1)

    def _judge(self, sentence: LeadsTo, index: int) -> None:
        if sentence.premise:
            self.pending.append(index)
        if sentence.goal:
            self.reached.append(index)

    def entries(self, stem: int, length: int) -> Iterator[str]:
        """Why the lasso is as it is assumed to be. Raises ReplayError where it is not."""
        quiet = max((*self.reached, *(n - 1 for n in self.seen[Often.NEVER])), default=-1)
        if quiet >= stem or not any(index > quiet for index in self.pending):
            raise ReplayError(f"the lasso of {self.claim.title} replays, but reaches the goal")
        if any(number > stem for number in self.seen[Often.FINITELY]):
            raise ReplayError(f"the loop of {self.claim.title} has a step that it must not have")
        for fair in self.fair:
            if not any(name.startswith(f"{fair.name}(") for name in self.taken):
                yield f"{fair.name} has no instance: there is nothing that it could be about"
        for name, taken in self.taken.items():
            disabled = {index for index in self.disabled[name] if stem <= index < length}
            steps = sorted(number for number in taken if stem < number <= length)
            everywhere = len(disabled) == length - stem
            if steps:
                yield f"{name} is taken at step {steps[0]}"
            elif disabled and (everywhere or self.strength[name] is Strength.WEAK):
                where = "throughout the loop" if everywhere else f"before step {min(disabled) + 1}"
                yield f"{name} is disabled {where}"
            else:
                raise ReplayError(f"the lasso of {self.claim.title} is not fair to {name}")
