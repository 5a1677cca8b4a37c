"""The calls of the Python interface that prove: `check` for a class, `prove` for a catalogue."""

from __future__ import annotations

import gc
import math
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Kind
from statecheck.claims.results import Report
from statecheck.claims.syntax import AssumedTexts
from statecheck.interface.subjects import check_options, is_system, subject_of
from statecheck.modeling import ModelError, System

if TYPE_CHECKING:
    from statemachine import StateChart

    from statecheck.prover.project import Project

Texts = str | Iterable[str]
"""A text, or any number of them."""

LARGEST_SEED = 2**32 - 1
"""The solver takes 32 bits."""

_one_at_a_time = threading.RLock()
"""The solver must not be entered by two threads at once."""


def check(
    subject: type[StateChart[Any] | System] | Callable[[], StateChart[Any]],
    *,
    always: Texts = (),
    possible: Texts = (),
    recoverable: Texts = (),
    eventually: Texts = (),
    fair: Texts = (),
    strongly_fair: Texts = (),
    never: Texts = (),
    finitely: Texts = (),
    initially: Texts = (),
    given: Mapping[str, Any] | None = None,
    fixed: Texts = (),
    inputs: Texts = (),
    harmless: Texts = (),
    accept: Texts = (),
    timeout: float | None = None,
    depth: int | None = None,
    seed: int = 0,
    explain: bool = False,
) -> Report:
    """Prove or refute claims about a class, as ``statecheck check`` does.

    ``subject`` is any python-statemachine class, or a function without arguments that makes an
    instance of one, such as one that needs arguments or a model; or a `System`, which is proven for
    any number of entities. Claims are expressions, one text or several: ``always`` holds in every
    reachable state or of every step, ``possible`` is reached by some run, ``recoverable`` can be
    reached from every reachable state, ``eventually`` is written ``P ~> Q``. They get the ids
    ``always.1``, ``always.2``, ``possible.1`` and so on. Without a claim, the standard questions
    about a machine are answered (``Report.answers``).

    ``fair`` names actions that are not put off for ever (weak fairness), ``strongly_fair`` those
    that are taken again and again if they can be taken again and again; ``never`` are steps that
    are not seen from P on, ``finitely`` steps that come to an end: all four matter to
    ``eventually`` alone. ``initially`` says how every run of a machine begins. ``given`` fixes
    constants of a system by name. Of a machine, ``fixed`` names fields that nobody sets from
    outside, ``inputs`` others that may be set between events, ``harmless`` things from outside
    whose calls neither raise nor change the machine, and ``accept`` the ids of findings of the
    standard questions that are meant to be so.
    ``timeout`` is in seconds and bounds everything: what is open then is UNDETERMINED. ``depth`` is
    the greatest number of steps of runs that the solver searches for, ``seed`` the solver's.
    ``explain`` asks for what each verdict of a system rests on.

    Raises ModelError for a class or a claim that cannot be taken as it is, in one line that says
    why; ValueError for a number out of range; KeyboardInterrupt, and then nothing is returned.
    """
    asked = [
        *((Kind.ALWAYS, text) for text in texts(always)),
        *((Kind.POSSIBLE, text) for text in texts(possible)),
        *((Kind.RECOVERABLE, text) for text in texts(recoverable)),
        *((Kind.EVENTUALLY, text) for text in texts(eventually)),
    ]
    named: dict[str, Any] = {
        "fixed": texts(fixed),
        "inputs": texts(inputs),
        "harmless": texts(harmless),
    }
    assumed = {
        "fair": texts(fair),
        "strongly_fair": texts(strongly_fair),
        "never": texts(never),
        "finitely": texts(finitely),
        "initially": texts(initially),
    }
    options = {**named, **assumed, "given": given or {}, "accept": texts(accept)}
    subject = subject_of(subject)
    check_options(subject, options, has_claims=bool(asked), written=lambda name: f"{name}:")
    if not asked and is_system(subject):
        raise ModelError(
            f"nothing is claimed of {subject.__name__}; give always, possible, recoverable or "
            "eventually"
        )
    check_numbers(timeout=timeout, depth=depth, seed=seed)

    from statecheck.interface.settling import Request, settled  # noqa: PLC0415  (has the solver)

    request = Request(
        asked,
        AssumedTexts(**assumed),
        **named,
        given=given or {},
        accept=texts(accept),
        timeout=timeout,
        depth=depth,
        seed=seed,
        explain=explain,
    )
    with solving():
        return whole(settled(subject, request))


def prove(
    subject: Catalogue | Project,
    *patterns: str,
    timeout: float | None = None,
    seed: int = 0,
    explain: bool = False,
) -> Report:
    """Prove or refute the claims of a catalogue, as ``statecheck prove`` does.

    ``patterns`` are ids of claims, or patterns such as ``doors.*``; without any, all claims are
    meant. What claims remember of a run, their histories, is found by itself. A `Project` brings a
    lock file, tables and assumptions along. ``timeout`` is in seconds and bounds everything: what
    is open then is UNDETERMINED. ``explain`` asks for what each verdict rests on.

    Raises ModelError for a model, a claim or a pattern that cannot be taken as it is; ValueError
    for a number out of range; KeyboardInterrupt, and then nothing is returned.
    """
    check_numbers(timeout=timeout, seed=seed)

    from statecheck.interface.selection import selected  # noqa: PLC0415  (has the solver)
    from statecheck.prover.session import run  # noqa: PLC0415  (likewise)

    with solving():
        project = as_project(subject)
        report = run(
            project,
            selected(patterns, project.claims),
            timeout=timeout,
            seed=seed,
            tables=not patterns,
            explain=explain,
        )
        return whole(project.assuming(report))


def as_project(subject: Catalogue | Project) -> Project:
    """The project that a catalogue is by itself, or a project. Raises ModelError."""
    from statecheck.prover.project import Project, project_of  # noqa: PLC0415  (has the solver)

    if isinstance(subject, Project):
        return subject
    if not isinstance(subject, Catalogue):
        kind = type(subject).__name__
        name = getattr(subject, "__name__", None) or f"an object of type {kind}"
        raise ModelError(
            f"{name} is no Catalogue of claims, and no Project; claims about a class that are "
            "written as texts are for statecheck.check"
        )
    return project_of(subject, f"{subject.system.__module__}:{subject.system.__qualname__}")


def texts(given: Texts) -> tuple[str, ...]:
    """The texts that are given: one by itself is one text. Raises ValueError for other things."""
    found = (given,) if isinstance(given, str) else tuple(given)
    for text in found:
        if not isinstance(text, str):
            raise ValueError(f"{text!r} is no text; claims and names are given as texts")  # noqa: TRY004
    return found


def check_numbers(*, timeout: float | None, seed: int = 0, depth: int | None = None) -> None:
    """Raise ValueError for a number that is out of range."""
    if timeout is not None and not 0 < timeout < math.inf:
        raise ValueError(f"timeout={timeout!r} is not a number of seconds greater than 0")
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"seed={seed!r} is not from 0 to {LARGEST_SEED}")
    if depth is not None and depth < 0:
        raise ValueError(f"depth={depth!r} is not a number of steps")


def whole(report: Report) -> Report:
    """A report that was not interrupted. Raises KeyboardInterrupt in place of another one."""
    if report.interrupted:
        raise KeyboardInterrupt
    return report


@contextmanager
def solving() -> Iterator[None]:
    """Within, this thread alone uses the solver.

    Garbage of the solver must not be collected by another thread, and any thread may be the one
    that Python has collect it; so none is collected meanwhile, where there are other threads.
    """
    with _one_at_a_time:
        # Of threads that were started below Python's `threading` it knows nothing; pytest-xdist has
        # one in each of its workers.
        held = gc.isenabled() and len(sys._current_frames()) > 1
        if held:
            gc.disable()
        try:
            yield
        except ModelError as error:
            # Its frames hold terms of the solver, and whoever caught it would keep them.
            error.__context__ = None
            raise error.with_traceback(None) from None
        finally:
            if held:
                gc.collect()
                gc.enable()
