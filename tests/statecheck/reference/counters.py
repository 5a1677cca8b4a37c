"""Random systems whose machines count, claims about the end of their runs, and fair cycles.

The search for these only makes plain systems, calls their actions and asks claims as the functions
that they are: no solver, no phases.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from statecheck import ModelError
from tests.statecheck.reference.modules import written

HEAD = """
from __future__ import annotations
from statemachine import State
from statecheck import Catalogue, Entity, Machine, Many, System, action
from statecheck import finitely, leads_to, never, strong, weak


class Part(Machine):
    a = State(initial=True)
    b = State()
    c = State()
    n: int = {n}
    m: int = {m}
{events}

{methods}

class Hub(Entity):
    part: Part


class Cell(Entity):
    hub: Hub
    part: Part


class Counted(System):
    hubs: Many[Hub]
    cells: Many[Cell]

{actions}

CATALOGUE = Catalogue(Counted)
ASSUMED = {{}}
"""

EVENTS = ("go", "tick", "back")


class Writer:
    """The text of one random system."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.direction = self.pick.choice([1, -1, -1])

    def test(self, of: str) -> str:
        """Something that is true of a machine or not."""
        pick, number = self.pick, self.pick.choice("nnnm")
        low, high = [0, 0, 1], [2, 3, 3]
        if (number == "n") is (self.direction < 0):
            sign, value = pick.choice(["<=", "<=", "<", "==", ">"]), pick.choice(low)
        else:
            sign, value = pick.choice([">=", ">=", ">", "==", "<"]), pick.choice(high)
        other = f"{of}.m" if number == "n" and pick.random() < 0.08 else str(value)
        return f"{of}.{number} {sign} {other}"

    def effect(self, number: str = "n") -> str:
        """A statement that changes a number; nearly always in its direction."""
        pick = self.pick
        way = self.direction if number == "n" else -self.direction
        amount = pick.choice([1, 1, 1, 1, 2])
        draw = pick.random()
        if draw < 0.05:
            return f"self.{number} = {pick.choice([0, 3, 'self.m', 'self.n'])}"
        if draw < 0.1:
            way = -way
        return f"self.{number} = self.{number} {'+' if way > 0 else '-'} {amount}"

    def methods(self) -> str:
        """The conditions and the callbacks of the machine."""
        pick, lines = self.pick, []
        for k in range(3):
            said = self.test("self")
            if pick.random() < 0.1:
                said += f" {pick.choice(['and', 'or'])} {self.test('self')}"
            lines += [f"    def is{k}(self):", f"        return {said}", ""]
        start = 3 if self.direction < 0 else 0
        lines += ["    def begin(self):", f"        self.n = {start}", ""]
        for k, number in enumerate("nnm"):
            lines.append(f"    def do{k}(self):")
            pad = "        "
            if pick.random() < 0.15:
                lines.append(f"{pad}if {self.test('self')}:")
                pad += "    "
            lines.append(f"{pad}{self.effect(number)}")
            if pick.random() < 0.1:
                lines.append(f"        {self.effect(pick.choice('nm'))}")
            lines.append("")
        return "\n".join(lines)

    def events(self) -> str:
        """The events of the machine: one that begins, one that counts, and one that disturbs."""
        pick = self.pick
        begin = [f"a.to(b{pick.choice(['', self.begins, self.begins])})"]
        count = [
            'b.to(c, cond="is0")',
            pick.choice(['b.to.itself(on="do0")'] * 5 + ['b.to.itself(cond="is1", on="do0")']),
            f"a.to.itself({pick.choice(['', self.does(0)])})",
        ]
        if pick.random() < 0.6:
            count.pop()
        if pick.random() < 0.15:
            count.reverse()
        other = [
            f'b.to.itself({self.does(2)}, cond="is2")',
            f'b.to(a, {self.does(2)}, cond="is{pick.choice([1, 2])}")',
            f"b.to(a, {self.does(2)})",
            f'b.to.itself({self.does(1)}, unless="is2")',
            f"a.to.itself({self.does(1)})",
        ]
        back = [f"c.to({pick.choice('aab')}{pick.choice(['', self.begins])})"]
        back += pick.sample(other, pick.choice([0, 0, 1, 1, 2]))
        return "\n".join(
            f"    {event} = {' | '.join(ways)}"
            for event, ways in zip(EVENTS, (begin, count, back), strict=True)
        )

    begins = ', on="begin"'

    def does(self, number: int) -> str:
        """What a transition does: nearly always the callback of that number."""
        return f'on="do{number if self.pick.random() < 0.9 else self.pick.randrange(3)}"'

    def actions(self) -> str:
        """The actions of the system, one for each event at least."""
        pick, lines = self.pick, []
        for number in range(3):
            kind = pick.choice(["cell"] * 5 + ["hub"])
            lines += [f"    @action\n    def act{number}(self, {kind}: {kind.title()}) -> None:"]
            pad = "        "
            if pick.random() < 0.15:
                lines.append(f"{pad}if {self.test(f'{kind}.part')}:")
                pad += "    "
            event = EVENTS[number] if pick.random() < 0.9 else pick.choice(EVENTS)
            lines.append(f"{pad}{kind}.part.{event}()")
            draw = pick.random()
            if kind == "cell" and draw < 0.1:
                lines.append(f"{pad}cell.hub.part.{pick.choice(EVENTS)}()")
            elif kind == "cell" and draw < 0.2:
                amount = self.direction if pick.random() < 0.7 else -self.direction
                lines.append(f"{pad}cell.hub.part.n += {amount}")
            elif draw < 0.25:
                owner = "hub" if kind == "hub" else "cell.hub"
                lines.append(f"{pad}for other in self.cells:")
                lines.append(f"{pad}    if other.hub == {owner}:")
                lines.append(f"{pad}        other.part.m = {pick.choice([0, 2])}")
            lines.append("")
            self.kinds.append(kind)
        if pick.random() < 0.7:
            lines += ["    @action", "    def rest(self, hub: Hub) -> None:", "        pass", ""]
        return "\n".join(lines)

    def state(self, parts: Sequence[str], states: str) -> str:
        """Something about a machine's state, or a number."""
        pick = self.pick
        of = pick.choice(parts)
        if pick.random() < 0.75:
            return f"{of}.{pick.choice(states)}.is_active"
        return self.test(of)

    def claim(self, number: int) -> str:
        """A claim about the end of runs."""
        pick = self.pick
        name = pick.choice(["cell"] * 6 + ["hub"])
        parts = [f"{name}.part"] * 6 + (["cell.hub.part"] if name == "cell" else [])
        premise, goal = self.state(parts, "abbb"), self.state(parts, "accc")
        fairness: list[str] = []
        assumed: list[tuple[str, int, bool]] = []
        for index, kind in enumerate(self.kinds):
            bound = (name,) if kind == name and pick.random() < 0.7 else ()
            # Steps that begin and count tend to be fair, those that disturb to be rare.
            options = ["weak"] * 8 + ["strong", ""]
            if index == 2:
                options = ["finitely", "never", "weak", "weak", ""]
            match pick.choice(options):
                case "weak" | "strong" as strength:
                    words = "".join(f', "{own}"' for own in bound)
                    fairness.append(f"{strength}(Counted.act{index}{words})")
                    assumed.append((strength, index, bool(bound)))
                case "finitely" | "never" as often:
                    of = f", {name}" if bound else ""
                    fires = f"step.fires(Counted.act{index}{of})"
                    fairness.append(f'{often}("rare", lambda step, {name}: {fires})')
                    assumed.append((often, index, bool(bound)))
        return (
            f'@CATALOGUE.eventually("it.{number}", "Random", '
            f"fairness=({''.join(f + ', ' for f in fairness)}))\n"
            f"def claim{number}(system: Counted, {name}: {name.title()}) -> object:\n"
            f'    """It comes."""\n'
            f"    return leads_to({premise}, {goal})\n"
            f'\n\nASSUMED["it.{number}"] = {assumed!r}\n'
        )

    def text(self, claims: int) -> str:
        """The module."""
        self.kinds: list[str] = []
        head = HEAD.format(
            n=3 if self.direction < 0 else 0,
            m=0 if self.direction < 0 else 3,
            events=self.events(),
            methods=self.methods(),
            actions=self.actions(),
        )
        return "\n\n".join([head, *(self.claim(number) for number in range(claims))])


def module(seed: int, folder: Path, claims: int = 4) -> ModuleType:
    """A random system as a module with a catalogue."""
    return written(folder / f"counted_{seed}.py", Writer(seed).text(claims))


# -- the search -----------------------------------------------------------------------------------

MOST = 6
"""A number that is greater, or less than its negative, is not told from others of that kind."""

Key = tuple[Any, ...]
Call = tuple[str, int]


@dataclass
class Graph:
    """The states of a small instance that are found, and the steps between them; of numbers beyond
    `MOST` only that they are.
    """

    system: Any
    compares: bool
    states: dict[Key, Key]
    steps: dict[Key, list[tuple[Call, Key]]]
    enabled: dict[Key, set[Call]]
    cut: set[Key]
    """The states of which not all steps are known."""

    @classmethod
    def of(cls, loaded: ModuleType, hubs: int, cells: Sequence[int], text: str) -> Graph:
        """The graph of an instance whose cells belong to these hubs."""
        system = loaded.Counted(hubs=[{} for _ in range(hubs)], cells=[{"hub": h} for h in cells])
        # What is compared with another number, or copied, is more than beyond a limit.
        compares = re.search(r"\bn [<>=!]+ [\w.]+\.m\b|\bn = self\.m\b|\bm = self\.n\b", text)
        graph = cls(system, compares is not None, {}, {}, {}, set())
        graph._explore()
        return graph

    def _explore(self, limit: int = 1500) -> None:
        system = self.system
        calls = [
            (name, index)
            for name, kind in self.actions().items()
            for index in range(len(self.members(kind)))
        ]
        first = tuple(system.snapshot())
        queue = [first]
        self.states[first] = first
        for state in queue:
            self.steps[state], self.enabled[state] = [], set()
            for name, index in calls:
                system.restore(state)
                try:
                    getattr(system, name)(self.members(self.actions()[name])[index])
                except ModelError:
                    continue
                self.enabled[state].add((name, index))
                target = self._within(state, tuple(system.snapshot()))
                if target is None or (target not in self.states and len(self.states) >= limit):
                    self.cut.add(state)
                    continue
                if target not in self.states:
                    self.states[target] = target
                    queue.append(target)
                self.steps[state].append(((name, index), target))

    def actions(self) -> dict[str, str]:
        """The kinds of entity that the actions are about."""
        found = {}
        for name, method in vars(type(self.system)).items():
            plain = getattr(method, "__action__", None)
            if plain is not None:
                (kind,) = (t for n, t in plain.__annotations__.items() if n != "return")
                found[name] = kind
        return found

    def members(self, kind: str) -> Sequence[Any]:
        """The entities of a kind."""
        found: Sequence[Any] = self.system.hubs if kind == "Hub" else self.system.cells
        return found

    def _within(self, before: Key, after: Key) -> Key | None:
        """The state after a step as the graph has it; None where it does not say which it is."""
        values = []
        for old, new in zip(before, after, strict=True):
            if type(new) is not int:
                values.append(new)
                continue
            if self.compares:
                if abs(new) > MOST:
                    return None
            elif abs(old) == MOST and MOST - 2 <= abs(new) < MOST:
                return None
            values.append(max(-MOST, min(MOST, new)))
        return tuple(values)

    def has_trap(self, kind: str, said: Any) -> bool:
        """Tell whether from some state no run leads to where something holds of some entity."""
        back: dict[Key, list[Key]] = {state: [] for state in self.states}
        for state, own in self.steps.items():
            for _, target in own:
                back[target].append(state)
        for chosen in range(len(self.members(kind))):
            good = set(self.cut)
            for state in self.states:
                self.system.restore(state)
                good |= {state} if said(self.members(kind)[chosen]) else set()
            if len(_reached(good, lambda s: back[s])) < len(self.states):
                return True
        return False

    def is_refuted(self, said: Any, assumed: Sequence[tuple[str, int, bool]]) -> bool:
        """Tell whether a fair run is found that passes the premise and never reaches the goal."""
        (kind,) = (t for n, t in said.__annotations__.items() if n not in ("system", "return"))
        return any(
            self._is_refuted_of(said, kind, chosen, assumed)
            for chosen in range(len(self.members(kind)))
        )

    def _is_refuted_of(
        self, said: Any, kind: str, chosen: int, assumed: Sequence[tuple[str, int, bool]]
    ) -> bool:
        fair: list[tuple[Call, bool]] = []
        rare: dict[str, set[Call]] = {"never": set(), "finitely": set()}
        for word, number, bound in assumed:
            name = f"act{number}"
            count = len(self.members(self.actions()[name]))
            for call in [(name, chosen)] if bound else [(name, k) for k in range(count)]:
                if word in rare:
                    rare[word].add(call)
                else:
                    fair.append((call, word == "strong"))
        premise, goal = set(), set()
        for state in self.states:
            self.system.restore(state)
            body = said(self.system, self.members(kind)[chosen])
            premise |= {state} if body.premise else set()
            goal |= {state} if body.goal else set()
        pending: dict[Key, list[tuple[Call, Key]]] = {}
        queue = [state for state in self.states if state in premise and state not in goal]
        for state in queue:
            if state not in pending:
                pending[state] = [
                    (call, target)
                    for call, target in self.steps[state]
                    if target not in goal and call not in rare["never"]
                ]
                queue += [target for _, target in pending[state]]
        loops = {
            state: [(call, target) for call, target in own if call not in rare["finitely"]]
            for state, own in pending.items()
        }
        return any(self._is_fair(part, fair) for part in components(loops))

    def _is_fair(
        self, part: Mapping[Key, list[tuple[Call, Key]]], fair: Sequence[tuple[Call, bool]]
    ) -> bool:
        taken = {call for own in part.values() for call, _ in own}
        for call, strong in fair:
            if call in taken:
                continue
            without = {s for s in part if call not in self.enabled[s]}
            if strong and len(without) < len(part):
                less = {
                    s: [(c, t) for c, t in own if t in without]
                    for s, own in part.items()
                    if s in without
                }
                return any(self._is_fair(inner, fair) for inner in components(less))
            if not without:
                return False
        return True


def components(
    graph: Mapping[Key, list[tuple[Call, Key]]],
) -> Iterator[dict[Key, list[tuple[Call, Key]]]]:
    """The strongly connected parts that have a step inside, by going forth and back."""
    back: dict[Key, list[Key]] = {state: [] for state in graph}
    for state, own in graph.items():
        for _, target in own:
            back[target].append(state)
    left = set(graph)
    while left:
        start = left.pop()
        forth = _reached([start], lambda s: (t for _, t in graph[s]))
        both = forth & _reached([start], lambda s: back[s])
        left -= both
        part = {s: [(call, t) for call, t in graph[s] if t in both] for s in both}
        if any(part.values()):
            yield part


def _reached(first: Iterable[Key], following: Any) -> set[Key]:
    seen = set(first)
    queue = list(seen)
    for state in queue:
        for target in following(state):
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return seen


def graphs(loaded: ModuleType, text: str) -> Iterator[Graph]:
    """Small instances: one or two hubs, and up to two cells, however they belong to them."""
    for hubs, cells in ((1, (0,)), (1, (0, 0)), (2, (0, 1))):
        yield Graph.of(loaded, hubs, cells, text)
