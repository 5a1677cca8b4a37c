"""The objects that can change and that something leads to."""

from __future__ import annotations

import gc
import types
import weakref
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any

from statemachine import Event
from statemachine.state import InstanceState

from statecheck.modeling import ModelError
from statecheck.single.reading.freeze import ATOMS, EXACT


def changeable(roots: Iterable[Any], around: Collection[int]) -> Iterator[Any]:
    """The objects that can change among some and those that they lead to.

    What the library keeps on the objects with numbers in ``around`` is left out.
    """
    todo = list(roots)
    seen = {id(root) for root in todo}
    while todo:
        found = todo.pop()
        if type(found) in ATOMS or isinstance(found, _ELSEWHERE) or _is_of_a_module(found):
            continue
        if not isinstance(found, tuple | frozenset):
            yield found
        if len(seen) > 20_000:
            raise ModelError("something from outside is too large to be looked through")
        inner = [] if id(found) in around else list(_leading_on(found))
        for part in inner:
            if id(part) not in seen:
                seen.add(id(part))
                todo.append(part)


def belongs_to_another(found: Any, machine: Any) -> bool:
    """Tell whether an event or a state is bound to an instance that is not this one."""
    if isinstance(found, InstanceState):
        return found._machine() is not machine
    return isinstance(found, Event) and found._sm not in (None, machine)


_ELSEWHERE = (types.ModuleType, type, types.CodeType, *EXACT)
"""Types of objects that cannot change, or that code is found in and data is not."""


def _is_of_a_module(found: Any) -> bool:
    """Tell `len` from `log.append`, which holds a list."""
    return isinstance(found, types.BuiltinFunctionType) and isinstance(
        found.__self__, types.ModuleType | type | None
    )


def _leading_on(found: Any) -> Iterator[Any]:
    """The objects that one holds, weakly or as variables of a function too."""
    if isinstance(found, weakref.ref):
        yield found()
    if not isinstance(found, types.FunctionType):
        yield from gc.get_referents(found)
        return
    for cell in found.__closure__ or ():
        with suppress(ValueError):
            yield cell.cell_contents
