"""Random claims about a class, as one writes them, and what they mean on plain values."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.statecheck.reference.explorer import Explorer, Move
from tests.statecheck.reference.generator import WIDE, Sample
from tests.statecheck.reference.vocabulary import COLOURS, HIGH, LOW, MARKS, TEXTS, Field

View = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """A claim: its kind (always, possible, recoverable, eventually), its text, and what it
    assumes of runs, by the names of the engine's arguments.
    """

    kind: str
    text: str
    assumed: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def of_step(self) -> bool:
        """It is about a step, not about a state."""
        return "after." in self.text


class Meaning:
    """The plain meaning of a claim's text; names are looked up in the module, then in the view."""

    def __init__(self, text: str, module: Any) -> None:
        premise, arrow, conclusion = text.partition("==>")
        parts = (premise, conclusion) if arrow else (text,)
        self._code = [compile(part.strip(), "<claim>", "eval") for part in parts]
        self._space = vars(module)

    def holds(self, view: View, after: View | None = None) -> bool:
        """Whether it is so."""
        names = dict(view) if after is None else {**view, "after": SimpleNamespace(**after)}
        *premise, conclusion = (bool(eval(code, self._space, names)) for code in self._code)
        return not all(premise) or conclusion

    def applies(self, view: View, after: View | None = None) -> bool:
        """Whether the premise, if there is one, is so."""
        names = dict(view) if after is None else {**view, "after": SimpleNamespace(**after)}
        return len(self._code) == 1 or bool(eval(self._code[0], self._space, names))


@dataclass(frozen=True)
class Truth:
    """What the explorer knows: whether a witness exists, in how many steps, and is that certain.

    A witness is a violation of an always claim, a place that a possible claim asks for, a trap.
    ``certain`` is about there being none; ``length`` is exact only together with it.
    """

    witness: bool
    length: int | None
    path: tuple[Move, ...]
    certain: bool


def truth(said: Said, module: Any, explorer: Explorer, *, idle: bool = True) -> Truth:
    """What the explorer knows of a claim; ``idle``: an event without effect is a step too."""
    meaning = Meaning(said.text, module)
    match said.kind:
        case "always" if said.of_step:
            found = explorer.step_possible(
                lambda before, after, _move: (
                    (idle or before != after) and not meaning.holds(before, after)
                )
            )
        case "always":
            found = explorer.possible(lambda view: not meaning.holds(view))
        case "possible" if said.of_step:
            found = explorer.step_possible(
                lambda before, after, _move: (
                    (idle or before != after) and meaning.holds(before, after)
                )
            )
        case "possible":
            found = explorer.possible(meaning.holds)
        case _:
            found = explorer.trap(meaning.holds)
    if found is None:
        return Truth(witness=False, length=None, path=(), certain=explorer.exact)
    return Truth(witness=True, length=found[0], path=tuple(found[1]), certain=explorer.exact)


class ClaimWriter:
    """Claims about one class: random ones, and ones that what was seen suggests."""

    def __init__(self, sample: Sample, explorer: Explorer, seed: int) -> None:
        self.chance = random.Random(seed)
        self.wide = seed >= WIDE
        self.states = [node.name for node in sample.tree.real()]
        self.fields = list(sample.fields)
        self.inputs = list(sample.inputs)
        self.explorer = explorer

    def some(self, module: Any) -> list[Said]:
        """A dozen claims."""
        chance = self.chance
        claims = [
            Said("always", self._formula()),
            Said("always", f"{self._formula(1)} ==> {self._formula(1)}"),
            Said("always", f"not ({self.literal()} and {self.literal()})"),
            Said("possible", self.literal()),
            Said("possible", f"{self.literal()} and {self.literal()}"),
            Said("recoverable", self.literal()),
            Said("recoverable", self._formula(1)),
            *self._mined(module, 5),
            self._of_step(),
        ]
        chance.shuffle(claims)
        return list(dict.fromkeys(claims))

    def literal(self) -> str:
        """A state or what a field is; rarely an input."""
        chance = self.chance
        pool = [*self.fields, *(self.inputs if chance.random() < 0.15 else ())]
        if not pool or chance.random() < 0.45:
            name = chance.choice(self.states)
            return name if chance.random() < 0.8 else f"not {name}"
        return self._of_field(chance.choice(pool))

    def _formula(self, depth: int = 2) -> str:
        chance = self.chance
        if depth == 0 or chance.random() < 0.2:
            return self.literal()
        left, right = self._formula(depth - 1), self._formula(depth - 1)
        return chance.choice((f"({left} and {right})", f"({left} or {right})", f"not ({left})"))

    def _of_field(self, field: Field) -> str:
        chance, name = self.chance, field.name
        match field.kind:
            case "bool":
                return chance.choice((name, f"not {name}"))
            case "int":
                low, high = (-9, 30) if self.wide else (LOW, HIGH)
                constant = chance.choice(MARKS) if field.outside else chance.randint(low, high)
                return f"{name} {chance.choice(('==', '<=', '>', '!='))} {constant}"
            case "enum":
                return f"{name} {chance.choice(('==', '!='))} Colour.{chance.choice(COLOURS)}"
            case "text":
                return f"{name} {chance.choice(('==', '!='))} {chance.choice(TEXTS)!r}"
        return chance.choice((f"{name} is None", f"{name} is not None", f"{name} == 3"))

    def _mined(self, module: Any, number: int) -> list[Said]:
        """Claims about a rare situation, and about what never came together."""
        claims: list[Said] = []
        count = len(self.explorer.graph.situations)
        for _ in range(number):
            literals = {text: self._meaning(text, module) for text in self._literals(4)}
            rare = max(self.chance.randrange(count) for _ in range(3))
            seen = next(self.explorer.views(rare))
            true = [text for text, meaning in literals.items() if meaning.holds(seen)]
            joint = " and ".join(true[:3]) or self.literal()
            claims.append(
                Said("possible", joint)
                if self.chance.random() < 0.5
                else Said("always", f"not ({joint})")
            )
            pair = self._never_together(module)
            if pair:
                claims.append(pair)
        return claims

    def _never_together(self, module: Any) -> Said | None:
        """A pair of literals that was never seen together, if one comes up."""
        for _ in range(6):
            left, right = self._literals(2)
            text = f"({left}) and ({right})"
            meaning = self._meaning(text, module)
            if self.explorer.possible(meaning.holds) is None:
                forms = (
                    Said("always", f"not ({text})"),
                    Said("always", f"{left} ==> not ({right})"),
                    Said("possible", text),
                )
                return self.chance.choice(forms)
        return None

    def _literals(self, number: int) -> Sequence[str]:
        return [self.literal() for _ in range(number)]

    def _meaning(self, text: str, module: Any) -> Meaning:
        return Meaning(text, module)

    def _of_step(self) -> Said:
        """A claim about a step; inputs have no part in it, as they change between steps."""
        chance = self.chance
        kept, self.inputs = self.inputs, []
        left, right = self.literal(), self.literal()
        self.inputs = kept
        numbers = [field.name for field in self.fields if field.kind == "int"]
        if numbers and chance.random() < 0.4:
            name = chance.choice(numbers)
            return Said("always", f"{name} {chance.choice(('<=', '>='))} after.{name}")
        right = right.removeprefix("not ")
        return Said("always", f"{left} ==> {chance.choice(('', 'not '))}(after.{right})")
