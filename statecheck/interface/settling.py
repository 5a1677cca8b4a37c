"""Settling what is claimed of a class: the way of the command line and of the Python interface."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from statecheck.claims.answers import Answer, Standing
from statecheck.claims.claim import LEMMA, Claim, Kind
from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.syntax import AssumedTexts, check_use
from statecheck.interface.subjects import is_system
from statecheck.modeling import System, signature

if TYPE_CHECKING:
    from statecheck.prover.project import Project
    from statecheck.prover.prover import Prover
    from statecheck.single.locking.locked import Locked

TABLE = "[tool.statecheck.accept]"
"""Where a project accepts findings, in its pyproject.toml."""


@dataclass(frozen=True)
class Request:
    """Everything that is asked of a class.

    ``asked`` are claims as pairs of a kind and an expression; without any, the standard questions
    are asked. ``lemmas`` are expressions that hold in every state and help to prove the claims,
    once they are proven themselves. ``assumed`` is what is assumed of runs, ``given`` are constants
    that are fixed, by name or as ``NAME=VALUE``. ``fixed`` are fields that the environment never
    sets, ``inputs`` others that it does, ``harmless`` things from outside whose calls neither raise
    nor change the machine. ``timeout`` is in seconds, ``depth`` a number of steps (None: the
    engine's own), ``seed`` the solver's. ``accept`` are the ids of findings that are meant.
    ``lock`` is the lock file of a system, or the lock of a machine.
    """

    asked: Sequence[tuple[Kind, str]] = ()
    assumed: AssumedTexts = field(default_factory=AssumedTexts)
    given: Sequence[str] | Mapping[str, Any] = ()
    fixed: Sequence[str] = ()
    inputs: Sequence[str] = ()
    harmless: Sequence[str] = ()
    timeout: float | None = None
    depth: int | None = None
    seed: int = 0
    explain: bool = False
    accept: tuple[str, ...] = field(default=())
    lemmas: Sequence[str] = ()
    lock: Path | Locked | None = None


def load(subject: Any) -> None:
    """Import what `settled` needs: half of it, after an interruption, would be of no use."""
    needed = (
        ("statecheck.claims.expressions", "statecheck.prover.agreement", "statecheck.prover.prover")
        if is_system(subject)
        else ("statecheck.single", "statecheck.single.questions.ask")
    )
    for name in needed:
        importlib.import_module(name)


def settled(subject: Any, request: Request) -> Report:
    """Settle what is asked; what an interruption leaves open is left out.

    Raises ModelError for a class or a claim that cannot be taken as it is.
    """
    if is_system(subject):
        return _of_system(subject, request)
    options: dict[str, Any] = {
        "fixed": request.fixed,
        "inputs": request.inputs,
        "harmless": request.harmless,
        "timeout": request.timeout,
        "depth": request.depth,
        "seed": request.seed,
    }
    if request.asked:
        assert not isinstance(request.lock, Path)
        from statecheck.single import check  # noqa: PLC0415  (systems have no use for it)

        asked = [(str(kind), text) for kind, text in request.asked]
        return check(subject, asked, assumed=request.assumed, lock=request.lock, **options)
    from statecheck.single.questions.ask import answered  # noqa: PLC0415  (likewise)

    return accepting(answered(subject, **options), request.accept)


# -- systems ------------------------------------------------------------------------------------


def _of_system(system: type[System], request: Request) -> Report:
    """Settle claims about a system that are written as expressions."""
    from statecheck.clock import Timeout  # noqa: PLC0415  (the solver is imported where it is asked)
    from statecheck.prover.agreement import check_agreement  # noqa: PLC0415
    from statecheck.prover.context import DEPTH, ProofContext  # noqa: PLC0415
    from statecheck.prover.project import bounded_integers  # noqa: PLC0415
    from statecheck.prover.prover import Prover  # noqa: PLC0415
    from statecheck.smt.interruption import interruptible  # noqa: PLC0415

    claims = _claims(system, request)
    results: list[Result] = []
    engine: Prover | None = None
    interrupted = False
    try:
        with interruptible():
            engine = Prover(
                ProofContext(
                    system,
                    claims,
                    (),
                    numbers=bounded_integers(system),
                    seed=request.seed,
                    timeout=request.timeout,
                    explain=request.explain,
                    lock_file=request.lock if isinstance(request.lock, Path) else None,
                    depth=DEPTH if request.depth is None else request.depth,
                )
            )
            check_agreement(engine.context.transitions, claims, time_left=engine.context.remaining)
            engine.context.readable(claims)
            for error in engine.context.unreadable.values():
                raise error  # whoever typed a claim is there to correct it
            for result in engine.prove(claims):
                results.append(result)  # noqa: PERF402  (what is settled outlives an interruption)
    except Timeout as gave_up:
        results = [Result(c, Verdict.UNDETERMINED, f"timed out: {gave_up}") for c in claims]
    except KeyboardInterrupt:
        interrupted = True
    order = {claim: n for n, claim in enumerate(claims)}
    results.sort(key=lambda result: order[result.claim])
    digest = engine.context.digest if engine is not None else ""
    notes = tuple(engine.context.notes) if engine is not None and request.lock is not None else ()
    assumed = signature(system).assumed
    return Report(digest, tuple(results), interrupted, notes=notes, environment=assumed)


def project_of_request(name: str, system: type[System], request: Request) -> Project:
    """The project that a system and what is claimed of it are; ``name`` is MODULE:CLASS."""
    from statecheck.prover.project import Project, bounded_integers  # noqa: PLC0415

    claims = tuple(_claims(system, request))
    return Project(name, system, claims, integers=bounded_integers(system))


def _claims(system: type[System], request: Request) -> list[Claim]:
    from statecheck.claims import expressions  # noqa: PLC0415  (one machine has no use for it)

    check_use(request.assumed, has_ends=any(kind is Kind.EVENTUALLY for kind, _ in request.asked))
    variant = expressions.given(system, request.given)
    counts: dict[Kind, int] = {}
    claims = []
    for kind, text in request.asked:
        counts[kind] = counts.get(kind, 0) + 1
        id_ = f"{kind}.{counts[kind]}"
        stated = expressions.claim(system, kind, text, id_=id_, variant=variant)
        claims.append(expressions.assuming(system, stated, request.assumed))
    for number, text in enumerate(request.lemmas, 1):
        id_ = f"{LEMMA}.{number}"
        stated = expressions.claim(system, Kind.ALWAYS, text, id_=id_, variant=variant)
        claims.append(replace(stated, word=LEMMA))
    return claims


# -- findings that are meant --------------------------------------------------------------------


def accepting(report: Report, ids: Sequence[str]) -> Report:
    """The report with accepted findings marked; an accepted one that is not there is a note."""
    answers = tuple(_marked(answer, ids) for answer in report.answers)
    found = {answer.id for answer in answers if answer.standing is Standing.ACCEPTED}
    open_ = {answer.id for answer in answers if answer.standing is Standing.OPEN}
    notes = tuple(
        f"accepted, but no longer found: {id_}; take it out of {TABLE}"
        for id_ in ids
        if id_ not in found | open_ and not report.interrupted
    )
    return replace(report, answers=answers, notes=(*report.notes, *notes))


def _marked(answer: Answer, ids: Sequence[str]) -> Answer:
    if answer.standing is Standing.SUSPICIOUS and answer.id in ids:
        return replace(answer, standing=Standing.ACCEPTED)
    return answer
