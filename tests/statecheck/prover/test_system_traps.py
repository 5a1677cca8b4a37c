"""What is recoverable in systems: traps are found in small instances, or not at all."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest
from statemachine import State

from statecheck import ActionDisabled, Entity, Machine, Many, System, action, anything, check
from statecheck.certificate.certificates import why_left_out
from statecheck.claims.claim import Kind
from statecheck.claims.expressions import claim
from statecheck.claims.results import Result, Verdict
from statecheck.cli.main import main
from statecheck.explicit.search import first_run
from statecheck.explicit.state_space import FiniteInstance


class Light(Machine):
    off = State(initial=True)
    on = State()
    broken = State()
    switch = off.to(on) | on.to(off)
    drop = on.to(broken)
    mend = broken.to(off)
    level: int = anything(0)
    up = on.to.itself(on="brighten")

    def brighten(self, by: int) -> None:
        self.level += by


class Lamp(Entity):
    light: Light


class Mended(System):
    """Lamps break, and are mended while another one is on."""

    lamps: Many[Lamp]

    @action
    def switch(self, lamp: Lamp) -> None:
        lamp.light.switch()

    @action
    def drop(self, lamp: Lamp) -> None:
        lamp.light.drop()

    @action
    def mend(self, lamp: Lamp) -> None:
        if any(other.light.on.is_active for other in self.lamps):
            lamp.light.mend()


class Dimmed(Mended):
    """The same, with an action that takes a number."""

    lamps: Many[Lamp]

    @action
    def brighten(self, lamp: Lamp, by: int) -> None:
        lamp.light.up(by)


class Repaired(Mended):
    """The same, but a lamp can be mended in the dark as well."""

    lamps: Many[Lamp]

    @action
    def mend(self, lamp: Lamp) -> None:
        lamp.light.mend()


class Mender(Entity):
    pass


class Served(System):
    """The same, but somebody else has to mend a lamp."""

    lamps: Many[Lamp]
    menders: Many[Mender]

    @action
    def drop(self, lamp: Lamp) -> None:
        lamp.light.switch()
        lamp.light.drop()

    @action
    def mend(self, lamp: Lamp, mender: Mender) -> None:
        lamp.light.mend()


def asked(system: type[System], text: str) -> Result:
    (result,) = check(system, recoverable=text).results
    return result


def test_a_trap_is_shown_with_its_run() -> None:
    result = asked(Mended, "lamp.light.off")
    assert result.verdict is Verdict.REFUTED
    assert result.run is not None
    assert (len(result.run.steps), result.shortest) == (2, False)
    assert result.run.sizes == (("lamps", 1),)


def test_a_trap_of_two_has_two() -> None:
    """One lamp alone is never stuck where it starts; two broken ones are."""
    result = asked(Mended, "lamp1 == lamp2 or lamp1.light.off and lamp2.light.off")
    assert result.verdict is Verdict.REFUTED
    assert result.run is not None
    assert result.run.sizes == (("lamps", 2),)
    assert [step.action for step in result.run.steps].count("drop") == 2


def test_where_not_all_can_be_tried_no_trap_is_shown() -> None:
    assert asked(Dimmed, "lamp.light.off").verdict is Verdict.UNDETERMINED


def test_where_not_all_states_are_known_there_is_no_trap() -> None:
    goal = claim(Repaired, Kind.RECOVERABLE, "lamp.light.broken", id_="broken")
    instance = FiniteInstance(Repaired, {"lamps": 2}, {int: (0,)})
    found = [first_run(goal, (), instance, most) for most in (3, 1_000)]
    assert [trail for trail, _ in found] == [None, None]
    assert found[0][1] < found[1][1]


def test_what_has_a_way_is_no_trap() -> None:
    assert asked(Repaired, "lamp.light.off").verdict is Verdict.PROVED


def test_the_premise_need_not_hold_at_the_goal() -> None:
    text = "lamp.light.broken ==> lamp.light.off"
    assert asked(Repaired, text).verdict is not Verdict.REFUTED
    assert asked(Mended, text).verdict is Verdict.REFUTED


def test_what_holds_at_once_takes_a_plan_of_no_step(tmp_path: Path) -> None:
    text = "lamp.light.on or lamp.light.off or lamp.light.broken"
    result = asked(Mended, text)
    assert (result.verdict, result.steps, result.plans) == (Verdict.PROVED, 0, ((),))
    folder = str(tmp_path / "certificate")
    main(["check", f"{__name__}:Mended", "--recoverable", text, "--certificates", folder])
    assert main(["recheck", folder]) == 0


def test_a_certificate_leaves_it_out_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "certificate"
    asks = [
        "--recoverable",
        "lamp.light.off",
        "--always",
        "not lamp.light.on or not lamp.light.off",
    ]
    main(["check", f"{__name__}:Mended", *asks, "--certificates", str(folder)])
    assert "recoverable.1 is not certified: its trap" in capsys.readouterr().err
    assert main(["recheck", str(folder)]) == 0


def _random_system(seed: int) -> type[System]:
    """A system of machines with four states; joint moves of two entities, guarded by a third."""
    pick = random.Random(seed)
    names = ["a", "b", "c", "d"]
    states = {name: State(initial=name == "a") for name in names}
    moves = [(pick.choice(names), pick.choice(names)) for _ in range(4)]
    events = {
        f"e{n}": states[source].to(states[target]) for n, (source, target) in enumerate(moves)
    }
    settings = dict.fromkeys(
        [
            "validate_trap_states",
            "validate_disconnected_states",
            "validate_final_reachability",
        ],
        False,
    )
    machine = type("Part", (Machine,), {**settings, **states, **events, "__module__": __name__})
    entity = type("Item", (Entity,), {"__annotations__": {"part": machine}, "__module__": __name__})

    def joint(number: int, first: int, second: int, guard: str) -> Any:
        def act(self: Any, one: Any, other: Any) -> None:
            if all(not getattr(i.part, guard).is_active or i == one for i in self.items):
                getattr(one.part, f"e{first}")()
                if one != other:
                    getattr(other.part, f"e{second}")()

        act.__name__ = f"act{number}"
        act.__annotations__ = {"one": entity, "other": entity, "return": None}
        return action(act)

    body: dict[str, Any] = {"__annotations__": {"items": Many[entity]}, "__module__": __name__}  # type: ignore[valid-type]
    for number in range(3):
        body[f"act{number}"] = joint(
            number, pick.randrange(4), pick.randrange(4), pick.choice(names)
        )
    return type("Random", (System,), body)


def _has_trap(system: type[System], size: int, goal: str) -> bool:
    """Tell whether one entity gets to where the goal is out of reach, by plain play."""
    moves = [
        (name, pair)
        for name in ("act0", "act1", "act2")
        for pair in itertools.product(range(size), repeat=2)
    ]

    def after(path: tuple[Any, ...]) -> tuple[str, ...] | None:
        played: Any = system(items=size)
        for name, pair in path:
            try:
                getattr(played, name)(*(played.items[n] for n in pair))
            except ActionDisabled:
                return None
        return tuple(item.part.model.state for item in played.items)

    start = after(())
    assert start is not None
    ways: dict[tuple[str, ...], tuple[Any, ...]] = {start: ()}
    steps: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    queue = [start]
    for state in queue:
        found = {after((*ways[state], move)) for move in moves}
        steps[state] = {other for other in found if other is not None}
        for move in moves:
            other = after((*ways[state], move))
            if other is not None and other not in ways:
                ways[other] = (*ways[state], move)
                queue.append(other)
    for entity in range(size):
        safe = {state for state in ways if state[entity] == goal}
        while grown := {s for s in ways if s not in safe and steps[s] & safe}:
            safe |= grown
        if len(safe) < len(ways):
            return True
    return False


def test_plain_play_finds_the_same_traps() -> None:
    decided = 0
    for seed in range(3):
        system = _random_system(seed)
        result = asked(system, "item.part.a")
        if result.verdict is Verdict.PROVED:
            assert not any(_has_trap(system, size, "a") for size in (1, 2)), seed
        elif result.run is not None:
            assert _has_trap(system, dict(result.run.sizes)["items"], "a"), seed
            decided += 1
    assert decided


def test_where_there_is_nobody_nobody_helps() -> None:
    result = asked(Served, "not lamp.light.broken")
    assert result.verdict is Verdict.REFUTED
    assert result.run is not None
    assert dict(result.run.sizes) == {"lamps": 1, "menders": 0}


class Bulb(Machine):
    whole = State(initial=True)
    weak = State()
    dead = State(final=True)
    age = whole.to(weak)
    die = weak.to(dead)


class Socket(Entity):
    bulb: Bulb


class Hall(System):
    sockets: Many[Socket]

    @action
    def age(self, socket: Socket) -> None:
        socket.bulb.age()

    @action
    def die(self, socket: Socket) -> None:
        socket.bulb.die()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("socket.bulb.weak ==> socket.bulb.dead", Verdict.PROVED),
        ("socket.bulb.whole ==> socket.bulb.dead", Verdict.PROVED),
        ("socket.bulb.weak ==> socket.bulb.whole", Verdict.REFUTED),
        ("socket.bulb.whole ==> socket.bulb.weak", Verdict.PROVED),
        ("not socket.bulb.dead ==> socket.bulb.weak", Verdict.PROVED),
        ("socket.bulb.dead ==> socket.bulb.weak", Verdict.REFUTED),
    ],
)
def test_a_goal_may_be_where_the_premise_is_none(text: str, verdict: Verdict) -> None:
    result = asked(Hall, text)
    assert result.verdict is verdict
    if verdict is Verdict.PROVED:
        assert result.plans, "no plan has to begin where the premise does not hold"
        assert why_left_out(result)
