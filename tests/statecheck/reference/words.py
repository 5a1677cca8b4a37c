"""Random claims in all the words that a claim has: enabled, deadlock, once, since, step, and what
is assumed of runs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.statecheck.reference.claims import ClaimWriter, Said, Truth
from tests.statecheck.reference.endings import Endings
from tests.statecheck.reference.endings import read as assumptions
from tests.statecheck.reference.explorer import Explorer
from tests.statecheck.reference.generator import Sample
from tests.statecheck.reference.history import Formula, Memory, Position, Reading, Remembering


class WordWriter:
    """Claims about one class in all words; inputs are asked of by `ClaimWriter`."""

    def __init__(self, sample: Sample, explorer: Explorer, seed: int) -> None:
        self.chance = random.Random(f"words {seed}")
        self.plain = ClaimWriter(sample, explorer, seed)
        self.plain.chance = self.chance
        self.states, self.events = self.plain.states, explorer.events
        self.inputs = bool(sample.inputs)

    def some(self, number: int) -> Iterator[Said]:
        """Claims, some of them about the end of runs."""
        for _ in range(number):
            yield self.chance.choice(
                (self._of_state, self._of_state, self._of_step, self._ending)
            )()

    def _of_state(self) -> Said:
        kind = self.chance.choice(("always", "always", "possible", "recoverable"))
        joined = self.chance.choice(("{} and {}", "{} or {}", "{}", "not ({} and {})"))
        text = joined.format(self._atom(), self._atom())
        if kind == "always" and self.chance.random() < 0.5:
            text = f"{self.plain.literal()} ==> {text}"
        return Said(kind, text)

    def _of_step(self) -> Said:
        kind = self.chance.choice(("always", "possible"))
        joined = self.chance.choice(("{} and {}", "{} or {}", "{}"))
        text = joined.format(self._step(), self._step(), self._atom())
        if kind == "always":
            text = f"{self._step()} ==> {text}"
        return Said(kind, text)

    def _ending(self) -> Said:
        premise, goal = self._quiet(self._literal, 0.3), self._quiet(self._literal, 0.3)
        if self.chance.random() < 0.2:
            goal = self._step()
        assumed: dict[str, tuple[str, ...]] = {}
        for name, share in (("fair", 0.6), ("strongly_fair", 0.3)):
            if self.chance.random() < share:
                count = min(len(self.events), self.chance.choice((1, 1, 2)))
                assumed[name] = tuple(self.chance.sample(self.events, count))
        for name, share in (("never", 0.3), ("finitely", 0.3)):
            if self.chance.random() < share:
                assumed[name] = (self._plain_step(),)
        return Said("eventually", f"{premise} ~> {goal}", tuple(assumed.items()))

    # -- parts ------------------------------------------------------------------------------------

    def _literal(self) -> str:
        """Something about a state that no input has to do with."""
        chance = self.chance
        kept, self.plain.inputs = self.plain.inputs, []
        literal = self.plain.literal()
        self.plain.inputs = kept
        names = [field.name for field in self.plain.fields if field.kind == "int"]
        if names and chance.random() < 0.3:
            form = chance.choice(("{} <= LIMIT", "{} in PAIR", "{} != LIMIT", "{} > PAIR[1]"))
            return form.format(chance.choice(names))
        texts = [field.name for field in self.plain.fields if field.kind == "text"]
        if texts and chance.random() < 0.3:
            return f"{chance.choice(texts)} == HUE"
        return literal

    def _atom(self) -> str:
        """Something about a state, its future or its past."""
        roll = self.chance.random()
        if roll < 0.25:
            return self._enabled()
        if roll < 0.35:
            return self.chance.choice(("deadlock", "not deadlock"))
        if roll < 0.5:
            return self._literal()
        return self._past(2)

    def _enabled(self) -> str:
        return self.chance.choice(("", "", "not ")) + f"enabled({self.chance.choice(self.events)})"

    def _past(self, depth: int) -> str:
        chance = self.chance

        def part() -> str:
            if depth > 1 and chance.random() < 0.3:
                return f"{self._literal()} and {self._past(depth - 1)}"
            if chance.random() < 0.4:
                return self._plain_step()
            if chance.random() < 0.2 and not self.inputs:
                return self._enabled()
            return self._literal()

        text = f"once({part()})" if chance.random() < 0.5 else f"since({part()}, {part()})"
        return f"not {text}" if chance.random() < 0.25 else text

    def _quiet(self, make: Any, share: float) -> str:
        text: str = self._past(1) if self.chance.random() < share else make()
        return text

    def _plain_step(self) -> str:
        """Something about a step that is taken."""
        chance = self.chance
        event, other = chance.choice(self.events), chance.choice(self.events)
        state = chance.choice(self.states)
        forms = (
            f"step.event == {event}",
            f'step.event == "{event}"',
            f"step.event in ({event}, {other})",
            f"step.event != {event}",
            "step.raised",
            'raised("ValueError")',
            f"after.{state}",
            f"not after.{state}",
            f"{self._literal()} and after.{state}",
            f"step.event == {event} and {self._literal()}",
        )
        return chance.choice(forms)

    def _step(self) -> str:
        """Something about a step, be it one that is refused."""
        chance, event = self.chance, self.chance.choice(self.events)
        roll = chance.random()
        if roll < 0.12:
            return f"after.enabled({event})"
        if roll < 0.18:
            return "after.deadlock"
        if roll < 0.3:
            return chance.choice(
                ("step.refused", "not step.refused", 'raised("TransitionNotAllowed")')
            )
        return self._plain_step()


class Known:
    """What the explorer knows of a claim in all words."""

    def __init__(self, said: Said, module: Any, explorer: Explorer) -> None:
        self.said = said
        self.reading = Reading(said.text, module, explorer.events)
        *premises, self.conclusion = self.reading.formulas()
        self.premise = premises[0] if premises else None
        self.about_steps = any(f.on_step for f in (*premises, self.conclusion))
        self.search = Remembering(explorer, self.reading)

    @property
    def truth(self) -> Truth:
        """The truth, with a shortest way to a witness."""
        certain = self.search.exact
        if self.said.kind == "eventually":
            assert self.premise is not None
            if not certain:
                return Truth(witness=False, length=None, path=(), certain=False)
            assumed = assumptions(self.search, self.said.assumed)
            found = Endings(self.search, self.premise, self.conclusion, assumed).lasso()
            return Truth(witness=found, length=None, path=(), certain=True)
        if self.said.kind == "recoverable":
            way = self.search.trap(lambda *_: True, self.holds)
        elif self.about_steps:
            way = self.search.step(self._witness)
        else:
            way = self.search.state(self._witness)
        if way is None:
            return Truth(witness=False, length=None, path=(), certain=certain)
        return Truth(witness=True, length=way[0], path=tuple(way[1]), certain=certain)

    def _witness(self, position: Position, memory: Memory) -> bool:
        return self.holds(position, memory) is (self.said.kind == "possible")

    def holds(self, position: Position, memory: Memory) -> bool:
        """The claim holds at a position; a state's part of it is about the state before a step."""

        def value(formula: Formula) -> bool:
            if self.about_steps and not formula.on_step:
                assert position.before is not None
                return formula.value(Position(position.before), memory)
            return formula.value(position, memory)

        if self.premise is not None and not value(self.premise):
            return self.said.kind != "possible"
        return value(self.conclusion)
