"""A campaign of mutants of a project's model: what becomes of each, judged in several processes."""

from __future__ import annotations

import ctypes
import importlib
import inspect
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import FrameType

import z3

from statecheck.clock import Timeout
from statecheck.explicit.lockstep import GuideStates, watch
from statecheck.modeling import ModelError
from statecheck.mutation.baseline import Baseline
from statecheck.mutation.judge import MutantJudge
from statecheck.mutation.module_variant import reimported_with
from statecheck.mutation.mutants import Mutant, mutants
from statecheck.mutation.observations import Event
from statecheck.mutation.verdict import Kill, MutantStatus, MutantVerdict
from statecheck.processes import Lost, Place, results
from statecheck.prover import session
from statecheck.prover.project import Project, project_of
from statecheck.prover.prover import Prover
from statecheck.runs.replay import ReplayError
from statecheck.smt.interruption import interruptible

EFFORT = 200_000_000
"""So much Z3 may do for one question, in its own units (about half a minute), on any machine."""

PATIENCE = 120.0
"""Seconds of the processor's time that one mutant may take; what takes longer is undetermined. None
comes near: what is decided does not depend on how fast or busy a machine is.
"""


@dataclass
class Survey:
    """The verdicts on mutants, by id; those that were not judged are left out."""

    project: Project
    mutants: tuple[Mutant, ...]
    found: dict[str, MutantVerdict] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def settled(self) -> list[tuple[Mutant, MutantVerdict]]:
        """The mutants that were judged, in the order of the source."""
        return [(m, self.found[m.id]) for m in self.mutants if m.id in self.found]

    def count(self, *statuses: MutantStatus) -> int:
        """How many mutants have one of these statuses."""
        return sum(verdict.status in statuses for verdict in self.found.values())


@cache
def everything(project: Project) -> tuple[Mutant, ...]:
    """Every mutant of a project's model."""
    return mutants(project.system, project.mutated)


def survey(
    project: Project,
    wanted: Sequence[Mutant],
    *,
    jobs: Place = 1,
    timeout: float | None = None,
    seed: int = 0,
    progress: Callable[[Mutant, MutantVerdict], None] | None = None,
) -> Survey:
    """Judge mutants. A time-out or Ctrl-C keeps what was settled. Raises ModelError."""
    end = None if timeout is None else time.monotonic() + timeout
    result = Survey(project, tuple(wanted))
    by_id = {mutant.id: mutant for mutant in wanted}
    queue, again = deque(by_id), set[str]()
    try:
        with interruptible():
            _begin(project, seed, timeout)
        for message in results(_settle, (project, seed), queue, jobs, deadline=end):
            match message:
                case Lost(job=id_, exit_code=code) if id_ in again:
                    reason = f"the process that judged it ended twice, with exit code {code}"
                    verdict = MutantVerdict(MutantStatus.UNDETERMINED, reason)
                case Lost(job=id_):
                    again.add(id_)
                    queue.append(id_)
                    continue
                case (str(id_), MutantVerdict() as verdict):
                    pass
            result.found[id_] = verdict
            if progress is not None:
                progress(by_id[id_], verdict)
    except Timeout:
        pass
    except KeyboardInterrupt:
        result.interrupted = True
    for mutant in wanted if not result.interrupted else ():
        late = MutantVerdict(MutantStatus.UNDETERMINED, "the time was up")
        result.found.setdefault(mutant.id, late)
    return result


# -- in the processes that judge ------------------------------------------------------------------

_ORIGINAL: dict[tuple[str, int], Baseline] = {}
"""By project and seed; a forked process has its parent's."""


def _begin(project: Project, seed: int, timeout: float | None = None) -> Baseline:
    if (project.home, seed) not in _ORIGINAL:
        prover = session.prover(project, seed=seed, timeout=timeout)
        try:
            original = Baseline(prover, project.claims, project.questions)
        except ValueError as error:
            raise ModelError(f"no mutants can be judged: {error}") from None
        _ORIGINAL[project.home, seed] = original
        prover.context.end = None
        _guide(project)  # before processes are forked, which share it
    return _ORIGINAL[project.home, seed]


def _settle(
    jobs: Iterator[str], project: Project, seed: int
) -> Iterator[tuple[str, MutantVerdict]]:
    """The verdict on each mutant that is asked for by its id."""
    _begin(project, seed)
    known = {mutant.id: mutant for mutant in everything(project)}
    for id_ in jobs:
        yield id_, judge(project, known[id_], seed=seed)


def judge(project: Project, mutant: Mutant, *, seed: int = 0) -> MutantVerdict:
    """The verdict on a mutant."""
    original = _begin(project, seed)
    try:
        sources = changed_sources(project, [mutant])
        with patience(PATIENCE), reimported_with(fresh(project), sources):
            changed = imported_anew(project)
            # What plain machines show need not be proven; most of a mutant's time is its reading.
            seen = _watched(project, changed)
            if seen is None:
                # A mutant that is refused where it is read has no verdicts.
                seen = _judged(original, session.prover(changed, locked=False, seed=seed))
            return seen
    except Late:
        return MutantVerdict(
            MutantStatus.UNDETERMINED, f"it took more than {PATIENCE:g} seconds of work"
        )
    except Exception as error:  # noqa: BLE001  (a mutant may do anything)
        return _invalid(error)


def changed_sources(project: Project, changes: Sequence[Mutant]) -> dict[str, str]:
    """The sources of the modules that changes are made in, changed, by the modules' names."""
    sources = {}
    for module in project.mutated:
        # The last change first, so that the places of the others stay what they are.
        mine = [mutant for mutant in changes if mutant.module == module.__name__]
        text = inspect.getsource(module)
        for mutant in sorted(mine, key=lambda mutant: -mutant.start):
            text = mutant.source(text)
        if mine:
            sources[module.__name__] = text
    return sources


def imported_anew(project: Project) -> Project:
    """The project as its modules, imported anew, declare it now."""
    name, _, attribute = project.home.partition(":")
    return project_of(getattr(importlib.import_module(name), attribute), project.home)


def _judged(original: Baseline, prover: Prover) -> MutantVerdict:
    """The verdict on a mutant that no claim sees where small systems run."""
    try:
        return MutantJudge(original).judge(prover)
    except Timeout as gave_up:
        return MutantVerdict(MutantStatus.UNDETERMINED, f"the solver gave up: {gave_up}")
    except (ReplayError, RecursionError, ctypes.ArgumentError) as error:
        return MutantVerdict(
            MutantStatus.UNDETERMINED, f"it cannot be judged: {type(error).__name__}: {error}"
        )


def _invalid(error: Exception) -> MutantVerdict:
    said = str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
    return MutantVerdict(MutantStatus.INVALID, " ".join(said.split()))


def fresh(project: Project) -> Callable[[str], bool]:
    """Which modules, by name, have to be imported anew for a changed model."""
    packages = project.packages

    def is_fresh(name: str) -> bool:
        return name.partition(".")[0] in packages and not name.endswith("__main__")

    return is_fresh


def _watched(project: Project, changed: Project) -> MutantVerdict | None:
    """The claims that see a mutant where it runs; None where none does, or it breaks down there."""
    try:
        instance = changed.small_instance
        seen = watch(_guide(project), instance, changed.claims, changed.histories)
    except Exception:  # noqa: BLE001  (a mutant may do anything)
        return None
    how = f"run of {seen.steps} steps"
    kills = tuple(Kill(title, Event.VIOLATION.value, how) for title in seen.titles)
    return MutantVerdict(MutantStatus.KILLED, "", kills) if kills else None


_GUIDES: dict[str, GuideStates] = {}


def _guide(project: Project) -> GuideStates:
    if project.home not in _GUIDES:
        _GUIDES[project.home] = GuideStates(project.small_instance)
    return _GUIDES[project.home]


class Late(BaseException):
    """A mutant took too long; no `except Exception` of the model or a library is to catch it."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Bound the work inside: each question to Z3, and, where the system has alarms, the processor's
    time for all of it.
    """
    z3.set_param("rlimit", EFFORT)
    if not hasattr(signal, "setitimer"):
        try:
            yield
        finally:
            z3.set_param("rlimit", 0)
        return

    def late(number: int, frame: FrameType | None) -> None:
        raise Late

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        z3.set_param("rlimit", 0)
