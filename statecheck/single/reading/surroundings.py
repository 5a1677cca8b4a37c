"""The things outside of a machine that its code uses, and the stand-ins that take their places.

Names of modules, variables of functions around, and attributes are replaced while code is explored
and while runs are played; the class itself stays as it is. An attribute that is set from outside
while an instance is made is from outside too.
"""

from __future__ import annotations

import builtins
import enum
import inspect
import io
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from statemachine.engines.sync import SyncEngine

from statecheck.code_text import codes_in
from statecheck.modeling import ModelError
from statecheck.single.reading.code import Reach
from statecheck.single.reading.foreign.answers import HARMLESS, Answers
from statecheck.single.reading.foreign.errors import check_followed, told_apart
from statecheck.single.reading.foreign.escape import Work, known_to
from statecheck.single.reading.foreign.making import (
    Taint,
    asks_self_only,
    check_first_steps,
    check_handed_over,
)
from statecheck.single.reading.foreign.names import check_no_decision
from statecheck.single.reading.foreign.sharing import changeable
from statecheck.single.reading.foreign.work import Endings, handler_of
from statecheck.single.reading.known_answers import NUMBERS
from statecheck.single.reading.outside import Outside, is_harmless_value
from statecheck.single.reading.purity import is_own_module, leads_back
from statecheck.single.reading.specimen import Attribute, Specimen
from statecheck.single.reading.watching import CONTAINERS

_ABSENT = object()


CHANCE = "what a weighted transition draws"


@dataclass(frozen=True)
class _Dice:
    """Draws anything."""

    outside: Outside

    def choices(self, *_: object, **__: object) -> list[Outside]:
        return [self.outside]


class Foreign(ModelError):  # noqa: N818  (says what is used)
    """Something from outside, which a stand-in can take the place of."""


class Surroundings:
    """The stand-ins of one machine."""

    def __init__(self, specimen: Specimen, harmless: Sequence[str]) -> None:
        self.specimen = specimen
        self.name = specimen.cls.__name__
        self.answers = Answers(tuple(name.removeprefix("self.") for name in harmless))
        self.globals: dict[tuple[int, str], tuple[dict[str, Any], str, Outside]] = {}
        self.cells: dict[int, tuple[types.CellType, Outside]] = {}
        self.attributes: dict[Attribute, Outside] = {}
        self.chances: dict[int, tuple[Any, Outside]] = {}
        self.works: dict[tuple[str, int], Outside] = {}
        self.of_classes: dict[str, Foreign] = {}
        self.why: dict[str, str] = {}
        self.codes: set[types.CodeType] = set()

    def __bool__(self) -> bool:
        places = self.globals, self.cells, self.attributes, self.chances, self.works
        return any(places)

    # -- what is outside --------------------------------------------------------------------------

    def add_global(self, space: dict[str, Any], name: str, why: Foreign) -> None:
        """Let a stand-in take the place of a name of a module; a builtin's where it has none."""
        real = space.get(name, getattr(builtins, name, None))
        self._check_way_back(real, why)
        self.globals[id(space), name] = space, name, Outside(name, self.answers, real)
        self.why[name] = str(why)

    def add_cell(self, name: str, cell: types.CellType, why: Foreign) -> None:
        """Let one take the place of a variable of a function around."""
        self._check_way_back(cell.cell_contents, why)
        self.cells[id(cell)] = cell, Outside(name, self.answers, cell.cell_contents)
        self.why[name] = str(why)

    def add_attribute(self, attribute: Attribute, real: Any, why: str) -> None:
        """Let one take the place of the value of an attribute."""
        name = self.specimen.named(attribute)
        if isinstance(real, Iterator) and type(real).__module__ in ("builtins", "itertools"):
            raise ModelError(
                f"{self.name}: {name} is a {type(real).__name__}, which moves on whenever it is "
                "asked, and nothing shows how far it is; keep a list and a place in it"
            )
        self._check_way_back(real, ModelError(why))
        self.attributes[attribute] = Outside(name, self.answers, real)
        self.why[name] = why

    def add_class_attribute(self, name: str, member: Any, why: Foreign) -> None:
        """Let one take the place of what a class has for all of its instances.

        Raises ``why`` where no attribute of an instance can stand in front of it.
        """
        places = [
            place
            for place, owner in enumerate(self.specimen.owners)
            if inspect.getattr_static(owner, name, None) is member and hasattr(owner, "__dict__")
        ]
        is_iterator = isinstance(member, Iterator) and not isinstance(member, io.IOBase)
        is_first = any(hasattr(type(member), name) for name in ("__set__", "__delete__"))
        if not places or is_iterator or is_first:
            raise why
        for place in places:
            self.add_attribute((place, name), member, str(why))
        self.of_classes[name] = why

    @staticmethod
    def _check_way_back(real: Any, why: ModelError) -> None:
        """Raise ModelError for what leads back into the program: it could change any of it."""
        if leads_back(real):
            raise ModelError(str(why))

    def add_chance(self, function: types.FunctionType) -> None:
        """Let one take the place of what a weighted transition draws, now and earlier."""
        group = inspect.getclosurevars(function).nonlocals["group"]
        self.chances[id(group)] = group, Outside(CHANCE, self.answers, NUMBERS)
        self.why[CHANCE] = ""

    def _keep_apart(self, reach: Reach) -> None:
        """Raise ModelError for what holds the machine, or data that its code uses."""
        real_ones = {id(outside._real) for outside in self.all()}
        own = [*self.specimen.owners]
        own += [v for a, v in self.specimen.data().items() if a not in self.attributes]
        own += [v for v in known_to(reach) if id(v) not in real_ones and self._is_data(v)]
        around = {id(owner) for owner in self.specimen.owners}
        data = {id(found) for found in changeable(own, around)}
        for outside in self.all():
            name, real = outside._name, outside._real
            if self.answers.is_harmless(name) or isinstance(real, types.ModuleType | type):
                continue
            if any(id(found) in data for found in changeable([real], ())):
                raise ModelError(
                    f"{self.name}: {name} is from outside and holds the machine or data of it, "
                    f"which it could change; say {HARMLESS} {name} if it does not"
                )

    def _is_data(self, value: Any) -> bool:
        """Tell a collection, or an object of the author's, from what libraries and enums hold."""
        is_own = is_own_module(type(value).__module__, self.specimen.cls)
        return type(value) in CONTAINERS or (is_own and not isinstance(value, enum.Enum))

    def all(self) -> Iterator[Outside]:
        """Everything that is from outside."""
        yield from (outside for _, _, outside in self.globals.values())
        yield from (outside for _, outside in self.cells.values())
        yield from self.attributes.values()

    # -- the code that uses it --------------------------------------------------------------------

    def settle(self, reach: Reach) -> None:
        """See to the code, once all that is outside is known. Raises ModelError."""
        machine = self.specimen.machine
        if self.specimen.endings and not isinstance(machine._engine, SyncEngine):
            raise ModelError(
                f"{self.name} has async callbacks and invokes {min(self.specimen.endings).work}, "
                "whose end may then come between any two callbacks of one event; that is not "
                "supported; write callbacks and work that are not async"
            )
        for ending, callback in self.specimen.endings.items():
            outside = Outside(ending.work, self.answers, handler_of(callback))
            self.works[ending.state, ending.place] = outside
            self.why[ending.work] = ""
        if self.specimen.endings:
            check_no_decision(reach, self.name, self.specimen.endings)
        for name, why in self.of_classes.items():
            if not all(asks_self_only(summary, name) for summary in reach.functions.values()):
                raise why  # code that asks the class itself would come to the real thing
        known = set(self.why)
        for name in self.answers.harmless:
            if not known & {name, name.partition(".")[0]}:
                found = ", ".join(sorted(known)) or "nothing"
                raise ModelError(
                    f"{HARMLESS} {name}: {self.name} uses nothing from outside of that name; it "
                    f"uses: {found}"
                )
        if not self:
            return
        if reach.identity:
            raise ModelError(
                f"{self.name}: {reach.asking()} asks `is` or type() of values, while answers of "
                f"{min(self.why)} may be any; write == or isinstance()"
            )
        check_followed(reach, self.name, min(self.why))
        self._beside(reach)
        self._while_made(reach)
        self._keep_apart(reach)
        self.codes = {part for code in reach.functions for part in codes_in(code)}
        self.answers.asks_none = any(s.asks_none for s in reach.functions.values())
        loaded = {name for s in reach.functions.values() for name, _ in s.loads}
        self.answers.asks_attributes = bool(loaded & {"hasattr", "getattr"})
        self.answers.errors = told_apart(reach, self.name, min(self.why))
        self.stand_in(self.specimen.owners)

    def _beside(self, reach: Reach) -> None:
        """See to the work that runs beside the machine. Raises ModelError if it could change it."""
        if not self.works:
            return
        outside = {id(found._real) for found in self.all()}
        data = [v for a, v in self.specimen.data().items() if a not in self.attributes]
        known = [v for v in (*known_to(reach), *data) if id(v) not in outside]
        for ending, callback in self.specimen.endings.items():
            if not self.answers.is_harmless(ending.work):
                Work(self.specimen, reach, ending.work, callback).check_apart(known)
        Endings(self.specimen.machine, self.works, self.answers.meanwhile)

    def _while_made(self, reach: Reach) -> None:
        """Attributes that are set from outside while an instance is made are from outside too."""
        ran = [s for code, s in reach.functions.items() if code in self.specimen.ran]
        names = {outside._name for outside in self.all()} | {name for _, name in self.attributes}
        outside = frozenset(names)
        data = self.specimen.data()
        mutable = {name for (_, name), value in data.items() if not is_harmless_value(value)}
        known = {name for name in names if not self.answers.is_harmless(name)}
        for summary in ran:
            check_handed_over(summary, self.specimen.cls, known)
        own: dict[str, list[types.FunctionType]] = {}
        for summary in ran:
            own.setdefault(summary.function.__name__, []).append(summary.function)
        entered: dict[types.CodeType, set[str]] = {}
        while True:
            before = len(names), sum(map(len, entered.values()))
            for summary in ran:
                names |= Taint(summary, self.specimen, mutable, own, entered).spread(names)
            if (len(names), sum(map(len, entered.values()))) == before:
                break
        check_first_steps(self.specimen, ran, names, outside)
        for attribute, value in data.items():
            if attribute[1] in names and attribute not in self.attributes:
                self.add_attribute(attribute, value, "")

    # -- standing in ------------------------------------------------------------------------------

    def stand_in(self, owners: Sequence[Any]) -> None:
        """Replace the attributes of an instance."""
        for (place, name), outside in self.attributes.items():
            space = getattr(owners[place], "__dict__", None)
            if space is not None:
                space[name] = outside
            else:
                object.__setattr__(owners[place], name, outside)

    @contextmanager
    def exploring(self) -> Iterator[None]:
        """Let the stand-ins take their places while answers are chosen.

        Functions that are not written in Python raise a TypeError for a stand-in where a real thing
        may be welcome; so none may arise in the author's code.
        """
        if not self:
            yield
            return

        def inside(frame: Any, event: str, found: Any) -> Any:
            if event == "exception" and issubclass(found[0], TypeError):
                self.answers.refuse(
                    f"a TypeError arises in {frame.f_code.co_qualname}, perhaps of an answer from "
                    "outside, of which nothing is known"
                )
            return inside

        def watch(frame: Any, event: str, found: Any) -> Any:
            return inside if frame.f_code in self.codes else None

        former = sys.gettrace()
        sys.settrace(watch)
        try:
            with self._installed():
                yield
        finally:
            sys.settrace(former)

    @contextmanager
    def playing(self) -> Iterator[None]:
        """Let the stand-ins take their places while a run is played, in which none is asked."""
        self.answers.playing = True
        try:
            with self._installed():
                yield
        finally:
            self.answers.playing = False

    @contextmanager
    def _installed(self) -> Iterator[None]:
        before = [(s, n, s.get(n, _ABSENT)) for s, n, _ in self.globals.values()]
        contents = [(cell, cell.cell_contents) for cell, _ in self.cells.values()]
        drawn = [(group, group.rng, group._selected) for group, _ in self.chances.values()]
        for group, outside in self.chances.values():
            group.rng, group._selected = _Dice(outside), outside
        for space, name, outside in self.globals.values():
            space[name] = outside
        for cell, outside in self.cells.values():
            cell.cell_contents = outside
        try:
            yield
        finally:
            for space, name, value in before:
                if value is _ABSENT:
                    del space[name]
                else:
                    space[name] = value
            for cell, value in contents:
                cell.cell_contents = value
            for group, rng, selected in drawn:
                group.rng, group._selected = rng, selected

    def assumptions(self) -> Iterator[str]:
        """The assumptions about what is outside, in sentences."""
        for name in dict.fromkeys(self.why):
            if self.answers.is_harmless(name):
                continue
            yield (
                f"{name} is outside of the machine: it may answer or raise anything, and does "
                "nothing else to it."
            )
        for ending in self.specimen.endings:
            yield (
                f"{ending.work} may end at any time while {ending.state} is active, or never; once "
                "at most while one event is handled."
            )
        for name in self.answers.harmless:
            yield (
                f"Calls of {name} have no effect on the machine and do not raise, nor do their "
                "answers when they are asked whether they are true or equal to something."
            )
