"""Proofs as assertions, for unit tests of any framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from statecheck.claims.answers import Standing
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.results import Report
from statecheck.interface.calls import Texts, check, prove, texts
from statecheck.modeling import ModelError, System

if TYPE_CHECKING:
    from statemachine import StateChart

    from statecheck.prover.project import Project


class NotProved(AssertionError):  # noqa: N818  (what is wrong is what was asserted)
    """Something is not as it is claimed to be. The message has the run, and what is assumed.

    ``report`` is the whole report.
    """

    __module__ = "statecheck"

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.report)


class Undetermined(NotProved):
    """Nothing is refuted, and something was neither proven nor refuted: this is never a pass."""

    __module__ = "statecheck"


def assert_proved(
    subject: type[StateChart[Any] | System] | Callable[[], StateChart[Any]] | Catalogue | Project,
    *patterns: str,
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
) -> Report:
    """Assert that everything is as it is claimed to be, and return the report.

    Of a class, claims and options are those of `check`; without a claim, nothing that the standard
    questions ask may be suspicious or open. Of a catalogue, ``patterns`` and options are those of
    `prove`, and a claim that is expected to be refuted has to be.

    Raises NotProved with each run spelled out, Undetermined where nothing is refuted but something
    is open, ModelError and ValueError as `check` and `prove` do.
    """
    __tracebackhide__ = True
    options: dict[str, Any] = {
        "always": texts(always),
        "possible": texts(possible),
        "recoverable": texts(recoverable),
        "eventually": texts(eventually),
        "fair": texts(fair),
        "strongly_fair": texts(strongly_fair),
        "never": texts(never),
        "finitely": texts(finitely),
        "initially": texts(initially),
        "given": given,
        "fixed": texts(fixed),
        "inputs": texts(inputs),
        "harmless": texts(harmless),
        "accept": texts(accept),
        "depth": depth,
    }
    if callable(subject):
        if patterns:
            raise ModelError(
                f"{patterns[0]!r}: patterns select claims of a catalogue; of "
                f"{getattr(subject, '__name__', subject)} write always={patterns[0]!r}"
            )
        report = check(subject, **options, timeout=timeout, seed=seed)
    else:
        for name, value in options.items():
            if value not in (None, ()):
                raise ModelError(
                    f"{name}: a catalogue has claims of its own; what is written as texts is "
                    "about a class"
                )
        report = prove(subject, *patterns, timeout=timeout, seed=seed)
    raise_unless_as_expected(report)
    return report


def raise_unless_as_expected(report: Report) -> None:
    """Raise NotProved or Undetermined, unless everything is as it is expected to be."""
    __tracebackhide__ = True
    if report.as_expected:
        return
    from statecheck.reports.failure import failure_text  # noqa: PLC0415  (few need it)

    refuted = any(result.is_unexpected for result in report.results)
    suspicious = any(answer.standing is Standing.SUSPICIOUS for answer in report.answers)
    kind = NotProved if refuted or suspicious else Undetermined
    raise kind(failure_text(report), report)
