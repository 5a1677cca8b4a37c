"""The definitions that a certificate's obligations share, and what each of them says at a place.

A run, a plan and a claim say of other states, and of other arguments, what a shared section says of
any: the same trees with other symbols. So their texts are not believed but made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .texts import Tree, marked, read, replaced

SHARED = ("types", "state and step", "invariant", "start")


def entity_values(value: Any) -> list[tuple[str, Any]]:
    """The values of a function of a state in the Informal Trace Format, by entity."""
    return [(entity, inner) for entity, inner in value["#map"]]


class Definitions:
    """The shared sections, read. Raises ValueError where they are not of the form they have."""

    def __init__(self, model: dict[str, Any], sections: Mapping[str, str]) -> None:
        self.functions: list[str] = model["functions"]
        self.fixed: list[str] = model["initially_fixed"]
        self.system: str = model["system"]
        self.trees = {name: read(text) for name, text in sections.items()}
        types, state = self.trees["types"], self.trees["state and step"]
        self.entities = [str(t[1]) for t in types if t[0] == "declare-sort"]
        self.finite = [t for t in types if t[0] == "declare-datatype"]
        self.numbers = [t for t in types if t[0] == "define-fun"]
        self.references = [t for t in types if t[0] == "declare-fun"]
        self.constants = {str(t[1]): str(t[2]) for t in types if t[0] == "declare-const"}
        self.declared = [t for t in state if t[0] == "declare-fun"]
        self.parameters = {str(t[1]): str(t[2]) for t in state if t[0] == "declare-const"}
        self.sorts = {str(t[1]): str(t[2][0]) for t in (*self.references, *self.declared)}
        self.ranges = {str(t[1]): str(t[3]) for t in (*self.references, *self.declared)}
        if {str(t[1]) for t in self.declared} != {_quoted(name) for name in self.functions}:
            raise ValueError("its functions are not those of the model")
        self.first = list(self._first())

    def _first(self) -> Iterator[Tree]:
        """The definitions that an initial state fixes."""
        fixed = []
        for command in self.trees["start"]:
            match command:
                case ("assert", ("forall", ((x, sort),), ("=", (function, place), value))) if (
                    place == x
                ):
                    fixed.append(function)
                    range_ = self.ranges.get(function)
                    yield "define-fun", function, ((x, sort),), range_, value
        if len(fixed) != len(self.trees["start"]) or fixed != [_quoted(f) for f in self.fixed]:
            raise ValueError("its section 'start' does not fix each function once")

    def parameters_of(self, action: str) -> list[str]:
        """The names of an action's parameters, in their order."""
        return [name for name in self.parameters if name.strip("|").startswith(f"{action}.")]

    def chosen(self, action: str) -> str:
        """The symbol of an action."""
        return f"{self.system}.action.{action}"

    # -- what is said of another place ----------------------------------------------------------

    def at(self, before: str, after: str) -> dict[str, Tree]:
        """The symbols of the functions before and after a step, for those of any step."""
        symbols: dict[str, Tree] = {}
        for name in map(_quoted, self.functions):
            symbols[name] = marked(name, before)
            symbols[marked(name, "!1")] = marked(name, after)
        return symbols

    def step(
        self, action: str, arguments: Sequence[Tree], before: str, after: str, enabled: str
    ) -> list[Tree]:
        """The definitions of a step of an action with these arguments."""
        given = dict(zip(self.parameters_of(action), arguments, strict=True))
        symbols = {**self.at(before, after), **given, "enabled": enabled}
        return [replaced(tree, symbols) for tree in self.trees[f"step {action}"]]

    def claim(
        self, title: str, symbols: Mapping[str, Tree], values: Mapping[str, Tree | None]
    ) -> list[Tree]:
        """A claim's body with other symbols, its variables being these ``values``; one that has
        the value None is known already.
        """
        found: list[Tree] = []
        for tree in self.trees[f"claim {title}"]:
            if tree[0] != "declare-const":
                found.append(replaced(tree, symbols))
            elif tree[1] not in values:
                found.append(tree)
            elif (value := values[tree[1]]) is not None:
                found.append(("define-fun", tree[1], (), tree[2], value))
        return found

    def variables(self, title: str) -> dict[str, str]:
        """A claim's variables and their sorts."""
        claim = self.trees[f"claim {title}"]
        return {str(t[1]): str(t[2]) for t in claim if t[0] == "declare-const"}

    def said(self, title: str) -> Tree:
        """The body of a claim."""
        return self.trees[f"claim {title}"][-1][4]

    def slots(self, action: str, index: int) -> dict[str, Tree]:
        """The names of the parameters of an action in a search, where actions share them."""
        taken: dict[str, int] = {}
        names: dict[str, Tree] = {}
        for parameter in self.parameters_of(action):
            sort = self.parameters[parameter]
            taken[sort] = taken.get(sort, 0) + 1
            names[parameter] = f"{sort.lower()}{taken[sort]}@{index}"
        return names

    def value(self, value: Any, sort: str, varies: tuple[Any, str] | None = None) -> Tree:
        """The tree of a value in the Informal Trace Format; ``varies`` is the number that is any,
        and its name.
        """
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict):
            number = int(value["#bigint"])
            if varies is not None and value == varies[0]:
                return varies[1]
            return str(number) if number >= 0 else ("-", str(-number))
        finite = sort in [str(tree[1]) for tree in self.finite]
        return f"{sort}.{value}" if finite else _quoted(str(value))


def _quoted(name: str) -> str:
    """A symbol of SMT-LIB; of the model's names only those need quotes that are no simple ones."""
    simple = all(c.isalnum() or c in "~!@$%^&*_+=<>.?/-" for c in name) and not name[0].isdigit()
    return name if simple else f"|{name}|"
