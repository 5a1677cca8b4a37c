"""Guards by themselves: whether one holds in a state of the machine, for given arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from statemachine.callbacks import CallbackGroup
from statemachine.event import BoundEvent
from statemachine.utils import run_async_from_sync

from statecheck.modeling import ModelError
from statecheck.single.claims.predicates import Condition, Holding
from statecheck.single.execution.attempt import ANYTHING
from statecheck.single.execution.automaton import Edge, Local, Node
from statecheck.single.execution.choices import OMITTED, Any_
from statecheck.single.reading.probe import Probe
from statecheck.single.reading.specimen import Attribute, Data, Specimen


def is_guarded(transition: Any) -> bool:
    """Tell whether a transition has a guard of its own."""
    return any(spec.group == CallbackGroup.COND for spec in transition._specs)


def holds(machine: Any, event: str, arguments: Mapping[str, Any], transition: Any) -> bool:
    """Tell whether the guards of a transition hold for an event now; one that raises does not."""
    engine = machine._engine
    engine.clear_cache()
    made = BoundEvent(id=event, name=event, _sm=machine)
    trigger = made.build_trigger(machine=machine, **arguments)
    try:
        given = _waited(engine._get_args_kwargs(transition, trigger))
        args, kwargs = given
        registry = machine._callbacks
        if inspect.iscoroutinefunction(engine._get_args_kwargs):
            found = run_async_from_sync(registry.async_all(transition.cond.key, *args, **kwargs))
        else:
            found = registry.all(transition.cond.key, *args, **kwargs)
    except ModelError:
        raise
    except Exception:  # noqa: BLE001  (whatever the author's guard raises)
        return False
    finally:
        engine.clear_cache()
    return bool(found)


def _waited(found: Any) -> Any:
    return run_async_from_sync(found) if inspect.isawaitable(found) else found


def in_node(
    specimen: Specimen,
    node: Node,
    event: str,
    arguments: Mapping[str, Any],
    inputs: Mapping[Attribute, Any],
    locals_: tuple[Local, ...],
    test: Callable[[Callable[[Any], bool]], bool],
) -> Condition:
    """The condition under which a test of transitions' guards comes out true in a node.

    The test gets a function that tells whether the guards of a transition hold.
    """

    def put() -> None:
        data: Data = specimen.copied(node.data)
        if node.variables:
            from statecheck.single.execution.terms import symbol, wrapped

            for v in node.variables:
                data[v.attribute] = wrapped(symbol(v.name, v.kind), v.kind)
        data.update(inputs)
        specimen.put(node.control, data)

    def guard(transition: Any) -> bool:
        put()  # an earlier guard may have changed something
        return holds(specimen.machine, event, arguments, transition)

    if not node.variables and not locals_:
        return bool(test(guard))
    import z3

    from statecheck.single.execution import paths

    ways = [
        z3.BoolVal(True) if condition is None else condition
        for condition, outcome in paths.explored(lambda: test(guard), node.variables, locals_)
        if outcome
    ]
    return z3.simplify(z3.Or(ways)) if ways else False


def on_edge(
    specimen: Specimen, edge: Edge, test: Callable[[Callable[[Any], bool]], bool]
) -> Condition:
    """The condition under which a test of guards comes out true for the event of an edge."""
    arguments, inputs = dict(edge.arguments), dict(edge.inputs)
    return in_node(specimen, edge.source, edge.event, arguments, inputs, edge.locals, test)


def somehow(
    specimen: Specimen,
    node: Node,
    event: str,
    alternatives: list[dict[Any, Any]],
    test: Callable[[Callable[[Any], bool]], bool],
) -> list[Holding]:
    """The ways to send an event in a node so that a test of guards comes out true; the first one
    that is no matter of values is enough.
    """
    found: list[Holding] = []
    for chosen in alternatives:
        locals_: list[Local] = []
        values: dict[Any, Any] = {}
        for name, value in chosen.items():
            if isinstance(value, Any_):
                from statecheck.single.execution.terms import symbol, wrapped

                local = Local(f"guard!{name}", value.kind)
                locals_.append(local)
                values[name] = wrapped(symbol(local.name, local.kind), local.kind)
            elif value is not OMITTED:
                values[name] = ANYTHING if type(value) is Probe else value
        arguments = {n: v for n, v in values.items() if isinstance(n, str)}
        inputs = {n: v for n, v in values.items() if not isinstance(n, str)}
        condition = in_node(specimen, node, event, arguments, inputs, tuple(locals_), test)
        if condition is not False:
            found.append(Holding(tuple(inputs.items()), tuple(locals_), condition))
        if condition is True:
            break
    return found
