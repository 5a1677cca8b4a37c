"""Random python-statemachine classes, by seed, as source text.

Everything of the library that a lone class can use takes its turn: both base classes with all their
settings, nested and parallel states with histories, guards and callbacks by name, by convention
and by expression, validators, queued events, eventless transitions, ends and errors as events.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.statecheck.reference.bodies import Author
from tests.statecheck.reference.explorer import Parameter, World
from tests.statecheck.reference.shape import Node, Tree, random_tree
from tests.statecheck.reference.vocabulary import (
    Argument,
    Field,
    actual,
    domain,
    random_arguments,
    random_fields,
    random_inputs,
    written,
)

GUARDING = ("cond", "unless", "validators")
"""Callbacks that are asked before a step; few people let them change anything."""

CONSTANTS = ("", "LIMIT = 2", "PAIR = (0, 1)", 'HUE = "slow"', "")
"""Lines of the module that define what claims may name."""

SETTINGS = (
    "allow_event_without_transition",
    "enable_self_transition_entries",
    "atomic_configuration_update",
    "catch_errors_as_events",
)
ASKED = ("source", "target", "event", "state", "event_data", "machine", "transition")


@dataclass(frozen=True)
class Sample:
    """A random class: its name and source, what may be said of it, and its world."""

    name: str
    source: str
    tree: Tree
    fields: tuple[Field, ...]
    inputs: tuple[Field, ...]
    arguments: tuple[Argument, ...]
    events: tuple[str, ...]
    exact: bool

    def world(self, module: Any) -> World:
        """What may happen to the class, in the values of its module."""
        colours = module.Colour
        far = () if self.exact else FAR
        parameters = tuple(
            Parameter(
                argument.name,
                (
                    *(actual(value, colours) for value in domain(argument.kind)),
                    *(far if argument.kind == "int" else ()),
                ),
                optional=bool(argument.default),
            )
            for argument in self.arguments
        )
        inputs = {
            field.name: tuple(actual(value, colours) for value in domain(field.kind))
            for field in self.inputs
        }
        return World(dict.fromkeys(self.events, parameters), inputs, self.exact)


FAR = (-40, 7, 31)
"""More numbers for arguments that are not only compared."""

WIDE = 1_000_000
"""Seeds from here on give classes whose numbers have no bounds."""


def sample(seed: int) -> Sample:
    """The class of a seed."""
    return _Writer(seed).sample()


class _Writer:
    def __init__(self, seed: int) -> None:
        self.name = f"M{seed}"
        self.chance = chance = random.Random(seed)
        self.tree = random_tree(chance, nested=chance.random() < 0.4)
        self.chart = not self.tree.flat or chance.random() < 0.4
        self.wide = seed >= WIDE
        self.fields = random_fields(chance)
        self.inputs = random_inputs(chance, [field.name for field in self.fields])
        self.arguments = random_arguments(chance)
        if self.wide and not any(field.kind == "int" for field in self.fields):
            self.fields.append(Field("width", "int", 0))
        self.events = [f"e{n}" for n in range(chance.randint(2, 5))]
        self.ordered = chance.random() < 0.2
        by_value = self.tree.flat and not any(node.value for node in self.tree.roots)
        self.author = Author(
            chance,
            self.fields,
            self.inputs,
            [node.name for node in self.tree.real()],
            self.events,
            self.ordered,
            by_value,
            self.wide,
        )
        self.methods: dict[str, list[str]] = {}
        self.serial = 0

    def sample(self) -> Sample:
        transitions = self._transitions()
        self._conventions()
        self._write_everything()
        names = [f.name for f in (*self.fields, *self.inputs)]
        code = "\n".join(
            [
                *transitions,
                *self.methods,
                *(line for body in self.methods.values() for line in body),
            ]
        )
        read = {name for name in names if re.search(rf"\b{name}\b", code)}
        kept = [field for field in self.inputs if field.name in read]
        used = [a for a in self.arguments if re.search(rf"\b{a.name}\b", code)]
        lines = [*self._head(), *self._body(transitions, kept)]
        events = dict.fromkeys(self.events)
        return Sample(
            self.name,
            "\n".join(lines) + "\n",
            self.tree,
            tuple(self.fields),
            tuple(kept),
            tuple(used),
            tuple(events),
            self.author.exact,
        )

    def _head(self) -> list[str]:
        base = "enum.IntEnum" if self.ordered else "enum.Enum"
        future = ["from __future__ import annotations", ""] if self.chance.random() < 0.3 else []
        return [
            *future,
            "import enum",
            "",
            "from statemachine import Event, HistoryState, State, StateChart, StateMachine",
            "",
            "",
            f"class Colour({base}):",
            *(f"    {name} = {n}" for n, name in enumerate(("RED", "GREEN", "BLUE"), 1)),
            "",
            *CONSTANTS,
            "",
        ]

    def _body(self, transitions: Sequence[str], inputs: Sequence[Field]) -> list[str]:
        chance = self.chance
        chosen = [setting for setting in SETTINGS if chance.random() < 0.2]
        lines = [f"{setting} = {chance.random() < 0.5}" for setting in chosen]
        lines += ["validate_disconnected_states = False", "validate_trap_states = False"]
        lines += ["validate_final_reachability = False"]
        fields = [
            self._declaration(field) for field in (*self.fields, *inputs) if field.place == "class"
        ]
        states = [line for root in self.tree.roots for line in root.lines()]
        lines += [*fields, *states] if chance.random() < 0.5 else [*states, *fields]
        lines += transitions
        made = [field for field in self.fields if field.place == "init"]
        if made:
            variadic = chance.random() < 0.5
            lines += [f"def __init__(self{', *args, **kwargs' if variadic else ''}):"]
            lines += [f"    self.{field.name} = {written(field.initial)}" for field in made]
            lines += [f"    super().__init__({'*args, **kwargs' if variadic else ''})"]
        for header, body in self.methods.items():
            lines += ["", header, *(f"    {line}" for line in body)]
        base = "StateChart" if self.chart else "StateMachine"
        return [f"class {self.name}({base}):", *(f"    {line}" if line else "" for line in lines)]

    def _declaration(self, field: Field) -> str:
        annotation = f": {field.annotation}" if self.chance.random() < 0.4 else ""
        return f"{field.name}{annotation} = {written(field.initial)}"

    # Transitions

    def _transitions(self) -> list[str]:
        chance = self.chance
        sources = [node for node in self.tree.real() if not node.final]
        lines = []
        for event in self.events:
            parts = [
                self._transition(chance.choice(sources), guarded=0.35)
                for _ in range(chance.choice((1, 2, 3, 4)))
            ]
            text = " | ".join(parts)
            lines.append(
                f"{event} = Event({text})" if chance.random() < 0.1 else f"{event} = {text}"
            )
        for root in self.tree.roots:
            if not root.final and not any(f"{root.path}.to" in line for line in lines):
                name = f"leave_{root.name}"
                self.events.append(name)
                lines.append(f"{name} = {self._transition(root, guarded=0.3)}")
        if self.chart and chance.random() < 0.25:
            lines.append(self._transition(chance.choice(sources), guarded=1.0))
        if self.chart and chance.random() < 0.3:
            lines.append(
                f"error_execution = {self._transition(chance.choice(sources), guarded=0.2)}"
            )
        ending = [n for n in self.tree.real() if any(child.final for child in n.children)]
        followed = [node for node in ending if chance.random() < 0.5]
        lines += [f"done_state_{n.name} = {self._transition(n, guarded=0.2)}" for n in followed]
        return lines

    def _transition(self, source: Node, *, guarded: float) -> str:
        chance = self.chance
        options = self._options(guarded)
        roll = chance.random()
        if roll < 0.12:
            inside = ["internal=True"] if chance.random() < 0.5 else []
            return f"{source.path}.to.itself({', '.join([*inside, *options])})"
        target = self._target(source)
        if target is source and chance.random() < 0.5:
            options = ["internal=True", *options]
        elif source.children and chance.random() < 0.3:
            inner = [n for n in source.walk() if n is not source and n.kind != "history"]
            target = chance.choice(inner)
            options = ["internal=True", *options]
        if roll > 0.92:
            return f"{target.path}.from_({', '.join([source.path, *options])})"
        return f"{source.path}.to({', '.join([target.path, *options])})"

    def _target(self, source: Node) -> Node:
        nodes = self.tree.all()
        if self.chance.random() < 0.7:
            nodes = [node for node in nodes if node is not source] or nodes
        return self.chance.choice(nodes)

    def _options(self, guarded: float) -> list[str]:
        chance = self.chance
        options = []
        if chance.random() < guarded:
            group = chance.choice(("cond", "cond", "cond", "unless"))
            options.append(f"{group}={self._guard()}")
        if chance.random() < 0.06:
            options.append(f'validators="{self._method("validators")}"')
        for group, share in (("on", 0.35), ("before", 0.08), ("after", 0.15)):
            if chance.random() < share:
                names = [self._method(group)]
                if chance.random() < 0.1:
                    names.append(self._method(group))
                quoted = ", ".join(f'"{name}"' for name in names)
                options.append(f"{group}={quoted if len(names) == 1 else f'[{quoted}]'}")
        return options

    def _guard(self) -> str:
        chance = self.chance
        known = [*self.fields, *self.inputs]
        plain = [field.name for field in known if field.kind == "bool"]
        if plain and chance.random() < 0.3:
            name = chance.choice(plain)
            return repr(chance.choice((name, name, f"!{name}", f"not {name}")))
        numbers = [field.name for field in self.fields if field.kind == "int"]
        if numbers and chance.random() < 0.2:
            compared = chance.choice((">", "<=", "==", "!="))
            return repr(f"{chance.choice(numbers)} {compared} {chance.randint(0, 3)}")
        if plain and chance.random() < 0.15:
            joined = chance.choice(("and", "or"))
            return repr(f"{self._method('cond')} {joined} {chance.choice(plain)}")
        if chance.random() < 0.1:
            return repr([self._method("cond"), self._method("cond")])
        return repr(self._method("cond"))

    # Methods

    def _method(self, group: str) -> str:
        if self.serial and self.chance.random() < 0.15:
            same = [h for h in self.methods if h.startswith(f"def {group}_")]
            if same:
                return self.chance.choice(same).removeprefix("def ").partition("(")[0]
        self.serial += 1
        name = f"{group}_{self.serial}"
        self._add(name, group)
        return name

    def _conventions(self) -> None:
        chance = self.chance
        names = [node.name for node in self.tree.real()]
        pool = [
            *(f"on_enter_{name}" for name in names),
            *(f"on_exit_{name}" for name in names),
            *(f"{when}_{event}" for event in self.events for when in ("before", "on", "after")),
            "before_transition",
            "on_transition",
            "after_transition",
            "on_enter_state",
            "on_exit_state",
        ]
        for name in chance.sample(pool, chance.choice((0, 0, 1, 1, 2, 3))):
            self._add(name, "on")
        if chance.random() < 0.05:
            self.methods["def prepare_event(self):"] = ['return {"extra": 1}']

    def _add(self, name: str, group: str) -> None:
        chance = self.chance
        asked = [a for a in self.arguments if chance.random() < 0.5]
        given = [n for n in ASKED if chance.random() < (0.01 if group in GUARDING else 0.04)]
        keyword = [a for a in self.arguments if a not in asked and a.default]
        variadic = chance.random() < (0.3 if keyword else 0.05)
        names = [*given, *sorted(map(str, asked), key=lambda text: "=" in text)]
        header = ", ".join(["self", *names, *(["**kwargs"] if variadic else [])])
        lines: list[str] = []
        if variadic and keyword:
            lines.append(
                f'{keyword[0].name} = kwargs.get("{keyword[0].name}", {keyword[0].default})'
            )
            asked.append(keyword[0])
        lines += self._by_context(given)
        match group:
            case "cond" | "unless":
                if chance.random() < 0.15:
                    lines += [f"if {self.author.truth(asked, 1)}:", "    return False"]
                if chance.random() < 0.05:
                    lines += [f"if {self.author.truth(asked, 1)}:", '    raise ValueError("no")']
                lines.append(f"return {self.author.truth(asked)}")
            case "validators":
                lines += [f"if {self.author.truth(asked)}:", '    raise ValueError("refused")']
            case _:
                lines += self.author.statements(asked)
        self.methods[f"def {name}({header}):"] = lines

    def _by_context(self, given: Sequence[str]) -> list[str]:
        node = self.chance.choice(self.tree.real()).name
        conditions = {
            "source": f'source is not None and source.id == "{node}"',
            "target": f'target is not None and target.id == "{node}"',
            "state": f'state is not None and state.id == "{node}"',
            "event": f'event == "{self.chance.choice(self.events)}"',
            "event_data": f'event_data.event == "{self.chance.choice(self.events)}"',
            "machine": f"machine.{node}.is_active",
            "transition": f'transition.source.id == "{node}"',
        }
        lines = []
        for name in given:
            lines.append(f"if {conditions[name]}:")
            lines += [f"    {line}" for line in self.author.assignment()]
        return lines

    def _write_everything(self) -> None:
        """Let some callback write each field, so that none is an input by accident."""
        code = "\n".join(line for body in self.methods.values() for line in body)
        missing = [f for f in self.fields if not re.search(rf"self\.{f.name} [-+]?= ", code)]
        if not missing:
            return
        headers = [
            h
            for h in self.methods
            if not h.startswith(("def cond_", "def unless_", "def validators_", "def prepare"))
        ]
        if not headers:
            self._add("on_transition", "on")
            headers = ["def on_transition"]
        chance = self.chance
        fields, self.author.fields = self.author.fields, missing
        for field in missing:
            self.author.fields = [field]
            start = chance.choice(headers)
            header = next(h for h in self.methods if h.startswith(start))
            self.methods[header] = [*self.methods[header], *self.author.assignment()]
        self.author.fields = fields
