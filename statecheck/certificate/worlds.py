"""The initial states that show that a system's axioms can be satisfied, for each reading."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from typing import Any

from statecheck.modeling import NO_VARIANT, Entity, Variant
from statecheck.modeling.entity import entity_name
from statecheck.recheck.shown import instances
from statecheck.runs.itf import FORMAT
from statecheck.symbolic.axioms.instances import Instances
from statecheck.symbolic.codes import member_name
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem


def worlds(transitions: TransitionSystem, variants: Iterable[Variant]) -> dict[str, str]:
    """An initial state for each variant, as texts by path; none where there are no axioms.

    Raises ModelError where nothing small satisfies the axioms under a variant.
    """
    if not transitions.axioms:
        return {}
    simulator = Simulator(transitions)
    found = {}
    for variant in dict.fromkeys((NO_VARIANT, *variants)):
        chosen = Instances(transitions, transitions.fixed_constants(variant)).smallest()
        state = simulator.start_from(chosen.sizes, random.Random(0), chosen)
        document = _document(transitions, state, instances.described(variant.name))
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        found[instances.path(variant.name)] = text
    return found


def _document(transitions: TransitionSystem, state: Any, description: str) -> dict[str, Any]:
    info, vocabulary = transitions.info, transitions.vocabulary
    types: dict[str, Any] = {str(key): type_ for key, type_ in vocabulary.types.items()}
    for entity in info.entities:
        types |= {f"{entity.name}.{name}": target for name, target in entity.references}
    values: dict[str, Any] = {
        f"{info.cls.__name__}.{name}": _value(state.constants[f"{info.cls.__name__}.{name}"], type_)
        for name, type_, _ in info.constants
    }
    for name, codes in state.functions.items():
        kind = name.partition(".")[0]
        values[name] = {
            "#map": [
                [entity_name(kind, index), _value(code, types[name])]
                for index, code in enumerate(codes)
            ]
        }
    shown = {name.partition(".")[0] for name in state.functions}
    bare = {
        kind: [entity_name(kind, index) for index in range(size)]
        for kind, size in state.sizes.items()
        if kind not in shown
    }
    return {
        "#meta": {
            "format": "ITF",
            "format-description": FORMAT,
            "source": info.cls.__name__,
            "description": description,
            "witness": {},
            **({"entities": bare} if bare else {}),
        },
        "vars": ["action", *values],
        "states": [{"#meta": {"index": 0}, "action": {"tag": "init", "value": {}}, **values}],
    }


def _value(code: Any, type_: Any) -> Any:
    """A code as the Informal Trace Format has it."""
    if isinstance(code, bool):
        return code
    if isinstance(code, str):
        return member_name(code)
    if isinstance(type_, type) and issubclass(type_, Entity):
        return entity_name(type_.__name__, code)
    return {"#bigint": str(code)}
