"""The definitions that a certificate's obligations share, and what each of them says at a place.

A run, a plan and a claim say of other states, and of other arguments, what a shared section says of
any: the same trees with other symbols. So their texts are not believed but made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from .claims import said_claim
from .formulas import CATALOGUE, COMMON, axioms, check_claims, clauses
from .texts import (
    OPERATORS,
    RESERVED,
    Tree,
    free_symbols,
    marked,
    number_of,
    plain,
    quoted,
    read,
    replaced,
)

DEFINITIONS = frozenset(
    {"declare-sort", "declare-datatype", "declare-fun", "declare-const", "define-fun"}
)


def entity_values(value: Any) -> list[tuple[str, Any]]:
    """The values of a function of a state in the Informal Trace Format, by entity."""
    return [(entity, inner) for entity, inner in value["#map"]]


class Definitions:
    """The shared sections, read. Raises ValueError where they are not of the form they have."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self.trees = {name: read(text) for name, text in texts.items() if name != CATALOGUE}
        for name, trees in self.trees.items():
            harmless(name, trees)
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
        self.functions = [plain(str(t[1])) for t in self.declared]
        self.members = {str(t[1]): [str(m[0]) for m in t[2]] for t in self.finite}
        self.system, self.actions = self._actions()
        self.values = {plain(str(t[1])): number_of(t[4]) for t in self.numbers}
        members = [member for names in self.members.values() for member in names]
        self.state_symbols = frozenset(
            (*self.sorts, *self.constants, *(str(tree[1]) for tree in self.numbers), *members)
        )
        self.first = list(self._first())
        self.fixed = [plain(str(tree[1])) for tree in self.first]
        self._step_definitions()
        stated = axioms(self), clauses(self)
        self.arguments = {formula.name: formula.sorts for own in stated for formula in own}
        """The sorts of the arguments of each axiom and each clause."""
        self.axioms, self.clauses = ([formula.entry for formula in own] for own in stated)
        once(self.trees)
        own = [marked(quoted(name), "!1") for name in self.functions]
        step = frozenset((*self.parameters, *own))
        self.claims = {
            name.removeprefix("claim "): said_claim(
                name.removeprefix("claim "), text, self.state_symbols, step
            )
            for name, text in self.texts.items()
            if name.startswith("claim ")
        }
        self._bound_names()
        check_claims(self, stated[1])

    def _actions(self) -> tuple[str, list[str]]:
        """The name of the system, and its actions, as the type of the step's action has them."""
        sort = self.parameters.get("action", "")
        system = plain(sort).removesuffix(".action")
        begin = f"{plain(sort)}."
        members = [plain(member) for member in self.members.get(sort, ())]
        if not members or not all(member.startswith(begin) for member in members):
            raise ValueError("its section 'types' has no type of actions")
        actions = [member.removeprefix(begin) for member in members]
        steps = [n.removeprefix("step ") for n in self.texts if n.startswith("step ")]
        if actions != steps:
            raise ValueError(
                f"its section 'types' lists the actions {', '.join(actions)}, its steps are "
                f"{', '.join(steps)}"
            )
        return system, actions

    def _first(self) -> Iterator[Tree]:
        """The definitions that an initial state fixes."""
        fixed = []
        for command in self.trees["start"]:
            match command:
                case ("assert", ("forall", ((x, sort),), ("=", (function, place), value))) if (
                    place == x and self.sorts.get(function) == sort
                ):
                    fixed.append(function)
                    self.check_state(value, {x}, "section 'start'")
                    yield "define-fun", function, ((x, sort),), self.ranges[function], value
        own = {str(tree[1]) for tree in self.declared}
        if len({*fixed} & own) != len(self.trees["start"]):
            raise ValueError("its section 'start' does not fix each function once")

    def _step_definitions(self) -> None:
        """Check that each action says when it is enabled, and gives each function a value."""
        wanted: list[Tree] = [("enabled", (), "Bool")]
        for tree in self.declared:
            name = str(tree[1])
            argument = (("x", self.sorts[name]),)
            wanted.append((marked(name, "!1"), argument, self.ranges[name]))
        for action in self.actions:
            found = [t[1:4] for t in self.trees[f"step {action}"] if t[0] == "define-fun"]
            if found != wanted or len(self.trees[f"step {action}"]) != len(wanted):
                raise ValueError(f"its section 'step {action}' does not define a step")

    def check_state(self, tree: Tree, own: set[str], where: str) -> None:
        """Raise ValueError where a formula speaks of what a state does not have."""
        strange = free_symbols(tree) - self.state_symbols - own
        if strange:
            raise ValueError(f"its {where} speaks of {min(strange)}, which a state does not have")
        for bound in _bound(tree):
            if "!" in bound or bound in self.state_symbols or bound in self.parameters:
                raise ValueError(f"its {where} binds {bound}, which is in use")

    def _bound_names(self) -> None:
        """Check that no quantifier binds a name that is put in the place of another."""
        free = {*self.parameters, *(v for claim in self.claims.values() for v in claim.variables)}
        for name, trees in self.trees.items():
            for bound in _bound(trees):
                if bound in free or bound.startswith("each."):
                    raise ValueError(f"its section {name!r} binds {bound}, which is in use")

    def parameters_of(self, action: str) -> list[str]:
        """The names of an action's parameters, in their order. Raises ValueError."""
        if action not in self.actions:
            raise ValueError(f"there is no action {action}")
        return [name for name in self.parameters if plain(name).startswith(f"{action}.")]

    def group(self, name: str) -> list[str]:
        """The actions of an event by itself: of ``close.*`` those called ``close.1``, ``close.2``.

        Fairness to an event is to all of them together.
        """
        begin = name.removesuffix("*")
        return [
            a for a in self.actions if a.startswith(begin) and a.removeprefix(begin).isdecimal()
        ]

    def grouped(self, name: str, sort: str) -> list[str]:
        """The same, each of them about something of a sort. Raises ValueError."""
        found = self.group(name)
        for action in found:
            parameters = self.parameters_of(action)
            if not parameters or self.parameters[parameters[0]] != sort:
                raise ValueError(f"{action} is not about a {plain(sort)}")
        return found

    def chosen(self, action: str) -> str:
        """The symbol of an action."""
        return quoted(f"{self.system}.action.{action}")

    def guard(self, action: str) -> Tree:
        """The formula that says when an action is enabled."""
        return self.trees[f"step {action}"][0][4]

    def any_after(self) -> list[Tree]:
        """Declarations of the functions of any state after a step."""
        return [
            ("declare-fun", marked(str(tree[1]), "!1"), tree[2], tree[3]) for tree in self.declared
        ]

    def model(self, digest: str) -> dict[str, Any]:
        """The model as a manifest has it."""
        return {
            "system": self.system,
            "digest": digest,
            "actions": self.actions,
            "functions": self.functions,
            "initially_fixed": self.fixed,
        }

    @cached_property
    def taken(self) -> frozenset[str]:
        """The names that mean something, or that a quantifier binds."""
        found: set[str] = {*RESERVED, *OPERATORS}
        left: list[Tree] = [*self.trees.values()]
        while left:
            tree = left.pop()
            if isinstance(tree, str):
                found.add(plain(tree))
            else:
                left += tree
        return frozenset(found)

    # -- what is said of another place ----------------------------------------------------------

    def at(self, before: str, after: str) -> dict[str, Tree]:
        """The symbols of the functions before and after a step, for those of any step."""
        symbols: dict[str, Tree] = {}
        for name in map(quoted, self.functions):
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
        """A claim's section with other symbols, its variables being these ``values``; one that has
        the value None is known already.
        """
        found: list[Tree] = []
        for tree in self.trees[f"claim {title}"]:
            if tree[0] == "set-info":
                found.append(tree)
            elif tree[0] != "declare-const":
                found.append(replaced(tree, symbols))
            elif tree[1] not in values:
                found.append(tree)
            elif (value := values[tree[1]]) is not None:
                found.append(("define-fun", tree[1], (), tree[2], value))
        return found

    def said(self, title: str) -> Tree:
        """The body of a claim."""
        return self.claims[title].bodies["claim"]

    def slots(self, action: str, index: int) -> dict[str, Tree]:
        """The names of the parameters of an action in a search, where actions share them."""
        taken: dict[str, int] = {}
        names: dict[str, Tree] = {}
        for parameter in self.parameters_of(action):
            sort = self.parameters[parameter]
            taken[sort] = taken.get(sort, 0) + 1
            names[parameter] = quoted(f"{plain(sort)}.{taken[sort]}@{index}")
        return names

    def value(self, value: Any, sort: str, varies: tuple[Any, str] | None = None) -> Tree:
        """The tree of a value in the Informal Trace Format; ``varies`` is the number that is any,
        and its name.
        """
        match value:
            case bool() if sort == "Bool":
                return "true" if value else "false"
            case {"#bigint": str() as digits} if (
                sort == "Int" and len(value) == 1 and str(int(digits)) == digits
            ):
                if varies is not None and value == varies[0]:
                    return varies[1]
                number = int(digits)
                return str(number) if number >= 0 else ("-", str(-number))
            case str() if sort in self.members:
                member = quoted(f"{plain(sort)}.{value}")
                if member in self.members[sort]:
                    return member
            case str() if sort in self.entities:
                return quoted(value)
        raise ValueError(f"{value!r} is no {plain(sort)}")


def harmless(name: str, trees: Sequence[Tree]) -> None:
    """Check that a section only defines; that of the start asserts, those of claims tell."""
    allowed = DEFINITIONS
    if name == "start":
        allowed = frozenset({"assert"})
    elif name.startswith("claim "):
        allowed = DEFINITIONS | {"set-info"}
    for tree in trees:
        if not tree or tree[0] not in allowed:
            raise ValueError(f"its section {name!r} has a command {tree[0] if tree else '()'}")
        if tree[0] == "define-fun" and len(tree) != 5:
            raise ValueError(f"its section {name!r} has a definition that is none")


def once(sections: Mapping[str, Sequence[Tree]]) -> None:
    """Check that no two sections that are used together declare a name, and none twice."""
    common: set[str] = set()
    for name in COMMON:
        _declared_once(name, sections[name], common)
    for name, trees in sections.items():
        if name not in COMMON:
            _declared_once(name, trees, set(common))


def _declared_once(name: str, trees: Sequence[Tree], known: set[str]) -> None:
    for tree in trees:
        if tree[0] in ("assert", "set-info"):
            continue
        names = [tree[1]]
        if tree[0] == "declare-datatype":
            names += [member[0] for member in tree[2]]
        for own in names:
            if own in known:
                raise ValueError(f"its section {name!r} declares {own} again")
            known.add(own)


def _bound(tree: Any) -> Iterator[str]:
    """The names that quantifiers bind."""
    if isinstance(tree, str):
        return
    if tree and tree[0] in ("forall", "exists"):
        yield from (name for name, _ in tree[1])
    for part in tree:
        yield from _bound(part)
