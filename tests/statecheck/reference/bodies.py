"""Random Python for guards and callbacks, over the fields, states and events of a class."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.statecheck.reference.vocabulary import (
    COLOURS,
    HIGH,
    LOW,
    MARKS,
    TEXTS,
    Argument,
    Field,
)

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
DIVISORS = (2, 3, -2, -3)


@dataclass
class Author:
    """Writes expressions and statements. ``exact`` falls where a value from outside is used for
    more than comparing it with MARKS. Numbers that are ``wide`` have no bounds.
    """

    chance: random.Random
    fields: Sequence[Field]
    inputs: Sequence[Field]
    states: Sequence[str]
    events: Sequence[str]
    ordered: bool
    by_value: bool
    wide: bool = False
    exact: bool = True

    def truth(self, arguments: Sequence[Argument] = (), depth: int = 2) -> str:
        """An expression that people use as a condition."""
        chance = self.chance
        if depth > 0 and chance.random() < 0.45:
            left, right = (self.truth(arguments, depth - 1) for _ in range(2))
            form = chance.choice(("{} and {}", "{} or {}", "not ({})", "not {}", "({} or {})"))
            if chance.random() < 0.06:
                form = "({} if {} else " + self.truth((), 0) + ")"
            return form.format(f"({left})" if " or " in left else left, f"({right})")
        if arguments and chance.random() < 0.5:
            return self._of_argument(chance.choice(arguments))
        if chance.random() < 0.12:
            state = chance.choice(self.states)
            if self.by_value and chance.random() < 0.3:
                return f'"{state}" in self.configuration_values'
            return f"self.{state}.is_active"
        known = [*self.fields, *self.inputs]
        return self._of_field(chance.choice(known)) if known else "True"

    def number(self, arguments: Sequence[Argument] = (), depth: int = 2) -> str:
        """An expression that is a whole number."""
        chance = self.chance
        if depth > 0 and chance.random() < 0.6:
            left = self.number(arguments, depth - 1)
            right = self.number((), depth - 1)
            divisor = chance.choice(DIVISORS)
            condition = self._of_field(chance.choice(self.fields)) if self.fields else "True"
            forms = (
                f"({left} + {right})",
                f"({left} - {right})",
                f"({left} * {chance.choice((2, 3, -1))})",
                f"-({left})",
                f"({left} // {divisor})",
                f"({left} % {divisor})",
                f"abs({left})",
                f"min({left}, {right})",
                f"max({left}, {right}, 0)",
                f"int({condition})",
                f"({left} if {condition} else {right})",
                f"divmod({left}, {divisor})[{chance.choice((0, 1))}]",
            )
            return chance.choice(forms)
        given = [a.name for a in arguments if a.kind == "int"]
        if given and chance.random() < 0.5:
            self.exact = False
            return chance.choice(given)
        numbers = [field.name for field in self.fields if field.kind == "int"]
        if numbers and chance.random() < 0.7:
            return f"self.{chance.choice(numbers)}"
        return str(chance.randint(LOW, HIGH))

    def statements(
        self, arguments: Sequence[Argument] = (), *, depth: int = 1, fails: bool = True
    ) -> list[str]:
        """A few lines of a callback's body."""
        lines: list[str] = []
        for _ in range(self.chance.choice((1, 1, 2))):
            lines += self._statement(arguments, depth, fails=fails)
        return lines

    def assignment(self, arguments: Sequence[Argument] = ()) -> list[str]:
        """A change of a field."""
        if not self.fields:
            return ["pass"]
        field = self.chance.choice(self.fields)
        target = f"self.{field.name}"
        chance = self.chance
        given = [a for a in arguments if a.kind == field.kind]
        match field.kind:
            case "bool":
                if given and chance.random() < 0.4:
                    return [f"{target} = {given[0].name}"]
                value = chance.choice(("True", "False", f"not {target}", self.truth(arguments, 1)))
                if value not in ("True", "False"):
                    value = value if value.startswith("not self") else f"bool({value})"
                return [f"{target} = {value}"]
            case "int":
                return self._count(target, arguments)
            case "enum":
                if given and chance.random() < 0.5:
                    return [f"{target} = {given[0].name}"]
                colour = f"Colour.{chance.choice(COLOURS)}"
                if chance.random() < 0.2:
                    other = f"Colour.{chance.choice(COLOURS)}"
                    colour = f"{colour} if {self.truth(arguments, 0)} else {other}"
                return [f"{target} = {colour}"]
            case "text":
                if given and chance.random() < 0.4:
                    return [f"{target} = {given[0].name}"]
                return [f"{target} = {chance.choice(TEXTS)!r}"]
        return [f"{target} = {chance.choice(('None', '0', '3', 'None'))}"]

    def _count(self, target: str, arguments: Sequence[Argument]) -> list[str]:
        chance = self.chance
        roll = chance.random()
        given = [a.name for a in arguments if a.kind == "int"]
        if self.wide and roll < 0.7:
            self.exact = False
            value = given[0] if given and chance.random() < 0.7 else chance.choice(("3", "7", "1"))
            forms = (
                f"{target} = {value}",
                f"{target} += {value}",
                f"{target} += {value}",
                f"{target} -= {value}",
                f"{target} = {value} - {target}",
                f"{target} = {target} // {chance.choice(DIVISORS)} + {value}",
                f"{target} = max({target}, {value})",
                f"{target} = {self.number(arguments)}",
            )
            return [chance.choice(forms)]
        if given and roll < 0.3:
            return [f"if {MARKS[0]} <= {given[0]} <= {MARKS[1]}:", f"    {target} = {given[0]}"]
        if roll < 0.5:
            step = chance.choice((1, 1, 2))
            return [f"if {target} < {HIGH}:", f"    {target} += {step}"]
        if roll < 0.6:
            return [f"if {target} > {LOW}:", f"    {target} -= 1"]
        if roll < 0.7:
            return [f"{target} = {chance.randint(LOW, HIGH)}"]
        if roll < 0.75:
            return [f"{target} += 1"]
        if roll < 0.85:
            return [f"{target} = max({LOW}, min({HIGH}, {self.number(arguments)}))"]
        return [f"{target} = {self.number(arguments)} % {chance.choice((2, 3, 5, -3))}"]

    def _statement(self, arguments: Sequence[Argument], depth: int, *, fails: bool) -> list[str]:
        chance = self.chance
        roll = chance.random()
        if depth > 0 and roll < 0.25:
            return self._branch(arguments, depth, fails=fails)
        if roll < 0.31 and self.events:
            event = chance.choice(self.events)
            how = chance.choice(("send", "send", "raise_"))
            return [f'self.{how}("{event}")']
        if fails and roll < 0.37:
            error = chance.choice(("ValueError", "RuntimeError"))
            return [f"if {self.truth(arguments, 1)}:", f'    raise {error}("no")']
        if roll < 0.40:
            return self._loop()
        if fails and roll < 0.43:
            body = [f"    {line}" for line in self.assignment(arguments)]
            numbers = [f.name for f in self.fields if f.kind == "int"]
            if numbers:
                danger = f"    spare = 6 // self.{chance.choice(numbers)}"
                other = [f"    {line}" for line in self.assignment()]
                return ["try:", danger, *body, "except ZeroDivisionError:", *other]
        if roll < 0.46 and any(f.kind == "enum" for f in self.fields):
            return self._match()
        return self.assignment(arguments)

    def _branch(self, arguments: Sequence[Argument], depth: int, *, fails: bool) -> list[str]:
        def block() -> list[str]:
            return [f"    {line}" for line in self._statement(arguments, depth - 1, fails=fails)]

        lines = [f"if {self.truth(arguments, 1)}:", *block()]
        if self.chance.random() < 0.3:
            lines += [f"elif {self.truth(arguments, 1)}:", *block()]
        if self.chance.random() < 0.5:
            lines += ["else:", *block()]
        return lines

    def _loop(self) -> list[str]:
        numbers = [f.name for f in self.fields if f.kind == "int"]
        if not numbers:
            return self.assignment()
        name = self.chance.choice(numbers)
        if self.chance.random() < 0.5:
            return [
                "for extra in range(3):",
                f"    if self.{name} < extra:",
                f"        self.{name} += 1",
            ]
        return [f"while self.{name} > {self.chance.choice((0, 1))}:", f"    self.{name} -= 2"]

    def _match(self) -> list[str]:
        name = self.chance.choice([f.name for f in self.fields if f.kind == "enum"])
        return [
            f"match self.{name}:",
            f"    case Colour.{self.chance.choice(COLOURS)}:",
            *[f"        {line}" for line in self.assignment()],
            "    case _:",
            *[f"        {line}" for line in self.assignment()],
        ]

    def _of_field(self, field: Field) -> str:
        chance, name = self.chance, f"self.{field.name}"
        match field.kind:
            case "bool":
                return chance.choice((name, name, f"not {name}", f"{name} is True"))
            case "int" if field.outside:
                return f"{name} {chance.choice(COMPARISONS)} {chance.choice(MARKS)}"
            case "int":
                constant = chance.randint(-9, 30) if self.wide else chance.randint(LOW, HIGH)
                forms = (
                    f"{name} {chance.choice(COMPARISONS)} {constant}",
                    f"{name} {chance.choice(COMPARISONS)} {constant}",
                    f"{LOW} < {name} <= {constant}",
                    f"bool({name})",
                    f"{name} {chance.choice(COMPARISONS)} {self.number((), 0)}",
                    f"{name} % {chance.choice(DIVISORS)} == {chance.choice((0, 1, -1))}",
                    f"{name} in (0, {constant})",
                )
                return chance.choice(forms)
            case "enum":
                return self._of_enum(name)
            case "text":
                return self._of_text(name)
        return chance.choice(
            (f"{name} is None", f"{name} is not None", f"{name} == 3", f"bool({name})")
        )

    def _of_enum(self, name: str) -> str:
        chance = self.chance
        colour, other = (f"Colour.{chance.choice(COLOURS)}" for _ in range(2))
        forms = [f"{name} == {colour}", f"{name} is {colour}", f"{name} in ({colour}, {other})"]
        if self.ordered:
            forms.append(f"{name} >= {colour}")
        return chance.choice(forms)

    def _of_text(self, name: str) -> str:
        chance = self.chance
        forms = (
            f"{name} == {chance.choice(TEXTS)!r}",
            f"{name} != {chance.choice(TEXTS)!r}",
            f"{name} in {tuple(chance.sample(TEXTS, 2))!r}",
        )
        return chance.choice(forms)

    def _of_argument(self, argument: Argument) -> str:
        chance, name = self.chance, argument.name
        match argument.kind:
            case "bool":
                return chance.choice((name, f"not {name}"))
            case "int":
                numbers = [f.name for f in self.fields if f.kind == "int"]
                if numbers and chance.random() < 0.2:
                    self.exact = False
                    return f"{name} > self.{chance.choice(numbers)}"
                return f"{name} {chance.choice(COMPARISONS)} {chance.choice(MARKS)}"
            case "enum":
                return self._of_enum(name)
            case "text":
                return self._of_text(name)
        mark = chance.choice(MARKS)
        return chance.choice(
            (f"{name} is None", f"{name} == {mark}", f"{name} is not None and {name} > {mark}")
        )
