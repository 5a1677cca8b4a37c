"""Obligations about runs: plans, shown runs, and that no shorter run exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofs.engine.claims import Claim, Kind
from proofs.engine.induction import Clause
from proofs.engine.obligations import Obligation, Obligations, Part, folder
from proofs.engine.recover import Plan
from proofs.engine.smtlib import Sexp, conjunction, disjunction, layout, symbol
from proofs.engine.transitions import Property


def shorter(
    obligations: Obligations, claim: Claim, formula: Property, steps: int
) -> Iterator[Obligation]:
    """That no run of fewer steps ends as a claim's shortest run does, whatever the sizes."""
    parts: list[Part] = []
    for depth in range(steps):
        if depth:
            parts.append(_any_step(obligations, depth - 1))
        elif claim.on_step:
            continue
        last = depth - 1 if claim.on_step else depth
        constants: dict[str, Sexp] = {
            str(term.decl().name()): symbol(f"{term.decl().name()}@{last}")
            for term in _step_constants(obligations)
        }
        said = obligations.claim(
            claim, formula, state=_state(last), after=_state(last + 1), constants=constants
        )
        event: Sexp = "claim" if claim.kind is Kind.POSSIBLE else ("not", "claim")
        taken: list[Sexp] = [("assert", symbol(f"enabled@{i}")) for i in range(depth)]
        yield Obligation(
            f"{folder(claim)}/no-run-of-{depth}.smt2",
            "shorter",
            (("claim", claim.title), ("steps", depth)),
            f"{claim.title}: no run of {depth} steps ends so, at any size.",
            (obligations.vocabulary, obligations.start, *parts, said),
            (*taken, ("assert", "reading"), ("assert", event)),
        )


def _state(index: int) -> str:
    return f"!{index}" if index else ""


def _step_constants(obligations: Obligations) -> list:
    transitions = obligations.transitions
    return [
        transitions.action,
        *(term for command in transitions.commands for _, _, term in command.parameters),
    ]


def _any_step(obligations: Obligations, index: int) -> Part:
    """Any step: which action it is, its arguments, and the functions of the state after it."""
    transitions, writer = obligations.transitions, obligations.writer
    own = f"@{index}"
    given: dict[str, Sexp] = {
        str(term.decl().name()): symbol(f"{term.decl().name()}{own}")
        for term in _step_constants(obligations)
    }
    sort = transitions.action.sort().name()
    chosen = {c.name: ("=", f"action{own}", symbol(f"{sort}.{c.name}")) for c in transitions.commands}
    from proofs.engine.smtlib import At
    guards = [
        ("and", chosen[c.name], writer.write(c.guard, At(_state(index), constants=given)))
        for c in transitions.commands
    ]
    lines = [*map(layout, writer.parameters(own))]
    lines.append(layout(("define-fun", f"enabled{own}", (), "Bool", disjunction(guards))))
    for key in transitions.vocabulary.functions:
        value: Sexp = (symbol(str(key) + _state(index)), "x")
        for c in reversed(transitions.commands):
            if key in c.updates:
                value = ("ite", chosen[c.name], obligations.written(c, key, _state(index), given), value)
        lines.append(layout(obligations.defined(key, _state(index + 1), value)))
    return Part(f"any step {index}", "\n".join(lines))
