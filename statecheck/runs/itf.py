"""Runs in the Informal Trace Format (ITF), which Apalache and Quint write and viewers show.

Source: https://apalache-mc.org/docs/adr/015adr-trace.html. Functions of the state are maps from
entities, numbers are big ones, and ``action`` is the step that led to a state.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from statecheck.claims.claim import Claim
from statecheck.claims.run import Plain, Run
from statecheck.modeling import SystemInfo
from statecheck.modeling.entity import entity_name

FORMAT = "https://apalache-mc.org/docs/adr/015adr-trace.html"


def text(info: SystemInfo, claim: Claim, run: Run) -> str:
    """A run as ITF JSON; the same run gives the same bytes."""
    return json.dumps(document(info, claim, run), indent=1, ensure_ascii=False) + "\n"


def document(info: SystemInfo, claim: Claim, run: Run) -> dict[str, Any]:
    """A run as an ITF document."""
    trace = run.trace
    if trace is None:
        raise ValueError("a run without its trace has no states to show")
    names: dict[str, None] = {}
    for name, _, _ in (*trace.constants, *trace.states[0]):
        names[name] = None
    states = []
    for index, values in enumerate(trace.states):
        state: dict[str, Any] = {"#meta": {"index": index}, "action": _action(info, run, index)}
        for name, entity, value in (*trace.constants, *values):
            if entity:
                state.setdefault(name, {"#map": []})["#map"].append([entity, _value(value)])
            else:
                state[name] = _value(value)
        states.append(state)
    return {
        "#meta": {
            "format": "ITF",
            "format-description": FORMAT,
            "source": info.cls.__name__,
            "description": f"{claim.title}: {' '.join(claim.text.split())}",
            "witness": {
                name: _value(value)
                for (name, _), value in zip(claim.variables, trace.witness, strict=True)
            },
            **_bare(info, run, names),
            **({} if run.loop is None else {"fairness": list(run.fairness)}),
        },
        "vars": ["action", *names],
        "states": states,
        **({} if run.loop is None else {"loop": run.loop}),
    }


def _bare(info: SystemInfo, run: Run, names: Iterable[str]) -> dict[str, Any]:
    """The entities of kinds that no variable tells of."""
    shown, sizes = {name.partition(".")[0] for name in names}, dict(run.sizes)
    bare = {
        entity.name: [entity_name(entity.name, index) for index in range(sizes[entity.plural])]
        for entity in info.entities
        if entity.name not in shown and sizes[entity.plural]
    }
    return {"entities": bare} if bare else {}


def _action(info: SystemInfo, run: Run, index: int) -> dict[str, Any]:
    if index == 0 or run.trace is None:
        return {"tag": "init", "value": {}}
    name = run.steps[index - 1].action
    parameters = [parameter for parameter, _ in info.action(name).parameters]
    values = map(_value, run.trace.arguments[index - 1])
    return {"tag": name, "value": dict(zip(parameters, values, strict=True))}


def _value(value: Plain) -> Any:
    if isinstance(value, bool | str):
        return value
    return {"#bigint": str(value)}
