"""Claims about one machine, read from their text.

A state stands for "is active", ``after.NAME`` is a state or a field after a step, ``step.raised``
says that an exception came out of the event, ``raised("ValueError")`` that it was that one,
``step.refused`` that no transition was allowed, and ``step.event`` is the event. ``enabled(open)``
says that the event would be taken now, ``deadlock`` that no event would, ``once(P)`` and
``since(P, Q)`` look back. ``P ==> Q`` has a premise; ``P ~> Q`` says that Q comes after P. What is
said has to be a truth value.
"""

from __future__ import annotations

from statecheck.claims.claim import Kind
from statecheck.claims.syntax import LEADS_TO, premise_and_conclusion
from statecheck.modeling import ModelError
from statecheck.single.claims.claims import Claim, Names
from statecheck.single.claims.reading import ExpressionReader


def parse(text: str, names: Names, kind: Kind) -> Claim:
    """Read a claim of a kind. Raises ModelError that says what is wrong with it."""
    premise, conclusion = premise_and_conclusion(kind, text)
    first = ExpressionReader(text, names)
    said = first.compile(premise) if premise else None
    premise_on_step = first.on_step
    if kind is Kind.EVENTUALLY and premise_on_step:
        raise ModelError(f"{text!r}: the premise of {LEADS_TO} is about a state, not about a step")
    whole = first.compile(conclusion)
    return Claim(
        text,
        said,
        whole,
        first.on_step,
        frozenset(first.fields),
        first.about,
        tuple(first.shared.pasts.values()),
        first.shared.about_refusals,
    )


def parse_state(text: str, names: Names, option: str) -> Claim:
    """Read an expression about states that an option gives. Raises ModelError."""
    return _one(text, names, option, on_step=False)


def parse_step(text: str, names: Names, option: str) -> Claim:
    """Read an expression about steps that an option gives. Raises ModelError."""
    return _one(text, names, option, on_step=True)


def _one(text: str, names: Names, option: str, *, on_step: bool) -> Claim:
    reader = ExpressionReader(text, names)
    expression = reader.compile(text)
    if reader.shared.pasts:
        raise ModelError(f"{option} {text!r}: once and since belong into a claim")
    if reader.on_step and not on_step:
        raise ModelError(f"{option} {text!r} is about a step; it has to be about a state")
    if on_step and not reader.on_step:
        raise ModelError(
            f"{option} {text!r} is about a state; it has to be about a step: step.event == NAME, "
            "step.raised or after.NAME"
        )
    fields = frozenset(reader.fields)
    return Claim(text, None, expression, on_step, fields, reader.about)
