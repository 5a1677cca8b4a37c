"""The truths about the past that a claim asks for, step by step of a run that was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from statecheck.single.claims.claims import Moment, Past, StepFacts

Split = tuple[tuple[bool, ...], tuple[object, ...]]
"""The truths that are remembered, and the conditions under which it is that."""

Condition = Callable[[Callable[[], object], Moment, Moment | None], object]
"""Evaluates code that looks at moments: to a truth value or a term."""


def following(
    pasts: Sequence[Past],
    before: Moment | None,
    after: Moment,
    step: StepFacts | None,
    condition: Condition,
) -> list[Split]:
    """The ways in which memory may go on after a step; ``before`` has the memory until then.

    Without a step it is the first state's. Truths are settled one after the other, inner ones
    first, and each that depends on values makes two ways.
    """
    ways: list[Split] = [((), ())]
    for number, past in enumerate(pasts):
        was = before is not None and before.memory[number]
        ways = [
            ((*known, truth), (*conditions, *more))
            for known, conditions in ways
            for truth, more in _ways(
                past, was, before, replace(after, memory=known), step, condition
            )
        ]
    return ways


def _ways(
    past: Past,
    was: bool,
    before: Moment | None,
    after: Moment,
    step: StepFacts | None,
    condition: Condition,
) -> Iterator[tuple[bool, tuple[object, ...]]]:
    """The truths about the past that are possible now, each with its conditions."""
    if was and past.ever_since is None:
        yield True, ()
        return

    def holds() -> object:
        if past.held.holds(before, after, step):
            return True
        if not was or past.ever_since is None:
            return False
        return past.ever_since.holds(before, after, step)

    found = condition(holds, after if before is None else before, after)
    if isinstance(found, bool):
        yield found, ()
        return
    import z3

    yield True, (found,)
    yield False, (z3.Not(found),)


def plain(run: Callable[[], object], _before: Moment, _after: Moment | None) -> object:
    """Evaluate code that looks at moments of a machine that really runs."""
    return bool(run())


def along(
    pasts: Sequence[Past],
    moments: Sequence[Moment],
    set_before: Sequence[Moment],
    facts: Sequence[StepFacts],
) -> list[tuple[bool, ...]]:
    """The truths that are remembered at each moment of a run."""
    found = [following(pasts, None, moments[0], None, plain)[0][0]]
    for before, after, step in zip(set_before, moments[1:], facts, strict=True):
        seen = replace(before, memory=found[-1])
        found.append(following(pasts, seen, after, step, plain)[0][0])
    return found
