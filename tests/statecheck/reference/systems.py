"""Random systems: several kinds whose references lead round, axioms, claims and lemmas.

Beside them is a search of small instances that only makes plain systems, calls their actions and
asks claims as the functions that they are.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from statecheck import Entity, ModelError, System
from statecheck.modeling import Inapplicable
from tests.statecheck.reference.modules import written

HEAD = """
from __future__ import annotations
from statemachine import State
from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume, axiom
from statecheck import derived


class Part(Machine):
    a = State(initial=True)
    b = State()
    c = State({final})
    flag: bool = {flag}
    fixed: bool = anything(like=False)
    rank: int = 0
    friend: Node = anything()
    go = a.to(b) | b.to(c){back}
    up = a.to(b, cond="fixed") | b.to.itself(on="raise_flag")
    down = b.to(a, on="drop_flag") | a.to(c, cond="flag")
    count = a.to.itself(on="more") | b.to.itself(on="more")
    know = a.to.itself(on="meet") | b.to.itself(on="meet")

    def raise_flag(self) -> None:
        self.flag = True

    def drop_flag(self) -> None:
        self.flag = False

    def more(self) -> None:
        self.rank = 1 if self.flag else 2

    def meet(self, whom: Node) -> None:
        self.friend = whom


class Node(Entity):
    next: Node
    hub: Hub
    part: Part


class Hub(Entity):
    first: Node
    part: Part


class Random(System):
    nodes: Many[Node]
    hubs: Many[Hub]
    wide: bool = False
"""

KINDS = {"node": "Node", "one": "Node", "other": "Node", "third": "Node", "hub": "Hub"}

AXIOMS = (
    ("one: Node, other: Node", "one == other or not (one.part.fixed and other.part.fixed)"),
    ("node: Node", "node.next != node"),
    ("node: Node", "node.next.next == node"),
    ("node: Node", "node.next.hub == node.hub"),
    ("hub: Hub", "hub.first.hub == hub"),
    ("hub: Hub", "hub.first.part.fixed"),
    ("node: Node", "node.part.fixed or node.next.part.fixed"),
    ("hub: Hub", "any(node.hub == hub and node.part.fixed for node in self.nodes)"),
    ("one: Node, other: Node", "one == other or one.next != other.next"),
    ("hub: Hub", "not hub.part.fixed or self.wide"),
    ("one: Node, other: Node", "one.hub != other.hub or one.hub.first == other or one == other"),
)


LONGER = {
    "    c = State({final})\n": "    c = State()\n    d = State()\n    e = State()\n",
    "b.to(c){back}": 'b.to(c) | c.to(d, cond="flag") | d.to(e) | e.to(a)',
    'a.to(b, cond="fixed")': 'a.to(b, cond="fixed") | c.to(d)',
}
"""The places of the head that make machines with more states, which take more steps."""


class Writer:
    """The text of one random system; a ``long`` one has machines of more states."""

    def __init__(self, seed: int, *, long: bool = False) -> None:
        self.pick = random.Random(seed)
        self.long = long

    def entity(self, names: Sequence[str], kind: str) -> str:
        """An expression for an entity of a kind."""
        pick = self.pick
        name = pick.choice(names)
        here, found = KINDS[name], name
        for _ in range(pick.choice([1, 1, 1, 2, 3])):
            if here == kind and pick.random() < 0.65:
                return found
            if here == "Node":
                step = pick.choice(["next", "hub", "hub"] if kind == "Hub" else ["next", "hub"])
                here = {"next": "Node", "hub": "Hub"}[step]
            else:
                step, here = "first", "Node"
            found += f".{step}"
        if here != kind:
            found += ".hub" if kind == "Hub" else ".first"
        return found

    def literal(self, names: Sequence[str]) -> str:
        """Something that is true or not."""
        pick = self.pick
        if pick.random() < 0.15:
            kind = pick.choice(["Node", "Hub"])
            sign = pick.choice(["==", "!="])
            return f"{self.entity(names, kind)} {sign} {self.entity(names, kind)}"
        part = f"{self.entity(names, pick.choice(['Node', 'Node', 'Hub']))}.part"
        if pick.random() < 0.1:
            return f"{part}.friend {pick.choice(['==', '!='])} {self.entity(names, 'Node')}"
        states = [f"{part}.{s}.is_active" for s in ("cdeed" if self.long else "abc")]
        asked = pick.choice(
            [*states, f"{part}.flag", f"{part}.fixed", f"{part}.rank > 0", f"{part}.rank == 2"]
        )
        return f"{pick.choice(['', 'not '])}{asked}"

    def condition(self, names: Sequence[str], system: str = "self") -> str:
        """Literals, or what some or all of a kind are like."""
        pick = self.pick
        draw = pick.random()
        if draw < 0.45:
            return self.literal(names)
        if draw < 0.6:
            joined = pick.choice([" and ", " or "])
            return f"({self.literal(names)}{joined}{self.literal(names)})"
        if draw < 0.68:
            return f"{pick.choice(['', 'not '])}{system}.wide"
        new, plural = pick.choice([("x", "nodes"), ("x", "nodes"), ("y", "hubs")])
        KINDS.setdefault("x", "Node")
        KINDS.setdefault("y", "Hub")
        inner = [*names, new, new]
        of = f" if {self.literal(inner)}" if pick.random() < 0.5 else ""
        word = pick.choice(["all", "any", "not any", "not all"])
        return f"{word}({self.literal(inner)} for {new} in {system}.{plural}{of})"

    def effect(self, names: Sequence[str]) -> str:
        """A statement that changes something."""
        pick = self.pick
        part = f"{self.entity(names, pick.choice(['Node', 'Node', 'Hub']))}.part"
        draw = pick.random()
        if draw < 0.65:
            return f"{part}.{pick.choice(['go', 'up', 'down', 'count'])}()"
        if draw < 0.75:
            return f"{part}.know(whom={self.entity(names, 'Node')})"
        if draw < 0.9:
            value = pick.choice(["True", "False", self.literal(names)])
            return f"{part}.flag = {value}"
        return f"{part}.rank = {pick.choice(['0', '1', '2', f'{part}.rank'])}"

    def action(self, number: int) -> str:
        """One action."""
        pick = self.pick
        names = pick.choice([["node"], ["node"], ["hub"], ["one", "other"], ["node", "hub"]])
        given = ", ".join(f"{n}: {KINDS[n]}" for n in names)
        lines = [f"    @action\n    def act{number}(self, {given}) -> None:"]
        pad = "        "
        if pick.random() < 0.7:
            lines.append(f"{pad}if {self.condition(names)}:")
            pad += "    "
        lines += [f"{pad}{self.effect(names)}" for _ in range(pick.choice([1, 1, 2]))]
        if pick.random() < 0.25:
            new, plural = pick.choice([("x", "nodes"), ("y", "hubs")])
            KINDS.update(x="Node", y="Hub")
            lines.append(f"{pad}for {new} in self.{plural}:")
            lines.append(f"{pad}    if {self.literal([*names, new, new])}:")
            lines.append(f"{pad}        {new}.part.flag = {pick.choice(['True', 'False'])}")
        return "\n".join(lines)

    def claim(self, number: int) -> str:
        """A claim or lemma, or that something is possible, about up to three entities."""
        pick = self.pick
        names = pick.choice(
            [["node"], ["hub"], ["one", "other"], ["one", "other"], ["one", "other", "third"]]
        )
        kind = pick.choice(["always", "always", "always", "lemma", "possible"])
        given = ", ".join(f"{n}: {KINDS[n]}" for n in names)
        parts = [self.condition(names, "system") for _ in range(pick.choice([1, 2, 2, 3]))]
        joined = " and " if kind == "possible" else " or "
        body = joined.join(parts)
        premise = f"    assume({self.literal(names)})\n" if pick.random() < 0.4 else ""
        return (
            f'@CATALOGUE.{kind}("it.{number}", "Random")\n'
            f"def claim{number}(system: Random, {given}) -> bool:\n"
            f'    """It is so."""\n{premise}'
            f"    return {body}\n"
        )

    def text(self, claims: int) -> str:
        """The module."""
        pick = self.pick
        head = HEAD
        for old, new in LONGER.items() if self.long else ():
            assert old in head
            head = head.replace(old, new)
        flags = ["False", "anything(like=False)", "derived(lambda part: part.fixed)"]
        head = head.format(
            flag="False" if self.long else pick.choice(flags),
            final="final=True" if pick.random() < 0.3 else "",
            back="",
        )
        if "c = State()" in head and not self.long:
            head = head.replace("b.to(c)\n", "b.to(c) | c.to(a)\n", 1)
        lines = [head]
        for number, (given, body) in enumerate(pick.sample(AXIOMS, pick.choice([0, 1, 1, 2]))):
            head = f"    @axiom\n    def axiom{number}(self, {given}) -> bool:"
            lines.append(f"{head}\n        return {body}\n")
        lines += [self.action(n) + "\n" for n in range(pick.choice([1, 2, 3]))]
        lines.append("\nCATALOGUE = Catalogue(Random)\n")
        lines += [self.claim(n) for n in range(claims)]
        return "\n".join(lines)


def module(seed: int, folder: Path, claims: int = 4, *, long: bool = False) -> ModuleType:
    """A random system as a module with a catalogue."""
    path = folder / f"random_system_{seed}.py"
    return written(path, Writer(seed, long=long).text(claims))


MOST_STARTS = 2_000
"""So many states to begin with are drawn from."""

# -- the search -----------------------------------------------------------------------------------


@dataclass
class Instance:
    """Every state of a plain system that is reached, with its distance, up to a limit."""

    system: System
    distance: dict[tuple[Any, ...], int] = field(default_factory=dict)
    states: dict[tuple[Any, ...], tuple[Any, ...]] = field(default_factory=dict)

    def search(self, limit: int, begins: int = 0, chance: random.Random | None = None) -> None:
        """Go through the states, nearest first; not all of them where there are more.

        ``begins`` is how many states to begin with are drawn; 0: the first of them are taken.
        """
        system, queue = self.system, []
        found = list(itertools.islice(starts(system), limit if chance is None else MOST_STARTS))
        if chance is not None:
            found = chance.sample(found, min(begins, len(found)))
        for start in found:
            queue.append(start)
            self.distance.setdefault(key(start), 0)
            self.states[key(start)] = start
        calls = list(actions(system))
        for state in queue:
            if len(self.states) > 2 * limit:
                return
            for name, arguments in calls:
                system.restore(state)
                try:
                    getattr(system, name)(*arguments)
                except ModelError:
                    continue
                after = system.snapshot()
                if key(after) not in self.distance:
                    self.distance[key(after)] = self.distance[key(state)] + 1
                    self.states[key(after)] = after
                    queue.append(after)

    def nearest(self, said: Any, *, wanted: bool) -> int | None:
        """The distance of the nearest state in which a claim, for some entities, is true or not."""
        hints = [t for n, t in said.__annotations__.items() if n not in ("system", "return")]
        kinds = [populations(self.system)[name] for name in hints]
        for number, state in self.states.items():
            self.system.restore(state)
            for chosen in itertools.product(*kinds):
                try:
                    if bool(said(self.system, *chosen)) is wanted:
                        return self.distance[number]
                except Inapplicable:
                    continue
        return None

    def applies(self, said: Any) -> int | None:
        """The distance of the nearest state in which the premise of a claim holds."""
        found = (self.nearest(said, wanted=True), self.nearest(said, wanted=False))
        return min((distance for distance in found if distance is not None), default=None)


def key(state: tuple[Any, ...]) -> tuple[Any, ...]:
    """A state that can be looked up: entities have no hash."""
    return tuple(("entity", v.index) if isinstance(v, Entity) else v for v in state)


def populations(system: Any) -> dict[str, Sequence[Any]]:
    """The entities of each kind by the name of the kind."""
    return {"Node": system.nodes, "Hub": system.hubs}


def actions(system: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The calls of actions, with every choice of arguments."""
    for name, method in vars(type(system)).items():
        plain = getattr(method, "__action__", None)
        if plain is not None:
            hints = [t for n, t in plain.__annotations__.items() if n != "return"]
            for chosen in itertools.product(*(populations(system)[h] for h in hints)):
                yield name, chosen


def obeys(system: Any) -> bool:
    """Tell whether the axioms hold."""
    for method in vars(type(system)).values():
        plain = getattr(method, "__axiom__", None)
        if plain is not None:
            hints = [t for n, t in plain.__annotations__.items() if n != "return"]
            for chosen in itertools.product(*(populations(system)[h] for h in hints)):
                if not plain(system, *chosen):
                    return False
    return True


def starts(system: Any) -> Iterator[tuple[Any, ...]]:
    """Every state to begin with that the axioms allow."""
    parts = [member.part for member in (*system.nodes, *system.hubs)]
    fields = type(parts[0]).fields
    free = [
        (part.model, name, list(system.nodes) if name == "friend" else [False, True])
        for part in parts
        for name, declared in fields.items()
        if str(declared.start).lower().endswith("anything")
    ]
    for values in itertools.product(*(domain for _, _, domain in free)):
        for (model, name, _), value in zip(free, values, strict=True):
            model._restore(name, value)
        if str(fields["flag"].start).lower().endswith("derived"):
            for part in parts:
                part.model._restore("flag", part.fixed)
        system.journal.clear()
        if obeys(system):
            yield system.snapshot()


SIZES = ((1, 1), (2, 1), (2, 2), (3, 1))
"""The numbers of nodes and hubs of small instances."""


def instances(
    loaded: ModuleType,
    chance: random.Random,
    most: int,
    sizes: Sequence[tuple[int, int]] = SIZES,
) -> Iterator[Instance]:
    """Small instances with some of the ways in which references may lead."""
    shapes = [(n, h) for n, h in sizes for _ in range(most)]
    seen: set[Any] = set()
    for nodes, hubs in shapes:
        table: Mapping[str, list[dict[str, int]]] = {
            "nodes": [
                {"next": chance.randrange(nodes), "hub": chance.randrange(hubs)}
                for _ in range(nodes)
            ],
            "hubs": [{"first": chance.randrange(nodes)} for _ in range(hubs)],
        }
        wide = chance.random() < 0.5
        if repr((table, wide)) in seen:
            continue
        seen.add(repr((table, wide)))
        yield Instance(loaded.Random.before_its_start(**table, wide=wide))
