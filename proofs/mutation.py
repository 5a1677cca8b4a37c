"""Mutants of the Exchange model: what becomes of each, judged in several processes."""

from __future__ import annotations

import ctypes
import importlib
import inspect
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import FrameType, ModuleType
from typing import Any

import z3

from model import entities, machines, site, version
from model.kernel import ModelError
from proofs import session
from proofs.catalogue import CLAIMS, QUESTIONS
from proofs.engine.ask import deaf, interruptible
from proofs.engine.explicit import Instance
from proofs.engine.fate import Fate, Judge, Judgement, Kill
from proofs.engine.induction import Timeout
from proofs.engine.lockstep import Guide, watch
from proofs.engine.mutants import Mutant, mutants
from proofs.engine.prove import Prover
from proofs.engine.replay import ReplayError
from proofs.engine.stakes import Event, Original
from proofs.engine.variant import variant

MODULES: tuple[ModuleType, ...] = (version, machines, entities, site)
"""What is mutated: everything of the model that happens. Assumptions are prose."""

SMALL = {"servers": 2, "mailboxes": 1, "attachments": 1}
"""The instance whose machines run in step with the original's."""

EFFORT = 200_000_000
"""So much Z3 may do for one question, in its own units (about half a minute), on any machine."""

PATIENCE = 120.0
"""Seconds of the processor's time that one mutant may take; what takes longer is undetermined. None
comes near: what is decided does not depend on how fast or busy a machine is.
"""

_KEPT = ("model.kernel", "proofs.engine", "proofs.mutat", "proofs.console", "proofs.__main__")
"""Modules that know nothing of a mutant; the others are imported anew for each."""


@dataclass
class Survey:
    """What became of mutants, by id; what was not settled is left out."""

    mutants: tuple[Mutant, ...]
    found: dict[str, Judgement] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def settled(self) -> list[tuple[Mutant, Judgement]]:
        """The mutants that were judged, in the order of the source."""
        return [(m, self.found[m.id]) for m in self.mutants if m.id in self.found]

    def count(self, *fates: Fate) -> int:
        """How many mutants have one of these fates."""
        return sum(judgement.fate in fates for judgement in self.found.values())


@cache
def everything() -> tuple[Mutant, ...]:
    """Every mutant of the model."""
    return mutants(site.Site, MODULES)


def survey(
    wanted: Sequence[Mutant],
    *,
    jobs: int = 1,
    timeout: float | None = None,
    seed: int = 0,
    progress: Callable[[Mutant, Judgement], None] | None = None,
) -> Survey:
    """Judge mutants. A time-out or Ctrl-C keeps what was settled. Raises ModelError."""
    end = None if timeout is None else time.monotonic() + timeout
    result = Survey(tuple(wanted))
    by_id = {mutant.id: mutant for mutant in wanted}
    method = "fork" if sys.platform == "linux" else "spawn"
    context = multiprocessing.get_context(method)
    pool = None
    try:
        with interruptible():
            _begin(seed, timeout)
            pool = context.Pool(min(jobs, len(wanted)) or 1, _prepare, (seed,))
        stream = pool.imap_unordered(_settle, by_id)
        while len(result.found) < len(by_id):
            left = None if end is None else max(0.0, end - time.monotonic())
            id_, judgement = stream.next(left)
            result.found[id_] = judgement
            if progress is not None:
                progress(by_id[id_], judgement)
    except (multiprocessing.TimeoutError, Timeout):
        pass
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        if pool is not None:
            pool.terminate()
            pool.join()
    for mutant in wanted if not result.interrupted else ():
        late = Judgement(Fate.UNDETERMINED, "the time was up")
        result.found.setdefault(mutant.id, late)
    return result


# -- in the processes that judge ------------------------------------------------------------------

_ORIGINAL: dict[int, Original] = {}
"""By seed; a forked process has its parent's."""


def _begin(seed: int, timeout: float | None = None) -> Original:
    if seed not in _ORIGINAL:
        prover = session.prover(seed=seed, timeout=timeout)
        try:
            _ORIGINAL[seed] = Original(prover, CLAIMS, QUESTIONS)
        except ValueError as error:
            raise ModelError(f"no mutants can be judged: {error}") from None
        prover.end = None
        _guide()  # before processes are forked, which share it
    return _ORIGINAL[seed]


def _prepare(seed: int) -> None:
    deaf()  # the parent keeps what was settled
    global _SEED  # noqa: PLW0603  (a process has no other place for it)
    _SEED = seed
    _begin(seed)


_SEED = 0


def _settle(id_: str) -> tuple[str, Judgement]:
    (mutant,) = (mutant for mutant in everything() if mutant.id == id_)
    return id_, judge(mutant, seed=_SEED)


def judge(mutant: Mutant, *, seed: int = 0) -> Judgement:
    """What becomes of a mutant."""
    original = _begin(seed)
    module = next(module for module in MODULES if module.__name__ == mutant.module)
    try:
        source = mutant.source(inspect.getsource(module))
        with _patience(PATIENCE), variant(fresh, {mutant.module: source}):
            changed: Any = importlib.import_module("proofs.session")
            # A mutant that is refused where it is read has no verdicts.
            prover = changed.prover(lock_file=None, seed=seed)
            return _watched(changed) or _judged(original, prover)
    except _Late:
        return Judgement(Fate.UNDETERMINED, f"it took more than {PATIENCE:g} seconds of work")
    except Exception as error:  # noqa: BLE001  (a mutant may do anything)
        return _invalid(error)


def _judged(original: Original, prover: Prover) -> Judgement:
    """What becomes of a mutant that is not seen where small systems run."""
    try:
        return Judge(original).judge(prover)
    except Timeout as gave_up:
        return Judgement(Fate.UNDETERMINED, f"the solver gave up: {gave_up}")
    except (ReplayError, RecursionError, ctypes.ArgumentError) as error:
        return Judgement(Fate.UNDETERMINED, f"internal: {type(error).__name__}: {error}")


def _invalid(error: Exception) -> Judgement:
    said = str(error) if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
    return Judgement(Fate.INVALID, " ".join(said.split()))


def fresh(name: str) -> bool:
    """Whether a module has to be imported anew for a changed model."""
    return name.startswith(("model.", "proofs.")) and not name.startswith(_KEPT)


def _watched(changed: Any) -> Judgement | None:
    """What claims see where a mutant's machines run; None where they see nothing, or it breaks
    down there.
    """
    catalogue: Any = importlib.import_module("proofs.catalogue")
    try:
        seen = watch(_guide(), _stepwise(changed), catalogue.CLAIMS, catalogue.HISTORIES)
    except Exception:  # noqa: BLE001  (a mutant may do anything)
        return None
    how = f"run of {seen.steps} steps"
    kills = tuple(Kill(title, Event.VIOLATION.value, how) for title in seen.titles)
    return Judgement(Fate.KILLED, "", kills) if kills else None


@cache
def _guide() -> Guide:
    return Guide(_stepwise(session))


def _stepwise(changed: Any) -> Instance:
    numbers = importlib.import_module("model.version")
    values = {numbers.StoreVersion: (numbers.SP3, numbers.SP4)}
    return Instance(changed.Site, SMALL, values, forget=False)


class _Late(BaseException):
    """A mutant took too long; no `except Exception` of the model or a library is to catch it."""


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
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
        raise _Late

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        z3.set_param("rlimit", 0)
