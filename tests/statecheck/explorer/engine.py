"""The page's own JavaScript, run without a browser, beside the plain classes."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from py_mini_racer import MiniRacer

from statecheck.explicit.state_space import FiniteInstance, StateSpace
from statecheck.explorer.javascript import Code
from statecheck.explorer.machines import machine_data
from statecheck.explorer.systems import system_data
from statecheck.modeling import Entity, System
from statecheck.single.reading.parameters import UNLIKE
from statecheck.single.running.runs import text
from statecheck.single.running.subject import Clock, Subject, read
from tests.statecheck.reference.explorer import Explorer, Move, World, see

BATCH = 100
"""So many states are handed to the page at once."""

HARNESS = Path(__file__).with_name("harness.js").read_text(encoding="utf-8")


class Page:
    """The page's engine with one model in it."""

    def __init__(self, data: Mapping[str, Any], code: Code) -> None:
        assets = resources.files("statecheck.explorer") / "assets"
        self.context = MiniRacer()
        names = ("engine.js", "journey.js")
        own = [(assets / name).read_text(encoding="utf-8") for name in names]
        self.context.eval("\n".join([*own, HARNESS]))
        self.data = data
        self.context.eval(f"load({json.dumps(data)}, {code.text()})")

    def __call__(self, function: str, *arguments: Any) -> Any:
        """What a function of the harness returns, as JSON."""
        given = ",".join(json.dumps(argument) for argument in arguments)
        return json.loads(str(self.context.eval(f"{function}({given})")))


# -- systems --------------------------------------------------------------------------------------


def json_of(value: Any) -> Any:
    """A plain value as the page's data has it; its own way, not that of the explorer."""
    match value:
        case bool():
            return value
        case Entity():
            return str(value.index)
        case enum.Enum():
            return value
        case str():
            return value
        case _:
            return str(int(value))


class SystemBeside:
    """A system on a page, and the state space of an instance, executed."""

    def __init__(self, instance: FiniteInstance, **options: Any) -> None:
        code = Code()
        self.data = system_data(instance.system, code, **options)
        self.page = Page(self.data, code)
        self.members = {
            name: {text: code for code, text in type_["members"]}
            for name, type_ in self.data["types"].items()
            if type_["kind"] == "enum"
        }
        self.steps = 0

    def _code(self, value: Any, type_name: str) -> Any:
        if type_name not in self.members:
            return json_of(value)
        if isinstance(value, enum.Enum):
            own = str(value)
            plain = own == f"{type(value).__name__}.{value.name}"
            return self.members[type_name][value.name if plain else own]
        return self.members[type_name][value]

    def _state(self, space: StateSpace, values: list[Any]) -> dict[str, Any]:
        system = space.before.system
        types = {
            field["key"]: field["type"]
            for kind in self.data["kinds"]
            for machine in kind["machines"]
            for field in (machine["state"], *machine["fields"])
        }
        functions: dict[str, list[Any]] = {}
        for kind in self.data["kinds"]:
            for known in kind["references"]:
                members = getattr(system, kind["plural"])
                functions[known["key"]] = [str(getattr(m, known["label"]).index) for m in members]
        for (member, machine, name), value in zip(space.cells, values, strict=True):
            key = f"{type(member).__name__}.{machine.slot}.{name}"
            functions.setdefault(key, []).append(self._code(value, types[key]))
        for key in types:
            functions.setdefault(key, [])
        constants = {
            known["key"]: self._code(getattr(system, known["label"]), known["type"])
            for known in self.data["constants"]
        }
        sizes = {kind["sort"]: len(getattr(system, kind["plural"])) for kind in self.data["kinds"]}
        return {"F": functions, "C": constants, "N": sizes}

    def check(self, space: StateSpace, most: int) -> int:
        """Compare every step from up to so many states; return how many states there were."""
        types = {
            (action["name"], n): parameter["options"][0]["type"]
            for action in self.data["actions"]
            for n, parameter in enumerate(action["parameters"])
        }
        actions = [
            [name, [self._code(value, types[name, n]) for n, value in enumerate(arguments)]]
            for name, arguments in space.actions
        ]
        written: dict[int, Any] = {}

        def plain(state: int) -> Any:
            if state not in written:
                written[state] = self._state(space, space.values(state))
            return written[state]

        queue = list(dict.fromkeys(space.initial()))
        known, done = set(queue), 0
        while done < min(len(queue), most):
            batch = queue[done : min(done + BATCH, most)]
            done += len(batch)
            taken = [{number: after for number, after, _ in space.steps(state)} for state in batch]
            for afters in taken:
                for after in afters.values():
                    if after not in known:
                        known.add(after)
                        queue.append(after)
            got = self.page("successors", list(map(plain, batch)), actions)
            for state, afters, answers in zip(batch, taken, got, strict=True):
                self.steps += len(afters)
                for number, (action, answer) in enumerate(zip(actions, answers, strict=True)):
                    wanted = plain(afters[number])["F"] if number in afters else None
                    assert answer == wanted, (action, plain(state), answer, wanted)
        return done


def check_system(
    system: type[System],
    sizes: Mapping[str, Any],
    values: Mapping[type, Any] | None = None,
    constants: Mapping[str, Any] | None = None,
    most: int = 400,
    **options: Any,
) -> int:
    """Compare a system's page with its plain machines; return how many steps were compared."""
    instance = FiniteInstance(system, sizes, values or {}, constants or {}, forget=False)
    beside = SystemBeside(instance, **options)
    for space in instance.spaces():
        beside.check(space, most)
    return beside.steps


# -- machines -------------------------------------------------------------------------------------


class MachineBeside:
    """One machine on a page, and its class, explored by search of plain instances."""

    def __init__(self, cls: type[Any], world: World, *, limit: int = 300) -> None:
        inputs = tuple(world.inputs)
        self.subject: Subject = read(cls, (), inputs, Clock(20))
        code = Code()
        self.data = machine_data(self.subject, code)
        self.page = Page(self.data, code)
        self.events = {event["name"]: event for event in self.data["events"]}
        self.explorer = Explorer(cls, world, limit=limit, sends=800)
        self.steps = self.refusals = 0

    def _arguments(self, move: Move) -> list[Any] | None:
        """What the page is given for a move; None where it has no such alternative."""
        event = self.events[move.event]
        defaults = {
            parameter.name: parameter.default
            for parameter in self.subject.world.events.parameters[move.event]
        }
        found: list[Any] = []
        for parameter in event["parameters"]:
            name = parameter["name"]
            given = {**move.arguments, **move.inputs}
            if name not in given and defaults.get(name, UNLIKE) is not UNLIKE:
                given[name] = defaults[name]
            found.append(self._choice(parameter, given, name))
        return None if None in found else found

    def _choice(self, parameter: Any, given: Mapping[str, Any], name: str) -> Any:
        for place, option in enumerate(parameter["options"]):
            if "type" in option and name in given:
                code = self._code(option["type"], given[name])
                if code is not None:
                    return [place, code]
            elif (
                option.get("text") == ("left out" if name not in given else text(given[name]))
                or option.get("text") == "anything"
            ):
                return [place]
        return None

    def _code(self, type_name: str, value: Any) -> Any:
        type_ = self.data["types"][type_name]
        match type_["kind"]:
            case "bool":
                return value if isinstance(value, bool) else None
            case "int":
                return str(value) if type(value) is int else None
            case "member":
                shown = text(value)
                return str(type_["members"].index(shown)) if shown in type_["members"] else None
            case _:
                if type(value) is not str:
                    return None
                code = f"model.values.parse({json.dumps(type_name)}, {json.dumps(value)})"
                return str(self.page.context.eval(f"String({code})"))

    def check(self) -> int:
        """Compare every step of the explored part; return how many were compared."""
        graph = self.explorer.graph
        numbers = {0: 0}
        first = self.page("begun")
        self._compare(0, first)
        for number in range(len(graph.situations)):
            if number not in numbers:
                continue
            for move in graph.moves.get(number, ()):
                if move.event not in self.events:
                    continue
                arguments = self._arguments(move)
                if arguments is None:
                    continue
                taken = self.page("stepped", numbers[number], move.event, arguments)
                if taken.get("unknown"):
                    continue
                self._compare(move.target, self.page("seen", taken["number"]))
                if taken["enabled"]:
                    assert move.target != number or move.raised != "TransitionNotAllowed", move
                    assert (taken["raised"] or None) == move.raised, move
                else:
                    assert move.target == number, move
                    assert self.page("why", numbers[number], move.event, arguments), move
                    self.refusals += 1
                numbers.setdefault(move.target, taken["number"])
                self.steps += 1
        return self.steps

    def _compare(self, number: int, shown: Mapping[str, Any]) -> None:
        situation = self.explorer.graph.situations[number]
        view = see(situation, [], self.explorer.fields)
        active = {path.split(".")[-1] for path in shown["active"]}
        assert active == set(situation.active)
        for name, value in self._shown(shown):
            if name in view:
                assert _text(view[name]) == value, (name, situation)

    @staticmethod
    def _shown(shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield from shown["fields"]


def _text(value: Any) -> str:
    return f"'{value}'" if type(value) is str else text(value)
