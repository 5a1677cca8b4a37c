"""What has no meaning for any number of entities is refused, with its line and a way out."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest
import z3
from statemachine import State

from statecheck import Catalogue
from statecheck.modeling import (
    Entity,
    Machine,
    Many,
    ModelError,
    Step,
    System,
    action,
    assume,
)
from statecheck.smt.evaluation import Valuation
from statecheck.smt.grounding import Grounding, entity_functions
from statecheck.symbolic import paths
from statecheck.symbolic.decision_tree import Tree
from statecheck.symbolic.paths import Explorer
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import Key


class Light(Machine):
    off = State(initial=True)
    on = State()
    level: int = 0

    turn_on = off.to(on)
    turn_off = on.to(off)
    dim = on.to.itself(on="lower", cond="bright")
    set_level = off.to.itself(on="put") | on.to.itself(on="put")

    def bright(self) -> bool:
        return self.level > 0

    def lower(self) -> None:
        self.level = self.level - 1

    def put(self, level: int) -> None:
        self.level = level


class Room(Entity):
    light: Light


class House(System):
    rooms: Many[Room]


def refused(act: Any, *annotations: Any) -> str:
    names = act.__code__.co_varnames[1 : act.__code__.co_argcount]
    act.__annotations__ = dict(zip(names, annotations, strict=True))
    spread = {
        "__annotations__": {"rooms": Many[Room]},
        act.__name__: action(act),
        "__module__": __name__,
    }
    with pytest.raises(ModelError) as caught:
        TransitionSystem(type("Refused", (System,), spread))
    message = str(caught.value)
    assert "\n" not in message
    assert "test_refusals.py:" in message or "does not end" in message or "failed" in message
    return message


def assumes(self: Any, room: Any) -> None:
    assume(room.light.on.is_active)


def test_an_assumption_in_an_action() -> None:
    assert "an action that cannot be taken raises ActionDisabled" in refused(assumes, Room)


def hashes(self: Any, room: Any) -> None:
    if room in {room: 1}:
        room.light.turn_on()


def indexes(self: Any) -> None:
    self.rooms[0].light.turn_on()


def counts(self: Any) -> None:
    if len(self.rooms) > 1:
        self.rooms[0].light.turn_on()


def lists(self: Any) -> None:
    for room in list(self.rooms):
        room.light.turn_on()


def comprehends(self: Any) -> None:
    for room in [room for room in self.rooms if room.light.on.is_active]:
        room.light.turn_off()


def sums(self: Any, room: Any) -> None:
    if sum(other.light.on.is_active for other in self.rooms) > 2:
        room.light.turn_on()


def accumulates(self: Any, room: Any) -> None:
    found = 0
    for other in self.rooms:
        if other.light.on.is_active:
            found += 1
    if found > 1:
        room.light.turn_off()


def carries(self: Any, room: Any) -> None:
    last = room
    for other in self.rooms:
        if other.light.on.is_active:
            last = other
    last.light.turn_off()


def collects(self: Any) -> None:
    found: list[Any] = []
    for other in self.rooms:
        if other.light.on.is_active:
            found.append(other)  # noqa: PERF401
    for other in found:
        other.light.turn_off()


def writes_another(self: Any, room: Any) -> None:
    for other in self.rooms:
        if other.light.on.is_active:
            room.light.set_level(level=1)


def nests(self: Any) -> None:
    for room in self.rooms:
        for other in self.rooms:
            if other.light.on.is_active:
                room.light.set_level(level=1)


def breaks_after_writing(self: Any) -> None:
    for room in self.rooms:
        room.light.set_level(level=1)
        if room.light.on.is_active:
            break


def misspells(self: Any, room: Any) -> None:
    if room.light.levle > 1:
        room.light.turn_on()


def raises(self: Any, room: Any) -> None:
    room.light.turn_on()
    raise ValueError("smoke")


def converts(self: Any, room: Any) -> None:
    if int(room.light.level) > 2:
        room.light.turn_on()


def prints(self: Any, room: Any) -> None:
    room.light.turn_on()
    if f"{room.light.level}" == "1":
        room.light.turn_off()


def fails_while_closing(self: Any, room: Any) -> None:
    if any(len(self.rooms) > 1 and other == room for other in self.rooms):
        room.light.turn_on()


@pytest.mark.parametrize(
    ("act", "annotations", "said"),
    [
        (hashes, (Room,), "hashed"),
        (indexes, (), "loop over them instead"),
        (counts, (), "the number of rooms"),
        (lists, (), "other than a loop"),
        (comprehends, (), "comprehension"),
        (sums, (Room,), "possible are all"),
        (accumulates, (Room,), "accumulates into found"),
        (carries, (Room,), "passes from the loop"),
        (collects, (), "container found"),
        (writes_another, (Room,), "any(...) which ones to write"),
        (nests, (), "inside a loop"),
        (breaks_after_writing, (), "left early"),
        (misspells, (Room,), "levle"),
        (raises, (Room,), "ValueError: smoke"),
        (converts, (Room,), "converted to a plain number"),
        (prints, (Room,), "printed"),
        (fails_while_closing, (Room,), "the number of rooms"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_refused_with_the_line_and_a_way_out(act: Any, annotations: Any, said: str) -> None:
    assert said in refused(act, *annotations)


class Hotel(System):
    rooms: Many[Room]

    @action
    def switch_all(self) -> None:
        for room in self.rooms:
            if room.light.off.is_active:
                room.light.turn_on()

    @action
    def close(self, room: Room) -> None:
        if any(other.light.on.is_active for other in self.rooms if other != room):
            room.light.turn_off()
        if all(other.light.off.is_active for other in self.rooms):
            room.light.set_level(level=5)

    @action
    def light_one(self, room: Room) -> None:
        for other in self.rooms:
            if other.light.on.is_active:
                return
        room.light.turn_on()

    @action
    def dim(self, room: Room) -> None:
        room.light.dim()


def test_loops_mean_what_they_do() -> None:
    transitions = TransitionSystem(Hotel)
    simulator = Simulator(transitions)
    read = {command.name: (command.guard, command.updates) for command in transitions.commands}
    for count in (1, 2, 3):
        for pattern in range(2**count):
            for name, arguments in simulator.instances({"Room": count}):
                hotel = Hotel(rooms=count)
                for room in hotel.rooms:
                    room.light.level = room.index
                    if pattern >> room.index & 1:
                        room.light.turn_on()
                simulated = simulator.fire(_valuation(transitions, hotel), name, arguments)
                try:
                    getattr(hotel, name)(*(hotel.rooms[i] for i in arguments))
                except ModelError:
                    assert simulated is None
                    continue
                assert simulated is not None
                after = _valuation(transitions, hotel)
                assert simulated.functions == after.functions, (name, read[name])


def test_loops_mean_the_same_where_somebody_holds_their_frames() -> None:
    """As a profiler or a debugger does: Python then closes a loop that was left when it likes."""
    held: list[FrameType] = []

    def hold(frame: FrameType, *_: object) -> None:
        held.append(frame)

    plain = TransitionSystem(Hotel).digest
    former = sys.getprofile()
    sys.setprofile(hold)
    try:
        digest = TransitionSystem(Hotel).digest
    finally:
        sys.setprofile(former)
    assert any(frame.f_code.co_name == "<genexpr>" for frame in held)
    assert digest == plain


def _valuation(transitions: TransitionSystem, hotel: Hotel) -> Any:
    # Where the process knows another Light with other states, this one's sort is Light~2.
    states: Any = transitions.vocabulary.types[Key("Room", "light", "state")]
    lights = [room.light for room in hotel.rooms]
    functions: dict[str, list[Any]] = {
        "Room.light.state": [states.value(light.model.state).decl().name() for light in lights],
        "Room.light.level": [light.level for light in lights],
    }
    return Valuation({"Room": len(lights)}, functions, {})


def test_extraction_is_repeatable_and_sees_every_change() -> None:
    assert TransitionSystem(Hotel).digest == TransitionSystem(Hotel).digest

    class Brighter(Light):
        def bright(self) -> bool:
            return self.level > 1

    room = type("Room", (Entity,), {"__annotations__": {"light": Brighter}})
    body = dict(vars(Hotel)) | {"__annotations__": {"rooms": Many[room]}}  # type: ignore[valid-type]
    body["dim"] = action(_dim(room))
    changed = type("Hotel", (System,), {k: body[k] for k in ("__annotations__", "dim")})
    kept = type(
        "Hotel",
        (System,),
        {"__annotations__": {"rooms": Many[Room]}, "dim": action(_dim(Room))},
    )
    assert TransitionSystem(changed).digest != TransitionSystem(kept).digest


def _dim(room_type: type) -> Any:
    def dim(self: Any, room: Any) -> None:
        room.light.dim()

    dim.__annotations__ = {"room": room_type}
    return dim


def test_references_that_go_round_are_followed_so_far() -> None:
    sort = z3.DeclareSort("Node")
    grounding = Grounding(entity_functions([z3.Function("next", sort, sort)]))
    grounding.entity(z3.Const("node", sort))
    assert [str(term) for term in grounding.terms["Node"].values()] == [
        "node",
        "next(node)",
        "next(next(node))",
    ]
    assert grounding.truncated


def round_and_round(self: Any, room: Any) -> None:
    while True:
        room.light.level = 1


def test_an_action_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "PATIENCE", 0.02)
    assert "round_and_round: a way through the code does not end" in refused(round_and_round, Room)


def dim_where_it_can(self: Any, room: Any) -> None:
    try:
        bright = room.light.level > 3
        if bright:
            room.light.level = 3
    except Exception:  # noqa: BLE001  (what authors write)
        room.light.level = 0


def test_a_failing_solver_is_no_error_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code catches what is raised, and did something else than it does when it runs."""

    def fails(*_: Any) -> Any:
        raise z3.Z3Exception("canceled")

    monkeypatch.setattr(z3, "simplify", fails)
    said = "action dim_where_it_can: the solver failed while the code was read: canceled"
    assert said in refused(dim_where_it_can, Room)


def test_what_an_action_raises_names_the_way_out() -> None:
    def insists(self: Any, room: Any) -> None:
        if room.light.level <= 0:
            raise AssertionError  # pytest writes its own assertions anew
        room.light.level = 0

    def refuses(self: Any, room: Any) -> None:
        if room.light.level > 0:
            raise ValueError("too bright")

    for act, said in ((insists, "AssertionError"), (refuses, "ValueError: too bright")):
        message = refused(act, Room)
        assert f"{said} may be raised here; an action that cannot be taken raises" in message


class Pointer(Machine):
    null = State(initial=True)
    there = State(final=True)
    room: Room | None = None
    point = null.to(there, on="note")

    def note(self, target: Any) -> None:
        self.room = target


class Handle(Entity):
    pointer: Pointer


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("source", "a State is kept"),
        ("event", "a BoundEvent is kept"),
        ("transition", "a Transition is kept"),
        ("model", "a SymbolicRecord is kept"),
        ("machine", "python-statemachine has one of that name itself, so give it another"),
    ],
)
def test_any_argument_that_the_library_gives_itself(name: str, said: str) -> None:
    space: dict[str, Any] = {"__name__": __name__}
    exec(f"def note(self, {name}):\n    self.level = {name}", space)
    noting = {
        "off": State(initial=True),
        "__annotations__": {"level": int},
        "level": 0,
        "note": space["note"],
        "__module__": __name__,
    }
    noting["put"] = noting["off"].to.itself(on="note")
    lamp = type("Lamp", (Machine,), noting)
    site = type("Site", (Entity,), {"__annotations__": {"lamp": lamp}, "__module__": __name__})

    def put(self: Any, site: Any, level: Any) -> None:
        site.lamp.put(**{name: level})

    put.__annotations__ = {"site": site, "level": int}
    spread = {"__annotations__": {"sites": Many[site]}, "put": action(put), "__module__": __name__}  # type: ignore[valid-type]
    with pytest.raises(ModelError, match=said):
        TransitionSystem(type("Refused", (System,), spread))


def test_an_argument_that_the_library_gives_itself() -> None:
    def point(self: Any, handle: Any, room: Any) -> None:
        handle.pointer.point(target=room)

    point.__annotations__ = {"handle": Handle, "room": Room}
    spread = {
        "__annotations__": {"rooms": Many[Room], "handles": Many[Handle]},
        "point": action(point),
        "__module__": __name__,
    }
    with pytest.raises(ModelError, match="gives a callback its own `source`, `target`, `state`"):
        TransitionSystem(type("Refused", (System,), spread))


def test_a_claim_about_a_step_gets_no_system_besides() -> None:
    def kept(step: Any, house: Any) -> bool:
        return bool(step and house)

    kept.__annotations__ = {"step": Step, "house": House, "return": bool}
    with pytest.raises(ModelError, match="kept: house is a House; a claim takes the system or a"):
        Catalogue(House).always("kept", "")(kept)


def test_nothing_follows_from_a_question_that_an_exception_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of a recursion that is too deep, which the code may catch."""
    number, explorer, add = z3.Int("number"), Explorer(), z3.Solver.add
    added: list[Any] = []

    def fails_the_second_time(self: z3.Solver, *terms: Any) -> None:
        added.append(terms)
        if len(added) == 2:
            raise RecursionError
        add(self, *terms)

    with explorer.scope(Tree()) as scope:
        scope.learn(number > 0, True)
        scope.learn(number < 9, True)
        monkeypatch.setattr(z3.Solver, "add", fails_the_second_time)
        with pytest.raises(RecursionError):
            explorer._implied(number > 1)
        monkeypatch.undo()
    with explorer.scope(Tree()) as scope:
        scope.learn(number < 0, True)
        assert explorer._implied(number == -3) is None
        assert explorer._implied(number < 1) is True
