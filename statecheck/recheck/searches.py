"""The texts of "no shorter run": any first state, any steps, and the claim at their end.

They are made of the sections of the actions, whatever a search had: in each step one action is
taken, its guard holds, and every function has the value that this action gives it. Only what the
claim and the guards can depend on is defined. "Every entity" in a guard stands for a Boolean that
implies it of the entities that have a name here: less is assumed, so that what is excluded is
excluded still.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .claims import SaidClaim
from .definitions import Definitions
from .formulas import AXIOMS
from .shown.runs import mark
from .texts import Tree, marked, quoted, replaced, unmarked


@dataclass
class Step:
    """Any step: its section, the constants that it names and the universals in it, by sort."""

    trees: list[Tree] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    universals: list[tuple[str, str]] = field(default_factory=list)


class Searches:
    """The searches for shorter runs of one certificate."""

    def __init__(self, known: Definitions) -> None:
        self.known = known
        self.led = set(known.ranges.values())
        self.uses = self._uses()
        self._steps: dict[tuple[int, frozenset[str]], Step] = {}

    def sections(self, claim: SaidClaim, steps: int) -> list[tuple[str, list[Tree]]]:
        """The sections after the types, each with its name."""
        known = self.known
        relevant = self._relevant(claim)
        taken = [self.step(index, relevant) for index in range(steps)]
        last = steps - 1 if claim.on_step else steps
        symbols = known.at(mark(last), mark(last + 1))
        symbols["action"] = f"action@{last}"
        for action in known.actions:
            symbols |= known.slots(action, last)
        return [
            ("any first state", self.first()),
            *([(AXIOMS, known.trees[AXIOMS])] if known.axioms else []),
            *((f"any step {n}", step.trees) for n, step in enumerate(taken, 1)),
            (f"claim {claim.title}", known.claim(claim.title, symbols, {})),
            ("instances", list(_instances(claim, taken))),
        ]

    def first(self) -> list[Tree]:
        """Any first state: what it leaves open is any, the rest is what it has to be."""
        known = self.known
        fixed = {tree[1] for tree in known.first}
        return [*(tree for tree in known.declared if tree[1] not in fixed), *known.first]

    # -- what matters ---------------------------------------------------------------------------

    def _uses(self) -> dict[str, set[str]]:
        """For each function those that its value after some action depends on."""
        known, uses = self.known, dict[str, set[str]]()
        names = {quoted(name) for name in known.functions}
        for action in known.actions:
            for tree in known.trees[f"step {action}"][1:]:
                uses.setdefault(unmarked(tree[1]), set()).update(_functions(tree[4], names))
        return uses

    def _relevant(self, claim: SaidClaim) -> frozenset[str]:
        known = self.known
        names = {quoted(name) for name in known.functions}
        left = {n for body in claim.bodies.values() for n in _functions(body, names)}
        for action in known.actions:
            left |= _functions(known.guard(action), names)
        found: set[str] = set()
        while left:
            name = left.pop()
            found.add(name)
            left |= self.uses[name] - found
        return frozenset(found)

    # -- a step ---------------------------------------------------------------------------------

    def step(self, index: int, relevant: frozenset[str]) -> Step:
        """Any step from the state after ``index`` steps."""
        key = index, relevant
        if key not in self._steps:
            self._steps[key] = self._step(index, relevant)
        return self._steps[key]

    def _step(self, index: int, relevant: frozenset[str]) -> Step:
        known, action = self.known, f"action@{index}"
        made = Step()
        made.constants[action] = known.parameters["action"]
        symbols = known.at(mark(index), mark(index + 1))
        for name in known.actions:
            own = known.slots(name, index)
            symbols |= own
            for parameter, slot in own.items():
                made.constants[str(slot)] = known.parameters[parameter]
        made.trees = [("declare-const", name, sort) for name, sort in made.constants.items()]
        universals: dict[tuple[Tree, Tree], str] = {}
        guards = []
        for name in known.actions:
            guard = replaced(known.guard(name), symbols)
            weaker = self._weaker(guard, True, index, universals)
            guards.append(("=>", ("=", action, known.chosen(name)), weaker))
        for (binding, body), every in universals.items():
            ((_, sort),) = binding
            made.trees.append(("declare-const", every, "Bool"))
            made.trees.append(("define-fun", f"{every}.at", binding, "Bool", body))
            made.universals.append((every, sort))
        made.trees.append(("define-fun", f"enabled@{index}", (), "Bool", ("and", *guards)))
        for tree in known.declared:
            if tree[1] in relevant:
                made.trees.append(self._value(str(tree[1]), index, symbols))
        return made

    def _value(self, function: str, index: int, symbols: dict[str, Tree]) -> Tree:
        """The definition of a function after the step, by cases over its actions."""
        known = self.known
        now = marked(function, mark(index))
        cases: list[tuple[Tree, list[Tree]]] = []
        for name in known.actions:
            (tree,) = (t for t in known.trees[f"step {name}"] if t[1] == marked(function, "!1"))
            value = replaced(tree[4], symbols)
            if value == (now, "x"):
                continue
            chosen = ("=", f"action@{index}", known.chosen(name))
            same = next((actions for other, actions in cases if other == value), None)
            if same is None:
                cases.append((value, [chosen]))
            else:
                same.append(chosen)
        said: Tree = (now, "x")
        for value, actions in reversed(cases):
            said = ("ite", actions[0] if len(actions) == 1 else ("or", *actions), value, said)
        argument = (("x", known.sorts[function]),)
        own = marked(function, mark(index + 1))
        return ("define-fun", own, argument, known.ranges[function], said)

    def _weaker(
        self, tree: Tree, sign: bool, index: int, found: dict[tuple[Tree, Tree], str]
    ) -> Tree:
        """A formula with a Boolean in place of each "every entity" that it implies.

        That is kept to sorts that no function leads to: their entities have names in a run.
        """
        if isinstance(tree, str) or not tree:
            return tree
        head, *parts = tree
        match head:
            case "and" | "or":
                return (head, *(self._weaker(part, sign, index, found) for part in parts))
            case "not":
                return (head, self._weaker(parts[0], not sign, index, found))
            case "=>":
                *premises, last = parts
                inner = [self._weaker(part, not sign, index, found) for part in premises]
                return (head, *inner, self._weaker(last, sign, index, found))
            case "ite":
                inner = [self._weaker(part, sign, index, found) for part in parts[1:]]
                return (head, parts[0], *inner)
            case "forall" | "exists" if (head == "forall") is sign:
                ((_, sort), *others) = parts[0]
                if others or sort in self.led or sort not in self.known.entities:
                    return tree
                body = parts[1] if sign else ("not", parts[1])
                own = found.setdefault((parts[0], body), f"every.{len(found) + 1}@{index}")
                return own if sign else ("not", own)
        return tree


def _instances(claim: SaidClaim, steps: Sequence[Step]) -> Iterator[Tree]:
    """The instances of "every entity" for the entities that a search names."""
    named = [*claim.variables.items(), *(item for step in steps for item in step.constants.items())]
    for step in steps:
        for own, sort in step.universals:
            for name, other in named:
                if other == sort:
                    yield "assert", ("=>", own, (f"{own}.at", name))


def _functions(tree: Tree, names: set[str]) -> set[str]:
    """The functions of a state that a tree mentions, before the step or after it."""
    if isinstance(tree, str):
        own = tree if tree in names else unmarked(tree)
        return {own} & names
    return {name for part in tree for name in _functions(part, names)}
