"""A subject that was asked about: its verdicts, and the page in which to walk through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType

from statemachine import StateChart

from statecheck.claims import expressions
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.fairness import weak
from statecheck.claims.results import Report, Result, Verdict
from statecheck.claims.syntax import AssumedTexts
from statecheck.clock import Timeout
from statecheck.errors import ModelError
from statecheck.explorer.javascript import Code
from statecheck.explorer.machines import machine_data
from statecheck.explorer.page import page
from statecheck.explorer.systems import system_data
from statecheck.modeling import Made, System, signature
from statecheck.prover.agreement import check_agreement
from statecheck.prover.context import ProofContext
from statecheck.prover.project import Project, bounded_integers, project_of
from statecheck.prover.prover import Prover
from statecheck.prover.session import run
from statecheck.single import check
from statecheck.single.claims import claims
from statecheck.single.claims.parse import parse
from statecheck.single.questions.ask import answered
from statecheck.single.reading.instances.makers import maker_of
from statecheck.single.running.subject import Clock, read
from statecheck.smt.interruption import interruptible


@dataclass(frozen=True)
class Question:
    """A question about a subject.

    ``asked`` are claims as kinds and expressions, ``fair`` actions that are weakly fair, ``given``
    constants of a system, ``fixed`` and ``inputs`` fields of a machine; ``timeout`` is in seconds.
    """

    asked: Sequence[tuple[Kind, str]] = ()
    fair: Sequence[str] = ()
    given: Sequence[str] = ()
    fixed: Sequence[str] = ()
    inputs: Sequence[str] = ()
    timeout: float | None = None
    seed: int = 0


@dataclass(frozen=True)
class Explored:
    """The verdicts on a subject, and a function that makes its page."""

    report: Report
    page: Callable[[], str]


def explored(found: object, name: str, question: Question) -> Explored:
    """Settle what is asked of a class, a system or a catalogue that ``name`` names.

    A catalogue's own claims are proven; a machine of which nothing is claimed is asked the standard
    questions. Raises ModelError for what is none of these, and for what cannot be taken as it is.
    """
    if isinstance(found, Catalogue | Project):
        _check_unused(question, f"{name} has claims of its own", "asked", "fair", "given")
        _check_unused(question, f"{name} is a system", "fixed", "inputs")
        return explored_project(project_of(found, name), question)
    if isinstance(found, type) and issubclass(found, System):
        _check_unused(
            question, f"{found.__name__} is a system, whose fields nobody sets", "fixed", "inputs"
        )
        if not question.asked:
            _check_unused(question, f"nothing is claimed of {found.__name__}", "fair", "given")
        return _explored_system(found, question)
    if isinstance(found, FunctionType | MethodType):
        return _explored_single(maker_of(found), question)
    if not isinstance(found, type) or not issubclass(found, StateChart):
        kind = getattr(found, "__name__", found)
        raise ModelError(f"{kind} is neither a System, a Catalogue nor a python-statemachine class")
    if not list(found.states):
        raise ModelError(f"{found.__name__} has no states, so there is nothing to explore")
    return _explored_single(found, question)


def _explored_single(made: Made, question: Question) -> Explored:
    _check_unused(question, f"{made.__name__} is one machine, without constants", "given")
    if not question.asked:
        _check_unused(question, f"nothing is claimed of {made.__name__}", "fair")
    return _explored_machine(made, question)


_OPTIONS = {"asked": "always", "inputs": "input"}
"""What a part of a question is called on the command line, where that is not its own name."""


def _check_unused(question: Question, why: str, *parts: str) -> None:
    """Raise ModelError if a part of a question is given that has no use."""
    for part in parts:
        values = getattr(question, part)
        if values:
            value = values[0] if isinstance(values[0], str) else values[0][1]
            option = _OPTIONS.get(part, part) if part != "asked" else str(values[0][0])
            raise ModelError(f"--{option} {value}: {why}, so it has no use; leave it out")


def explored_project(project: Project, question: Question) -> Explored:
    """Prove the claims of a project."""
    report = run(
        project,
        project.claims,
        timeout=question.timeout,
        seed=question.seed,
        tables=False,
        explain=True,
    )

    def made() -> str:
        code = Code()
        data = system_data(
            project.system,
            code,
            histories=project.histories,
            claims=project.claims,
            results=report.results,
            integers=project.integers,
        )
        return page(data, code)

    return Explored(report, made)


def _explored_system(system: type[System], question: Question) -> Explored:
    asked = _claims(system, question)
    report = _settled(system, asked, question) if asked else Report("", ())

    def made() -> str:
        code = Code()
        integers = bounded_integers(system)
        results = report.results
        data = system_data(system, code, claims=asked, results=results, integers=integers)
        return page(data, code)

    return Explored(report, made)


def _claims(system: type[System], question: Question) -> list[Claim]:
    """The claims about a system, numbered by kind."""
    variant = expressions.given(system, question.given)
    assumed = tuple(weak(signature(system).action(name).function) for name in question.fair)
    counts: dict[Kind, int] = {}
    found = []
    for kind, text in question.asked:
        counts[kind] = counts.get(kind, 0) + 1
        id_ = f"{kind}.{counts[kind]}"
        fairness = assumed if kind is Kind.EVENTUALLY else ()
        found.append(
            expressions.claim(system, kind, text, id_=id_, variant=variant, fairness=fairness)
        )
    return found


def _settled(system: type[System], asked: Sequence[Claim], question: Question) -> Report:
    """The verdicts on claims about a system; what an interruption leaves open is left out."""
    results: list[Result] = []
    numbers = bounded_integers(system)
    try:
        with interruptible():
            context = ProofContext(
                system, asked, (), numbers=numbers, seed=question.seed, timeout=question.timeout
            )
            engine = Prover(context)
            check_agreement(context.transitions, asked, time_left=context.remaining)
            for result in engine.prove(asked):
                results.append(result)  # noqa: PERF402  (what is settled outlives an interruption)
    except Timeout as gave_up:
        why = f"timed out: {gave_up}"
        return Report("", tuple(Result(claim, Verdict.UNDETERMINED, why) for claim in asked))
    except KeyboardInterrupt:
        return Report("", tuple(results), interrupted=True)
    return Report("", tuple(results))


def _explored_machine(made: Made, question: Question) -> Explored:
    fixed, inputs, seed = question.fixed, question.inputs, question.seed
    parsed: list[tuple[claims.Claim, str]] = []

    def take(names: claims.Names) -> bool:
        parsed[:] = [(parse(text, names, kind), text) for kind, text in question.asked]
        return any(claim.about_refusals for claim, _ in parsed)

    clock = Clock(question.timeout)
    try:
        subject = read(made, fixed, inputs, clock.part(0.5), seed=seed, take=take)
        left = None if question.timeout is None else clock.left(question.timeout)
    except Timeout:
        raise ModelError(
            f"{made.__name__} was not read within {question.timeout:g} s; allow more by --timeout"
        ) from None
    if question.asked:
        said = [(str(kind), text) for kind, text in question.asked]
        assumed = AssumedTexts(fair=tuple(question.fair))
        report = check(
            made, said, assumed=assumed, fixed=fixed, inputs=inputs, timeout=left, seed=seed
        )
    else:
        report = answered(made, fixed=fixed, inputs=inputs, timeout=left, seed=seed)

    def written() -> str:
        code = Code()
        return page(machine_data(subject, code, parsed, report.results, report.answers), code)

    return Explored(report, written)
