"""The decidable fragment that an obligation stays in, or leaves; read off its text.

The fragment: quantifiers range over uninterpreted sorts and finite types only; the edges between
sorts close no circle, where a function from A to B is an edge A -> B, and so is "some B" inside
"every A"; arithmetic is linear. Then finitely many ground terms exist, instantiation at all of them
is complete, and what is left is ground and linear. (Abadi, Rabinovich, Sagiv, "Decidable fragments
of many-sorted logic", 2010; Ge, de Moura, "Complete instantiation for quantified formulas", 2009.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from .texts import read

Chain = tuple[tuple[bool, str], ...]
"""Nested quantifiers from the outside in: whether every, and over which sort."""


@dataclass(frozen=True)
class Receipt:
    """Where an obligation stands.

    ``edges`` are those between sorts, ``leaves`` what leaves the fragment (None: nothing does),
    ``arithmetic`` the hardest that is used.
    """

    edges: tuple[str, ...]
    arithmetic: str
    leaves: str | None


@dataclass(frozen=True)
class _Definition:
    """The body of a definition; the names, arithmetic and quantifiers in it, itself included."""

    body: Any
    names: frozenset[str]
    arithmetic: frozenset[str]
    quantified: bool


@dataclass(frozen=True)
class _Section:
    """The content of a section of an obligation."""

    sorts: tuple[str, ...]
    functions: tuple[tuple[str, str, str], ...]
    definitions: dict[str, _Definition]
    asserted: tuple[_Definition, ...]


@cache
def _section(text: str) -> _Section:
    sorts, functions, definitions, asserted = [], [], {}, []
    for command in read(text):
        if command[0] == "declare-sort":
            sorts.append(command[1])
        elif command[0] == "declare-fun":
            functions += [(domain, command[3], command[1]) for domain in command[2]]
        elif command[0] == "define-fun":
            definitions[command[1]] = _definition(command[4])
        elif command[0] == "assert":
            asserted.append(_definition(command[1]))
    return _Section(tuple(sorts), tuple(functions), definitions, tuple(asserted))


def _definition(body: Any) -> _Definition:
    names: set[str] = set()
    arithmetic: set[str] = set()
    stack = [body]
    while stack:
        term = stack.pop()
        if isinstance(term, str):
            names.add(term)
            continue
        stack += term
        if isinstance(term[0], str) and term[0] in _ARITHMETIC:
            constant = any(isinstance(part, str) and _NUMBER.fullmatch(part) for part in term[1:])
            kind = _ARITHMETIC[term[0]]
            arithmetic.add("bounds" if constant and kind == "comparisons" else kind)
    quantified = bool(names & {"forall", "exists"})
    return _Definition(body, frozenset(names), frozenset(arithmetic), quantified)


_NUMBER = re.compile(r"\d+|\|[\d.]+\|")
_ARITHMETIC = {
    **dict.fromkeys(("<=", "<", ">=", ">"), "comparisons"),
    **dict.fromkeys(("+", "-"), "sums"),
    **dict.fromkeys(("*", "div", "mod"), "products"),
}
_HARDEST = (
    ("products", "products"),
    ("sums", "linear"),
    ("comparisons", "comparisons of numbers with each other"),
    ("bounds", "comparisons of numbers with constants"),
)


def receipt(*sections: str) -> Receipt:
    """The receipt of an obligation, given as its text or section by section."""
    return _Reader(tuple(map(_section, sections))).receipt()


class _Reader:
    def __init__(self, sections: tuple[_Section, ...]) -> None:
        self.sections = sections
        self.sorts = {sort for section in sections for sort in section.sorts}
        self.definitions: dict[str, _Definition] = {}
        for section in sections:
            self.definitions |= section.definitions
        self.known: dict[tuple[int, bool], set[Chain]] = {}
        self._quantified: dict[str, bool] = {}

    def receipt(self) -> Receipt:
        """The sorts, functions and quantifiers that sections use."""
        asserted = [item for section in self.sections for item in section.asserted]
        used, left = set(), {name for item in asserted for name in item.names}
        while left:
            name = left.pop()
            if name not in used:
                used.add(name)
                if name in self.definitions:
                    left |= self.definitions[name].names - used
        bodies = [*asserted, *(self.definitions[name] for name in used & set(self.definitions))]
        arithmetic = {kind for item in bodies for kind in item.arithmetic}
        chains = {chain for item in asserted for chain in self._chains(item.body, True)}
        edges = self._edges(chains, used)
        return Receipt(
            tuple(f"{a} -> {b} ({why})" for (a, b), why in sorted(edges.items())),
            next((said for word, said in _HARDEST if word in arithmetic), "none"),
            self._leaves(chains, edges, arithmetic),
        )

    def _edges(self, chains: set[Chain], used: set[str]) -> dict[tuple[str, str], str]:
        edges: dict[tuple[str, str], str] = {}
        for section in self.sections:
            for domain, range_, name in section.functions:
                if {domain, range_} <= self.sorts and name in used:
                    edges.setdefault((domain, range_), name)
        for chain in sorted(chains):
            for index, (every, outer) in enumerate(chain):
                for inner_every, inner in chain[index + 1 :]:
                    if every and not inner_every and {outer, inner} <= self.sorts:
                        edges.setdefault((outer, inner), f"some {inner} for every {outer}")
        return edges

    def _leaves(
        self, chains: set[Chain], edges: dict[tuple[str, str], str], arithmetic: set[str]
    ) -> str | None:
        if any(every and sort == "Int" for chain in chains for every, sort in chain):
            return "a quantifier ranges over Int"
        for start in sorted(self.sorts):
            circle = _circle(start, edges)
            if circle:
                return f"the edges {circle} close a circle"
        return "numbers are multiplied" if "products" in arithmetic else None

    def _has_quantifier(self, name: str) -> bool:
        """True where a definition has one, or uses another that has."""
        if name not in self.definitions:
            return False
        if name not in self._quantified:
            self._quantified[name] = False
            item = self.definitions[name]
            self._quantified[name] = item.quantified or any(map(self._has_quantifier, item.names))
        return self._quantified[name]

    def _chains(self, term: Any, sign: bool) -> set[Chain]:
        """The quantifiers in a term of this sign; with the other sign, every becomes some."""
        if isinstance(term, str):
            if not self._has_quantifier(term):
                return set()
            return self._chains(self.definitions[term].body, sign)
        key = id(term), sign
        if key not in self.known:
            self.known[key] = self._found(term, sign)
        return self.known[key]

    def _found(self, term: tuple[Any, ...], sign: bool) -> set[Chain]:
        head, *parts = term
        if head in ("forall", "exists"):
            own = tuple(((head == "forall") == sign, sort) for _, sort in term[1])
            return {own} | {own + chain for chain in self._chains(term[2], sign)}
        found: set[Chain] = set()
        if isinstance(head, str):
            found |= self._chains(head, True) | self._chains(head, False)
        for index, part in enumerate(parts):
            if head in ("and", "or"):
                signs = [sign]
            elif head == "not" or (head == "=>" and index < len(parts) - 1):
                signs = [not sign]
            else:
                signs = [sign] if head == "=>" else [True, False]
            for one in signs:
                found |= self._chains(part, one)
        return found


def _circle(start: str, edges: dict[tuple[str, str], str]) -> str | None:
    ways, seen = [(start, "")], set()
    while ways:
        sort, way = ways.pop()
        for (a, b), why in sorted(edges.items()):
            if a == sort:
                longer = f"{way}, {a} -> {b} ({why})".removeprefix(", ")
                if b == start:
                    return longer
                if b not in seen:
                    seen.add(b)
                    ways.append((b, longer))
    return None
