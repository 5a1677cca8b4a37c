"""Numbers that fall, so that what waits for them comes; compared with a search of plain classes."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from statemachine import State, StateMachine
from statemachine.exceptions import TransitionNotAllowed

from statecheck.claims.claim import Kind
from statecheck.claims.results import Verdict
from statecheck.claims.syntax import AssumedTexts
from statecheck.single import check
from statecheck.single.claims.parse import parse
from statecheck.single.deciding.backwards import _any, _descent
from statecheck.single.deciding.endings.lassos import Lassos
from statecheck.single.deciding.endings.pending import EndAssumptions, Pending
from statecheck.single.deciding.endings.ranks import falling
from statecheck.single.running.subject import Clock, read
from tests.statecheck.reference.modules import written

PROVED, REFUTED, OPEN = Verdict.PROVED, Verdict.REFUTED, Verdict.UNDETERMINED


class Timer(StateMachine):
    idle = State(initial=True)
    running = State()
    rung = State(final=True)
    left: int = 0
    start = idle.to(running, on="wind")
    tick = running.to(rung, cond="is_over") | running.to.itself(on="count")

    def wind(self, seconds: int) -> None:
        self.left = seconds

    def is_over(self) -> bool:
        return self.left <= 1

    def count(self) -> None:
        self.left -= 1


class Winding(Timer):
    """Somebody may wind it up again and again."""

    idle = State(initial=True)
    running = State()
    rung = State(final=True)
    start = idle.to(running, on="wind")
    tick = running.to(rung, cond="is_over") | running.to.itself(on="count")
    more = running.to.itself(on="add")

    def add(self) -> None:
        self.left += 1


class Missing(Timer):
    """It goes off at one, and goes past it."""

    def is_over(self) -> bool:
        return self.left == 1

    def count(self) -> None:
        self.left -= 2


class Retries(StateMachine):
    """The number that falls is bounded in another step than the one that makes it less."""

    idle = State(initial=True)
    waiting = State()
    trying = State()
    failed = State(final=True)
    attempts: int = 0
    limit: int = 0
    start = idle.to(waiting, on="set_up")
    go = waiting.to(trying, on="count")
    fail = trying.to(failed, cond="is_exhausted") | trying.to(waiting)

    def set_up(self, limit: int) -> None:
        self.limit = limit

    def count(self) -> None:
        self.attempts += 1

    def is_exhausted(self) -> bool:
        return self.attempts >= self.limit


class Nested(StateMachine):
    """Each round of the outer loop begins the inner one anew."""

    idle = State(initial=True)
    outer = State()
    inner = State()
    over = State(final=True)
    rounds: int = 0
    left: int = 0
    begin = idle.to(outer, on="take")
    descend = outer.to(inner, on="fill", cond="goes_on") | outer.to(over)
    work = inner.to.itself(on="do", cond="has_some") | inner.to(outer)

    def take(self, rounds: int) -> None:
        self.rounds = rounds

    def goes_on(self) -> bool:
        return self.rounds > 1

    def fill(self, much: int) -> None:
        self.rounds -= 1
        self.left = much

    def has_some(self) -> bool:
        return self.left > 0

    def do(self) -> None:
        self.left -= 1


class InOnePlace(StateMachine):
    """Either number can be made less, never both; the second one begins anew with the first."""

    idle = State(initial=True)
    busy = State()
    over = State(final=True)
    rounds: int = 0
    left: int = 0
    begin = idle.to(busy, on="take")
    descend = busy.to(over, cond="is_over") | busy.to.itself(on="fill", unless="has_some")
    work = busy.to.itself(on="do", cond="has_some")

    def take(self, rounds: int) -> None:
        self.rounds = rounds

    def is_over(self) -> bool:
        return self.rounds <= 0 and self.left <= 0

    def fill(self, much: int) -> None:
        self.rounds -= 1
        self.left = much

    def has_some(self) -> bool:
        return self.left > 0

    def do(self) -> None:
        self.left -= 1


class SetLate(StateMachine):
    """There is no number yet where it begins, or a truth in place of one."""

    idle = State(initial=True)
    busy = State()
    over = State()
    left: int | None = None
    start = idle.to(busy, on="take")
    tick = busy.to(over, cond="is_over", on="forget") | busy.to.itself(on="count") | over.to(idle)

    def take(self, left: int | None = None) -> None:
        self.left = left

    def count(self) -> None:
        self.left = 3 if self.left is None else self.left - 1

    def is_over(self) -> bool:
        return self.left is not None and self.left <= 0

    def forget(self) -> None:
        self.left = None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("machine", "kind", "text", "fair", "verdict"),
    [
        (Timer, "eventually", "running ~> rung", ("tick",), PROVED),
        (Timer, "eventually", "running ~> rung", (), REFUTED),
        (Timer, "recoverable", "rung", (), PROVED),
        (Winding, "eventually", "running ~> rung", ("tick",), REFUTED),
        (Winding, "recoverable", "rung", (), PROVED),
        (Retries, "eventually", "waiting ~> failed", ("go", "fail"), PROVED),
        (Retries, "eventually", "waiting ~> failed", ("go",), REFUTED),
        (InOnePlace, "eventually", "busy ~> over", ("work", "descend"), PROVED),
        (InOnePlace, "recoverable", "over", (), PROVED),
        (SetLate, "recoverable", "over", (), PROVED),
        (Nested, "eventually", "inner ~> outer", ("work",), PROVED),
        (Nested, "eventually", "outer ~> over", ("work", "descend"), PROVED),
    ],
)
def test_verdicts(
    machine: type[Any], kind: str, text: str, fair: tuple[str, ...], verdict: Verdict
) -> None:
    assumed = AssumedTexts(fair=fair)
    (result,) = check(machine, [(kind, text)], assumed=assumed).results
    assert result.verdict is verdict
    if verdict is PROVED:
        assert "falls" in " ".join((result.detail, *(result.argument or ())))


def test_what_goes_past_its_end_is_not_proven() -> None:
    assumed = AssumedTexts(fair=("tick",))
    (result,) = check(Missing, [("eventually", "running ~> rung")], assumed=assumed).results
    assert result.verdict is OPEN


HEAD = """
from statemachine import State, StateMachine
class Random(StateMachine):
    a = State(initial=True)
    b = State()
    c = State()
    end = State(final=True)
    x: int = 0
    y: int = 0
    start = a.to(b, on="put")
    def put(self, x: int, y: int) -> None:
        self.x = x
        self.y = y
"""
CONDITIONS = ("self.x > 0", "self.y > 0", "self.x > self.y", "self.y < 3", "self.x < 4", "True")
EFFECTS = ("self.x -= 1", "self.x += 1", "self.y -= 1", "self.y += 1", "self.y = self.x", "pass")
EVENTS = {"e0", "e1", "e2", "e3"}
FAR = 10


def random_text(pick: random.Random) -> str:
    """A machine whose steps change two numbers by a little."""
    lines = [HEAD]
    for number, (source, target) in enumerate([("b", "c"), ("c", "b"), ("b", "b"), ("c", "c")]):
        condition, effect = pick.choice(CONDITIONS), pick.choice(EFFECTS)
        other = pick.choice(("end", "end", "b", "c"))
        lines += [
            f"    e{number} = {source}.to({target}, cond='if{number}', on='do{number}')",
            f"    e{number} = e{number} | {source}.to({other})",
            f"    def if{number}(self) -> bool: return {condition}",
            f"    def do{number}(self) -> None: {effect}",
        ]
    return "\n".join(lines)


class Graph:
    """The states of a machine near nought, by sending its events to plain instances."""

    def __init__(self, machine: type[Any]) -> None:
        self.machine = machine
        self.after: dict[tuple[str, int, int], dict[str, tuple[str, int, int]]] = {}
        queue = [("b", x, y) for x in range(-2, 5) for y in range(-2, 5)]
        while queue:
            state = queue.pop()
            if state in self.after or abs(state[1]) > FAR or abs(state[2]) > FAR:
                continue
            self.after[state] = {}
            for event in sorted(EVENTS):
                plain = machine()
                plain.start(x=state[1], y=state[2])
                plain.current_state_value = state[0]
                try:
                    plain.send(event)
                except TransitionNotAllowed:
                    continue
                target = plain.current_state_value, plain.x, plain.y
                self.after[state][event] = target
                queue.append(target)

    def ends(self) -> set[tuple[str, int, int]]:
        """The states from which some run comes to the end."""
        found = {state for state in self.after if state[0] == "end"}
        more = True
        while more:
            new = {s for s, steps in self.after.items() if found & {*steps.values()}} - found
            found, more = found | new, bool(new)
        return found

    def goes_round(self) -> bool:
        """Tell whether some run does not end, and is weakly fair to every event."""
        live = {s: steps for s, steps in self.after.items() if s[0] != "end"}
        for part in components_of(live):
            inner = {e for s in part for e, t in live[s].items() if t in part}
            idle = {e for s in part for e in EVENTS if e not in live[s]}
            if inner and inner | idle == EVENTS:
                return True
        return any(not steps for steps in live.values())


def components_of(graph: dict[Any, dict[str, Any]]) -> list[set[Any]]:
    """The strongly connected parts of a graph, by what reaches what."""
    reach: dict[Any, set[Any]] = {}
    for state in graph:
        known, queue = {state}, [state]
        for one in queue:
            for other in graph.get(one, {}).values():
                if other in graph and other not in known:
                    known.add(other)
                    queue.append(other)
        reach[state] = known
    done: set[Any] = set()
    parts = []
    for state in graph:
        if state not in done:
            part = {other for other in reach[state] if state in reach[other]}
            done |= part
            parts.append(part)
    return parts


@pytest.mark.slow
@pytest.mark.parametrize("count", [4, pytest.param(40, marks=pytest.mark.campaign)])
def test_no_random_machine_denies_a_proof(tmp_path: Path, count: int) -> None:
    pick, proven = random.Random(5), []
    fair = EndAssumptions(weak=tuple(sorted(EVENTS)))
    for number in range(count):
        text = random_text(pick)
        if "(end)" not in text:
            continue
        machine = written(tmp_path / f"random_{number}.py", text).Random
        subject = read(machine, (), (), Clock(None), early=True)
        ends = parse("b ~> end", subject.names, Kind.EVENTUALLY)
        pending = Pending(subject, subject.automaton, ends, fair)
        if Lassos(pending, cautious=False).find() and falling(pending, subject.clock) is not None:
            proven.append(f"{number} ends")
            assert not Graph(machine).goes_round(), text
        wanted = parse("a or end", subject.names, Kind.RECOVERABLE)
        goal = {
            node: _any(subject.reader.in_node(wanted.conclusion, node, wanted.fields))
            for node in subject.automaton.nodes
        }
        if _descent(subject.automaton, goal, subject.clock) is not None:
            proven.append(f"{number} leads there")
            graph = Graph(machine)
            near = {s for s in graph.after if max(map(abs, s[1:])) < FAR // 2}
            assert near <= graph.ends(), text
    assert len(proven) >= count // 4, proven
