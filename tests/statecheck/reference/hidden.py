"""Classes that keep state where an instance's attributes do not show it.

Each is drawn from a way to keep a count and a place in the code where that is done. By construction
``trap`` is reached once ``tick`` was sent often enough, so ``not trap`` is never to be proved.
"""

from __future__ import annotations

from tests.statecheck.reference.ways import OFTEN, WAYS, Way

__all__ = ["OFTEN", "PLACES", "WAYS", "Way", "source"]

PLACES = (
    "method",
    "guard",
    "validator",
    "property",
    "enter",
    "lambda",
    "comprehension",
    "nested",
    "decorated",
    "helper",
    "listener",
    "expression",
    "static",
)
"""Where it is counted and read."""


def source(name: str, way: Way, place: str) -> str:
    """A module with one class."""
    lines = ["from statemachine import State, StateMachine", "", *way.module.splitlines(), ""]
    count, read = way.count, f"{way.read} > {OFTEN}"
    if place == "listener":
        count, read = (text.replace("self.", "machine.") for text in (count, read))
        count, read = (text.replace("(self)", "(machine)") for text in (count, read))
        count = count.replace("[self]", "[machine]")
        lines += [
            "class Listener:",
            "    def on_tick(self, machine):",
            f"        {count}",
            "    def seen(self, machine):",
            f"        return {read}",
            "",
        ]
    if place == "decorated":
        lines += [
            "import functools",
            "def plainly(function):",
            "    @functools.wraps(function)",
            "    def wrapper(self):",
            "        return function(self)",
            "    return wrapper",
            "",
        ]
    lines += [f"class {name}(StateMachine):"]
    body = [*way.body.splitlines(), "s0 = State(initial=True)", "trap = State()"]
    if place == "listener":
        body.append("listeners = [Listener]")
    body += _members(place, count, read)
    if way.init:
        body += ["def __init__(self):", f"    {way.init}", "    super().__init__()"]
    lines += [f"    {line}" for line in body]
    return "\n".join(lines) + "\n"


def _members(place: str, count: str, read: str) -> list[str]:
    tick = 'tick = s0.to.itself(on="counts")'
    ends = ['end = s0.to(trap, cond="seen")', "back = trap.to(s0)"]
    counts = ["def counts(self):", f"    {count}"]
    seen = ["def seen(self):", f"    return {read}"]
    match place:
        case "guard":
            guard = ["def counts(self):", f"    {count}", "    return True"]
            return ['tick = s0.to.itself(cond="counts")', *ends, *guard, *seen]
        case "validator":
            return ['tick = s0.to.itself(validators="counts")', *ends, *counts, *seen]
        case "property":
            return [tick, *ends, *counts, "@property", *seen]
        case "enter":
            return ["tick = s0.to.itself()", *ends, "def on_enter_s0(self):", f"    {count}", *seen]
        case "lambda":
            return [
                tick,
                f"end = s0.to(trap, cond=lambda machine: (lambda self: {read})(machine))",
                "back = trap.to(s0)",
                *counts,
            ]
        case "comprehension":
            return [
                tick,
                *ends,
                *counts,
                "def seen(self):",
                f"    return any({read} for _ in (1,))",
            ]
        case "nested":
            inner = ["def counts(self):", "    def inner():", f"        {count}", "    inner()"]
            return [tick, *ends, *inner, *seen]
        case "decorated":
            return [tick, *ends, "@plainly", *counts, "@plainly", *seen]
        case "helper":
            helper = ["def counts(self):", "    self._count()", "def _count(self):", f"    {count}"]
            return [
                tick,
                *ends,
                *helper,
                "def seen(self):",
                "    return self._seen()",
                "def _seen(self):",
                f"    return {read}",
            ]
        case "listener":
            return ["tick = s0.to.itself()", *ends]
        case "expression":
            return [
                tick,
                'end = s0.to(trap, cond="seen and not never")',
                ends[1],
                "never = False",
                *counts,
                *seen,
            ]
        case "static":
            return [
                tick,
                *ends,
                "def counts(self):",
                "    type(self)._count(self)",
                "@staticmethod",
                "def _count(self):",
                f"    {count}",
                *seen,
            ]
    return [tick, *ends, *counts, *seen]
