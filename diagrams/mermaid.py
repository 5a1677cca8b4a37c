"""A python-statemachine class as a Mermaid state diagram, read off the class itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from statemachine import StateMachine
from statemachine.callbacks import CallbackSpec
from statemachine.transition import Transition


def state_diagram(machine: type[StateMachine]) -> str:
    """The diagram of a flat machine: states, events, guards and effects, in the source's order."""
    starts = getattr(machine, "starts_in", ()) or (_initial(machine),)
    lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in starts)]
    edges: dict[tuple[str, str], list[str]] = {}
    for state in machine.states:
        for transition in state.transitions:
            for target in transition.targets:
                edges.setdefault((state.id, target.id), []).append(_label(transition))
    lines += [
        f"    {source} --> {target}: {'<br>'.join(labels)}"
        for (source, target), labels in edges.items()
    ]
    return "\n".join(lines) + "\n"


def _initial(machine: type[StateMachine]) -> str:
    initial = machine.initial_state
    return "" if initial is None else initial.id


def _label(transition: Transition) -> str:
    guard = ", ".join(_names(transition.cond))
    effect = ", ".join(_names(transition.on))
    return f"{transition.event}{f' [{guard}]' if guard else ''}{f' / {effect}' if effect else ''}"


def _names(specs: Iterable[CallbackSpec]) -> Iterator[str]:
    return (str(spec) for spec in specs if not spec.is_convention)
