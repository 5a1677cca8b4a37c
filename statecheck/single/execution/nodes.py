"""The control states that were met, each once."""

from __future__ import annotations

from typing import Any

from statecheck.single.execution.automaton import Node, Variable
from statecheck.single.reading.freeze import ATOMS, SYMBOLIC, NotAnyValue
from statecheck.single.reading.kinds import kind_of, same
from statecheck.single.reading.probe import Probe
from statecheck.single.reading.specimen import ABSENT, Attribute, Control, Data, Specimen

HUGE = 256
"""Integers of more bits come of arithmetic that has no end; they are kept as terms."""


class Widen(Exception):  # noqa: N818  (no error: another attempt is made)
    """Attributes that have to be kept as terms."""

    def __init__(self, attributes: set[Attribute]) -> None:
        super().__init__(attributes)
        self.attributes = attributes


class Nodes:
    """Nodes by what is known exactly. ``widened`` attributes are terms; ``values`` are those
    that each other one took, by their keys.
    """

    def __init__(self, specimen: Specimen, inputs: set[Attribute], widened: set[Attribute]) -> None:
        self.specimen, self.inputs, self.widened = specimen, inputs, widened
        self.index: dict[Any, Node] = {}
        self.nodes: list[Node] = []
        self.values: dict[Attribute, dict[Any, Any]] = {}

    def node(self, control: Control, data: Data) -> tuple[Node, dict[Variable, Any]]:
        """The node for a state, and the terms of its variables."""
        kept: Data = {}
        terms: dict[Variable, Any] = {}
        keys: list[Any] = []
        need: set[Attribute] = set()
        self.specimen.freezer.begin()
        for attribute, value in sorted(self._effective(data).items()):
            if attribute in self.inputs:
                continue
            if type(value) in SYMBOLIC:
                if type(value) is Probe:
                    event, _, name = value.name.partition(".")
                    raise NotAnyValue(
                        f"{self.specimen.cls.__name__}: the argument {name} of {event} has no "
                        f"annotation and is kept in {self.specimen.named(attribute)}; annotate it"
                    )
                if attribute not in self.widened:
                    need.add(attribute)
                    continue
                terms[Variable(attribute, value.kind)] = value.term
                continue
            if type(value) is int and value.bit_length() > HUGE:
                need |= {attribute} - self.widened
            if attribute in self.widened:
                kind = kind_of(value)
                if kind is not None:
                    from statecheck.single.execution.values import term_of

                    terms[Variable(attribute, kind)] = term_of(value)
                    continue
            key = self.specimen.key(attribute, value)
            keys.append((attribute, key))
            kept[attribute] = value
            self.values.setdefault(attribute, {})[key] = value
        if need:
            raise Widen(need)
        variables = tuple(terms)
        whole = (control, tuple(keys), variables)
        node = self.index.get(whole)
        if node is None:
            node = Node(len(self.nodes), control, kept, variables, whole)
            self.index[whole] = node
            self.nodes.append(node)
        return node, terms

    def _effective(self, data: Data) -> Data:
        """The attributes, those left out that say what the class says anyway."""
        found = dict(data)
        for attribute in self.widened:
            if attribute not in found:
                default = self.specimen.default(attribute)
                if default is not ABSENT:
                    found[attribute] = default
        for attribute, value in data.items():
            if attribute not in self.widened and type(value) in ATOMS:
                default = self.specimen.default(attribute)
                if same(default, value) and (value or type(value) is not float):
                    del found[attribute]
        return found
