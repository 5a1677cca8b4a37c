"""One class: accepted, accepted by abstraction, refused, left open; and never wrong.

What the engine says of each state is held against an explorer that shares no code with it: a state
that the explorer comes to is no state that the engine may call unreachable, each run that the
engine shows is taken on a plain instance.
"""

from __future__ import annotations

import inspect
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from statemachine import StateChart
from statemachine.callbacks import SpecReference
from statemachine.engines.async_ import AsyncEngine
from statemachine.exceptions import InvalidDefinition

from statecheck.claims.results import Report
from statecheck.modeling import Made, Maker, ModelError, class_of
from statecheck.single import check
from tests.statecheck.acceptance.beside import has_work, scheduled, visited
from tests.statecheck.acceptance.kinds import kind_of_refusal
from tests.statecheck.reference.explorer import Explorer, Parameter, World
from tests.statecheck.reference.modules import loaded
from tests.statecheck.reference.plain import Endless, PlainMachine

ACCEPTED, ABSTRACTED, REFUSED, OPEN = "accepted", "by abstraction", "refused", "undetermined"
WRONG, UNCHALLENGED, NONE, CRASHED = "WRONG", "not challenged", "no machine", "not judged"

GIVEN = frozenset(
    (
        *("self", "event_data", "machine", "event", "model", "transition", "state", "source"),
        *("target", "previous_configuration", "new_configuration", "error"),
    )
)

CHOSEN = "if things outside answer so"
"""Part of what is said of a state that is reached only by an answer from outside."""

SECONDS = 30.0
"""Given to the engine for one class."""


@dataclass(frozen=True)
class Judgement:
    """The standing of a class; ``kind`` groups what was refused, ``detail`` is the message."""

    standing: str
    kind: str = ""
    detail: str = ""
    reached: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()


def judged(path: Path, name: str, *, plays_outside: bool) -> Judgement:
    """The judgement on a class of a file.

    Where it ``plays_outside``, classes that use hardware and the like are challenged as well, and
    really use them.
    """
    try:
        cls = vars(loaded(path)).get(name)
    except Exception as error:  # noqa: BLE001  (whatever keeps it from being defined)
        return Judgement(NONE, "it cannot be defined", f"{type(error).__name__}: {error}")
    if not isinstance(cls, type) or not issubclass(cls, StateChart) or not list(cls.states_map):
        return Judgement(NONE, "it has no states")
    return judge(cls, plays_outside=plays_outside)


def judge(made: Made, *, plays_outside: bool = False) -> Judgement:
    """The judgement on a class, or on what a function makes."""
    cls = class_of(made)
    with scheduled():
        refusal = library_refusal(cls) if made is cls else ""
    if refusal:
        return Judgement(NONE, "the library does not make it", refusal)
    states = [s.id for s in dict.fromkeys(cls.states_map.values()) if not s.is_history]
    try:
        report = check(made, [("possible", id_) for id_ in states], timeout=SECONDS)
    except ModelError as error:
        return Judgement(REFUSED, kind_of_refusal(str(error)), str(error))
    verdicts = dict(zip(states, (str(r.verdict) for r in report.results), strict=True))
    reached = tuple(s for s, v in verdicts.items() if v == "REACHED")
    unreached = tuple(s for s, v in verdicts.items() if v == "REFUTED")
    abstracted = any("is outside of the machine" in line for line in report.environment)
    if abstracted and not plays_outside:
        objection, known = "", True
    else:
        objection, known = _in_time(
            lambda: challenge(made, report, states, reached, unreached), ("", False)
        )
    if objection:
        return Judgement(WRONG, "", objection, reached, unreached)
    undetermined = [
        result
        for result in report.results
        if str(result.verdict) == "UNDETERMINED" and CHOSEN not in result.detail
    ]
    if undetermined:
        detail = undetermined[0].detail
        return Judgement(OPEN, kind_of_refusal(detail), detail, reached, unreached)
    if not known:
        return Judgement(UNCHALLENGED, "", "", reached, unreached)
    return Judgement(ABSTRACTED if abstracted else ACCEPTED, "", "", reached, unreached)


def _in_time(run: Callable[[], tuple[str, bool]], otherwise: tuple[str, bool]) -> tuple[str, bool]:
    """Run something that may wait for ever for what nobody sends."""

    def give_up(*_: object) -> None:
        raise Endless

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 15)
    try:
        return run()
    except Endless:
        return otherwise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def library_refusal(cls: Any) -> str:
    """The reason for which the library makes no instance, whatever it is given; empty for none.

    A name that a model could have is no such reason, unless the class has no use for one.
    """
    try:
        cls()
    except InvalidDefinition as error:
        return "" if "from model or statemachine" in str(error) else str(error)
    except Exception:  # noqa: BLE001  (the class's own doing, which the engine has to see)
        return ""
    return ""


@scheduled()
def challenge(
    made: Made,
    report: Report,
    states: list[str],
    reached: tuple[str, ...],
    unreached: tuple[str, ...],
) -> tuple[str, bool]:
    """An objection to what the engine says, if there is one, and whether it was challenged."""
    for state, result in zip(states, report.results, strict=True):
        if state in reached:
            problem = replayed(made, state, result)
            if problem:
                return f"{state}: {problem}", True
    try:
        world = world_of(class_of(made))
        if has_work(making(made)()):
            seen = visited(making(made), world)
        else:
            explorer = Explorer(making(made), world, limit=300, sends=4000)
            seen = {id_ for situation in explorer.graph.situations for id_ in situation.active}
    except Endless:
        return "", False
    for state in unreached:
        if state in seen:
            return f"{state} is said to be unreachable, and an instance comes to it", True
    return "", True


def making(made: Made) -> Callable[[], Any]:
    """The making of instances as users make them: one with callbacks to await is started."""

    def make() -> Any:
        machine = made.function() if isinstance(made, Maker) else made()
        if isinstance(machine._engine, AsyncEngine):
            machine.activate_initial_state()
        return machine

    return make


def replayed(made: Made, state: str, result: Any) -> str:
    """Why the run of a state does not lead there on a plain instance; empty where it does."""
    machine = PlainMachine(making(made))
    for call in result.run.script.calls:
        for name, value in call.inputs:
            owner, _, attribute = name.rpartition(".")
            setattr(machine.instance.model if owner else machine.instance, attribute, value)
        machine.send(call.event, dict(call.arguments))
    active = machine.situation().active
    return "" if state in active else f"its run leads to {active}"


def world_of(cls: Any) -> World:
    """Values for the arguments of events, read off signatures and the constants of the class."""
    parameters: dict[str, Parameter] = {}
    constants = constants_of(cls)
    for function in functions_of(cls):
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name in GIVEN or parameter.kind in (
                parameter.VAR_KEYWORD,
                parameter.VAR_POSITIONAL,
            ):
                continue
            annotation = str(parameter.annotation).removeprefix("<class '").removesuffix("'>")
            values: tuple[Any, ...]
            match annotation:
                case "bool":
                    values = (True, False)
                case "int":
                    values = tuple(c for c in constants if type(c) is int) or (0, 1)
                case "str":
                    values = tuple(c for c in constants if type(c) is str)[:5] or ("", "x")
                case _:
                    continue
            optional = parameter.default is not parameter.empty
            parameters[parameter.name] = Parameter(parameter.name, values[:6], optional)
    events = [str(event) for event in cls._events]
    return World({e: tuple(parameters.values()) for e in events})


def functions_of(cls: Any) -> list[FunctionType]:
    """The functions that a class's author wrote into it or into its callbacks."""
    found = [
        member
        for base in cls.__mro__
        if not base.__module__.startswith(("statemachine", "builtins", "abc", "typing"))
        for member in vars(base).values()
        if isinstance(member, FunctionType)
    ]
    for state in cls.states_map.values():
        for specs in (state._specs, *(t._specs for t in state.transitions)):
            found += [
                spec.func
                for spec in specs
                if spec.reference is SpecReference.CALLABLE and isinstance(spec.func, FunctionType)
            ]
    return [f for f in dict.fromkeys(found) if not f.__module__.startswith("statemachine")]


def constants_of(cls: Any) -> list[Any]:
    """The numbers and texts that occur in a class, and neighbours of the numbers."""
    found: list[Any] = []
    for function in functions_of(cls):
        for constant in function.__code__.co_consts:
            if type(constant) is int:
                found += [constant - 1, constant, constant + 1]
            elif type(constant) is str and len(constant) < 30:
                found.append(constant)
    return list(dict.fromkeys(found))
