"""A project: a system, the claims about it, and what a proof run of them needs besides.

Comes in: a catalogue of claims, with a lock file, tables and small instances where there are any.
Goes out: what every command that proves claims works on, and can import again by its name.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from statemachine import StateChart

from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim
from statecheck.claims.concrete_run import IntegerType
from statecheck.claims.results import Report
from statecheck.claims.tables import Assumption, DerivedTable
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import History, ModelError, System, signature
from statecheck.prover.histories import used_histories


@dataclass(frozen=True, eq=False)
class Project:
    """A system and everything that is claimed of it.

    ``home`` is MODULE:ATTRIBUTE, from where other processes import it again. ``questions`` are
    derived claims behind ``tables``, proven but not listed. ``integers`` describes the types of
    numbers, ``lock`` is the file that keeps invariant and runs. ``modules`` are those that the
    mutation campaign changes; without any, those that the system is declared in. ``instance`` is a
    small one; without any, `small_instance` makes one.
    """

    home: str
    system: type[System]
    claims: tuple[Claim, ...]
    histories: tuple[History[Any], ...] = ()
    questions: tuple[Claim, ...] = ()
    tables: tuple[DerivedTable, ...] = ()
    integers: Mapping[Any, IntegerType] = field(default_factory=dict)
    lock: Path | None = None
    assumptions: Sequence[Assumption] = ()
    modules: tuple[ModuleType, ...] = ()
    instance: FiniteInstance | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return load, (self.home,)

    def assuming(self, report: Report) -> Report:
        """A report that also says what the project assumes."""
        assumed = (f"{known.id}: {known.text}" for known in self.assumptions)
        return replace(report, environment=(*report.environment, *assumed))

    @property
    def catalogue(self) -> tuple[Claim, ...]:
        """Every claim, questions included."""
        return (*self.claims, *self.questions)

    @cached_property
    def small_instance(self) -> FiniteInstance:
        """The small instance by which proofs are challenged: its own, or one of two entities of
        each kind that is referred to and one of others.

        A mutant's machines run on it in step with the original's, and an invariant is evaluated in
        each of its reachable states. Raises ModelError where a type of numbers is without bounds,
        so that nothing says which of them to try.
        """
        if self.instance is not None:
            return self.instance
        info = signature(self.system)
        referred = {target for entity in info.entities for _, target in entity.references}
        sizes = {e.plural: 2 if e.cls in referred else 1 for e in info.entities}
        values = {type_: tuple(map(type_, n.preferred)) for type_, n in self.integers.items()}
        return FiniteInstance(self.system, sizes, values, forget=False)

    @cached_property
    def mutated(self) -> tuple[ModuleType, ...]:
        """The modules that the mutation campaign changes."""
        if self.modules:
            return self.modules
        info = signature(self.system)
        machines = (machine.cls for entity in info.entities for machine in entity.machines)
        classes = (*machines, *(entity.cls for entity in info.entities), self.system)
        return tuple(dict.fromkeys(sys.modules[cls.__module__] for cls in classes))

    @property
    def packages(self) -> frozenset[str]:
        """The top-level packages, or modules, that the project is made of."""
        names = (self.home, *(module.__name__ for module in self.mutated))
        return frozenset(name.partition(":")[0].partition(".")[0] for name in names)


def load(home: str) -> Project:
    """The project that MODULE:ATTRIBUTE names: a `Project`, or a `Catalogue` by itself.

    Raises ModelError where it is neither.
    """
    module, _, attribute = home.partition(":")
    return project_of(getattr(importlib.import_module(module), attribute), home)


def project_of(found: object, home: str) -> Project:
    """The project that an object is, or that a catalogue is by itself. Raises ModelError."""
    if isinstance(found, Project):
        return found
    if not isinstance(found, Catalogue):
        name = getattr(found, "__name__", "")
        if isinstance(found, type) and issubclass(found, StateChart | System):
            raise ModelError(
                f"{home!r} is the class {name}, and no Catalogue of claims; claims that are "
                f"written as texts are proven by: statecheck check {home}"
            )
        raise ModelError(
            f"{home!r} is of type {type(found).__name__}; name a Catalogue of claims, or a Project"
        )
    modules = dict.fromkeys(
        (home.partition(":")[0], *(claim.body.__module__ for claim in found.claims))
    )
    known = [
        value
        for name in modules
        if name in sys.modules
        for value in vars(sys.modules[name]).values()
    ]
    known += used_histories(claim.body for claim in found.claims)
    histories = {id(value): value for value in known if isinstance(value, History)}
    return Project(
        home,
        found.system,
        tuple(found.claims),
        tuple(histories.values()),
        integers=bounded_integers(found.system),
    )


def bounded_integers(system: type[System]) -> dict[Any, IntegerType]:
    """The types of numbers of a system that are bounded: those with a LEAST and a GREATEST."""
    integers: dict[Any, IntegerType] = {}
    for _, machine, _, type_ in signature(system).functions():
        if hasattr(type_, "LEAST") and hasattr(type_, "GREATEST"):
            defaults = {
                int(info.field.value)
                for info in machine.fields
                if info.type is type_ and isinstance(info.field.value, int)
            }
            known = integers[type_].preferred if type_ in integers else ()
            preferred = tuple(dict.fromkeys((*known, *sorted(defaults))))
            integers[type_] = IntegerType(type_.LEAST, type_.GREATEST, preferred)
    return integers
