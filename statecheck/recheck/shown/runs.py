"""Runs in the Informal Trace Format, tied to the definitions: every value is computed again."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from ..claims import SaidClaim
from ..definitions import Definitions, entity_values
from ..formulas import AXIOMS, axiom_name
from ..texts import Tree, is_symbol, marked, plain, quoted, replaced
from .meaning import Meaning, plain_value

FORMAT = "https://apalache-mc.org/docs/adr/015adr-trace.html"
META = ("format", "format-description", "source", "description", "witness")


_MADE = re.compile(r"[!@]|enabled\.")
"""The parts of names that texts are given: states after the first, and guards."""


def exactly(value: Any, keys: set[str], what: str) -> None:
    """Raise ValueError where a mapping has other keys."""
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object")  # noqa: TRY004  (a damaged file)
    if set(value) != keys:
        other = ", ".join(sorted(set(value) ^ keys))
        raise ValueError(f"{what} has other keys than it should: {other}")


def mark(index: int) -> str:
    """The suffix of the functions of a state."""
    return f"!{index}" if index else ""


class Shown:
    """A run, and the texts that say what it is. Raises ValueError where it is not well-formed."""

    def __init__(self, document: dict[str, Any], known: Definitions) -> None:
        self.known = known
        loop = {"loop"} & set(document)
        exactly(document, {"#meta", "vars", "states", *loop}, "it")
        meta = document["#meta"]
        bare = {"entities"} & set(meta)
        exactly(meta, {*META, *bare, *({"fairness"} if loop else ())}, "its head")
        if (meta["format"], meta["format-description"]) != ("ITF", FORMAT):
            raise ValueError("it is of another format")
        if meta["source"] != known.system:
            raise ValueError(f"it is of {meta['source']}")
        self.states: list[dict[str, Any]] = document["states"]
        first, *self.names = document["vars"]
        self.witness: dict[str, Any] = meta["witness"]
        self.description: str = meta["description"]
        self.fairness: list[str] | None = meta.get("fairness")
        self.loop: int | None = document.get("loop")
        if first != "action" or len(set(self.names)) != len(self.names):
            raise ValueError("it does not begin with its action")
        for index, state in enumerate(self.states):
            exactly(state, {"#meta", "action", *self.names}, f"state {index}")
            if state["#meta"] != {"index": index} or type(state["#meta"]["index"]) is not int:
                raise ValueError(f"state {index} is no. {state['#meta']}")
            exactly(state["action"], {"tag", "value"}, f"the action of state {index}")
            action = state["action"]["tag"]
            if action not in (known.actions if index else ("init",)):
                raise ValueError(f"state {index} follows from {action}, which is no action")
            names = [plain(n) for n in known.parameters_of(action)] if index else []
            given = state["action"]["value"]
            if type(given) is not dict or [f"{action}.{name}" for name in given] != names:
                raise ValueError(f"state {index} follows from {action} with other arguments")
        if self.loop is not None and (
            type(self.loop) is not int or not 0 <= self.loop < len(self.states)
        ):
            raise ValueError(f"its loop begins after {self.loop} steps")
        self._members: dict[str, list[str]] = {}
        for kind, names in meta.get("entities", {}).items():
            sort = quoted(kind)
            if sort not in known.entities or sort in known.sorts.values():
                raise ValueError(f"it lists the entities of {kind}, which its variables show")
            if not names or len(set(names)) != len(names):
                raise ValueError(f"it lists no entities of {kind}, or one twice")
            self._members[sort] = self._named(names)
        self._complete()

    def _complete(self) -> None:
        """Check that every variable is there; a kind has none where there is no entity of it."""
        known = self.known
        absent = {*known.constants, *known.sorts} - {quoted(name) for name in self.names}
        strange = {quoted(name) for name in self.names} - {*known.constants, *known.sorts}
        if strange:
            raise ValueError(f"it has {min(strange)}, which is no variable of the model")
        for name in sorted(absent):
            if name in known.constants:
                raise ValueError(f"it lacks {name}")
            if any(known.sorts.get(quoted(other)) == known.sorts[name] for other in self.names):
                raise ValueError(f"it lacks {name}, but has other variables of its kind")
        for name in self.names:
            sort = known.sorts.get(quoted(name))
            if sort is not None and len(set(self.members(sort))) != len(self.members(sort)):
                raise ValueError(f"{name} has an entity twice")

    @property
    def steps(self) -> list[tuple[str, list[Any]]]:
        """The actions, each with its arguments."""
        return [
            (state["action"]["tag"], list(state["action"]["value"].values()))
            for state in self.states[1:]
        ]

    def arguments(self, index: int, varies: tuple[Any, str] | None = None) -> dict[str, Tree]:
        """The values of the action's choice and of its parameters in a step."""
        known, (action, values) = self.known, self.steps[index]
        names = known.parameters_of(action)
        given: dict[str, Tree] = {}
        for name, value in zip(names, values, strict=True):
            sort = known.parameters[name]
            given[name] = known.value(value, sort, varies)
            if sort in known.entities and given[name] not in self.members(sort):
                raise ValueError(f"{action} is about {value}, which is none of its entities")
        return {**given, "action": known.chosen(action)}

    def step(self, index: int, varies: tuple[Any, str] | None = None) -> list[Tree]:
        """The definitions of a step."""
        given = self.arguments(index, varies)
        values = [tree for name, tree in given.items() if name != "action"]
        action, _ = self.steps[index]
        return self.known.step(action, values, mark(index), mark(index + 1), f"enabled.{index + 1}")

    # -- the beginning --------------------------------------------------------------------------

    def members(self, sort: str) -> list[str]:
        """The entities of a kind."""
        if sort not in self._members:
            names = [name for name in self.names if self.known.sorts.get(quoted(name)) == sort]
            values = entity_values(self.states[0][names[0]]) if names else []
            self._members[sort] = self._named([entity for entity, _ in values])
        return self._members[sort]

    @cached_property
    def without(self) -> frozenset[str]:
        """The kinds of which there is no entity."""
        return frozenset(sort for sort in self.known.entities if not self.members(sort))

    def _named(self, names: Sequence[Any]) -> list[str]:
        """The symbols of entities, which mean nothing else."""
        for name in names:
            if type(name) is not str or not name or not is_symbol(quoted(name)):
                raise ValueError(f"{name!r} is no name of an entity")
            if name in self.known.taken or _MADE.search(name):
                raise ValueError(f"{name}, an entity of it, is a name of something else")
        return [quoted(name) for name in names]

    def witnessed(self, symbol: str, sort: str, varies: tuple[Any, str] | None = None) -> Tree:
        """The value of a claim's variable."""
        name = plain(symbol)
        value = self.witness[name if name in self.witness else name.removesuffix(".")]
        found = self.known.value(value, sort, varies)
        if sort in self.known.entities and found not in self.members(sort):
            raise ValueError(f"its {name} is {value}, which is none of its entities")
        return found

    def word(self, value: Tree) -> str:
        """A value as reports call it."""
        if isinstance(value, str) and value.isdecimal():
            names = {number: name for name, number in self.known.values.items()}
            return names.get(int(value), value)
        return plain(value) if isinstance(value, str) else str(plain_value(value))

    def types(self) -> list[Tree]:
        """The types of the run: just so many entities of each kind."""
        found: list[Tree] = []
        for sort in self.known.entities:
            members = self.members(sort)
            names = tuple((name,) for name in members)
            found.append(
                ("declare-datatype", sort, names) if names else ("declare-sort", sort, "0")
            )
        return [*found, *self.known.finite, *self.known.numbers]

    def first(self, varies: tuple[Any, str] | None = None) -> list[Tree]:
        """The first state: what it leaves open is as in the run, the rest is what it has to be."""
        known, state = self.known, self.states[0]
        found: list[Tree] = [] if varies is None else [("declare-const", varies[1], "Int")]
        found += [("declare-const", n, s) for n, s in known.parameters.items() if n != "action"]
        for name, sort in known.constants.items():
            found.append(("define-fun", name, (), sort, known.value(state[plain(name)], sort)))
        fixed = {tree[1] for tree in known.first}
        for tree in (*known.references, *known.declared):
            if tree[1] not in fixed:
                found.append(self._table(tree, varies))
        return [*found, *known.first]

    def _table(self, declared: Tree, varies: tuple[Any, str] | None) -> Tree:
        _, name, (domain,), range_ = declared
        value = self.states[0].get(plain(name))
        cases = [
            (quoted(entity), self.known.value(inner, range_, varies))
            for entity, inner in (entity_values(value) if value else ())
        ]
        if not cases:
            return declared
        *others, (_, said) = cases
        for entity, other in reversed(others):
            said = ("ite", ("=", "x", entity), other, said)
        return ("define-fun", name, (("x", domain),), range_, said)

    # -- every state ----------------------------------------------------------------------------

    def replay(self) -> None:
        """Compute every value of every state. Raises ValueError where the run has another."""
        meaning = self.meaning
        for index, state in enumerate(self.states):
            for name in self.names:
                self._compare(meaning, index, name, state[name])
            if index and meaning.value(f"enabled.{index}") is not True:
                raise ValueError(f"{self.steps[index - 1][0]} is not enabled in state {index - 1}")
        for axiom, chosen in self.world():
            if meaning.value((axiom, *chosen)) is not True:
                raise ValueError(f"{axiom} does not hold of {', '.join(map(plain, chosen))}")

    def world(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each axiom with each choice of entities."""
        for axiom in self.known.axioms:
            name = axiom_name(axiom["name"])
            for chosen in itertools.product(*map(self.members, self.known.arguments[name])):
                yield name, chosen

    @cached_property
    def meaning(self) -> Meaning:
        """The values of every function in every state."""
        trees = [*self.types(), *self.first(), *self.known.trees[AXIOMS]]
        for index in range(len(self.steps)):
            trees += self.step(index)
        members = {sort: self.members(sort) for sort in self.known.entities}
        symbols = itertools.chain(*members.values(), *self.known.members.values())
        return Meaning(trees, members, {*symbols, *self.known.parameters})

    def said(self, claim: SaidClaim, body: Tree) -> bool:
        """A formula of a claim holds, its variables being replaced already."""
        named: dict[str, Tree] = {
            quoted(name): str(value) if value >= 0 else ("-", str(-value))
            for name, value in claim.numbers.items()
        }
        return self.meaning.truth(replaced(body, named))

    def _compare(self, meaning: Meaning, index: int, name: str, value: Any) -> None:
        known, own = self.known, quoted(name)
        if own not in known.sorts:
            if json.dumps(value) != json.dumps(self.states[0][name]):
                raise ValueError(f"{name}, which never changes, differs in state {index}")
            return
        members = self.members(known.sorts[own])
        exactly(value, {"#map"}, f"{name} in state {index}")
        if [quoted(entity) for entity, _ in entity_values(value)] != members:
            raise ValueError(f"{name} is of other entities in state {index}")
        symbol = marked(own, mark(index)) if name in known.functions else own
        range_ = known.ranges[own]
        for entity, inner in entity_values(value):
            wanted = meaning.value((symbol, quoted(entity)))
            found = plain_value(known.value(inner, range_))
            if found != wanted or type(found) is not type(wanted):
                raise ValueError(f"{name}({entity}) is another one in state {index}")
            if range_ in known.entities and found not in self.members(range_):
                raise ValueError(f"{name}({entity}) is none of the entities in state {index}")
