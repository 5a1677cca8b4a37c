"""Cures: mutants under which something that happens never does, and what each costs.

A refuted claim is cured by a change of the model under which it is proven, and a possible one by a
change that puts it out of reach. What the change costs are the verdicts that it turns.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from statecheck.claims.claim import Claim, Kind, excluded
from statecheck.claims.results import Verdict
from statecheck.clock import Timeout, seconds_until
from statecheck.errors import ModelError
from statecheck.mutation.campaign import (
    PATIENCE,
    Late,
    changed_sources,
    everything,
    fresh,
    imported_anew,
    patience,
)
from statecheck.mutation.module_variant import reimported_with
from statecheck.mutation.mutants import Mutant
from statecheck.processes import Lost, Place, results
from statecheck.prover import session
from statecheck.prover.context import DEPTH
from statecheck.prover.project import Project
from statecheck.runs.recorded import REJECTIONS, RunChecker
from statecheck.runs.text import RunText, to_text
from statecheck.smt.interruption import interruptible


@dataclass(frozen=True)
class Cost:
    """A claim whose verdict a change turns: what it was, and what it is then."""

    title: str
    before: str
    after: str


Costs = tuple[Cost, ...]


@dataclass
class Cures:
    """The costs of each mutant that cures, and the reason for each of which that is open.

    ``tried`` are those that were settled, in this order.
    """

    claim: Claim
    costs: dict[Mutant, Costs] = field(default_factory=dict)
    open: dict[Mutant, str] = field(default_factory=dict)
    tried: list[Mutant] = field(default_factory=list)
    interrupted: bool = False

    @property
    def by_cost(self) -> list[tuple[Mutant, Costs]]:
        """The cures, those that cost least first."""
        return sorted(self.costs.items(), key=lambda item: (len(item[1]), item[0].id))


def cures(
    project: Project,
    claim: Claim,
    wanted: Sequence[Mutant],
    *,
    jobs: Place = 1,
    timeout: float | None = None,
    seed: int = 0,
    progress: Callable[[Mutant, str], None] | None = None,
) -> Cures:
    """Find the mutants among those ``wanted`` under which what ``claim`` is about never happens.

    A time-out or Ctrl-C keeps what was settled. Raises ModelError for a claim that is not refuted
    or reached by a run of the model itself.
    """
    end = None if timeout is None else time.monotonic() + timeout
    found, by_id = Cures(claim), {mutant.id: mutant for mutant in wanted}
    try:
        with interruptible():
            before = _verdicts(project, claim, end, seed)
        arguments = (project, claim.title, before, seed)
        queue = deque(by_id)
        for message in results(_settle, arguments, queue, jobs, deadline=end):
            match message:
                case Lost(job=id_, exit_code=code):
                    said: Any = f"the process that tried it ended, with exit code {code}"
                case (str(id_), said):
                    pass
            mutant = by_id.pop(id_)
            found.tried.append(mutant)
            if isinstance(said, tuple):
                found.costs[mutant] = said
            elif said is not None:
                found.open[mutant] = said
            if progress is not None:
                progress(
                    mutant,
                    "no cure"
                    if said is None
                    else "cures"
                    if isinstance(said, tuple)
                    else "is open",
                )
    except Timeout:
        pass
    except KeyboardInterrupt:
        found.interrupted = True
    found.open |= dict.fromkeys(by_id.values() if not found.interrupted else (), "the time was up")
    return found


@dataclass(frozen=True)
class _Before:
    """The verdicts of the model itself by title, and the run of the claim that is to be cured."""

    verdicts: dict[str, str]
    run: RunText


def _verdicts(project: Project, claim: Claim, end: float | None, seed: int) -> _Before:
    left = seconds_until(end)
    report = session.run(project, project.claims, timeout=left, seed=seed, tables=False)
    (own,) = [result for result in report.results if result.claim == claim]
    if own.run is None or own.verdict not in (Verdict.REFUTED, Verdict.REACHED):
        seconds_until(end)
        is_open = own.verdict is Verdict.UNDETERMINED
        none = "no run is known" if is_open else "there is no run"
        raise ModelError(
            f"{claim.title} is {own.verdict}: {none} that a change could keep from happening; name "
            "a claim that is REFUTED or REACHED"
        )
    return _Before({r.claim.title: str(r.verdict) for r in report.results}, to_text(own.run))


def _settle(
    jobs: Iterator[str], project: Project, title: str, before: _Before, seed: int
) -> Iterator[tuple[str, Costs | str | None]]:
    known = {mutant.id: mutant for mutant in everything(project)}
    for id_ in jobs:
        yield id_, _outcome(project, known[id_], title, before, seed)


def _outcome(
    project: Project, mutant: Mutant, title: str, before: _Before, seed: int
) -> Costs | str | None:
    """The costs of a mutant that cures; None if it does not, or why that is not known."""
    try:
        sources = changed_sources(project, [mutant])
        with patience(PATIENCE), reimported_with(fresh(project), sources):
            try:
                changed = imported_anew(project)
            except Exception:  # noqa: BLE001  (a mutant may do anything)
                return None  # what is no model cures nothing
            claim = next(claim for claim in changed.claims if claim.title == title)
            # A run into a trap may go on where the change opens a way out, and one for ever may be
            # fair no more.
            decides = claim.kind not in (Kind.RECOVERABLE, Kind.EVENTUALLY)
            if decides and _happens(changed, claim, before.run):
                return None
            return _proven(changed, claim, before, seed)
    except Late:
        return f"it took more than {PATIENCE:g} seconds of work"
    except Timeout as gave_up:
        return f"the solver gave up: {gave_up}"
    except ModelError:
        return None
    except Exception as error:  # noqa: BLE001  (a mutant may do anything)
        return f"it fails with {type(error).__name__}: {error}"


def _happens(changed: Project, claim: Claim, run: RunText) -> bool:
    """Tell whether a run of the model happens in the changed one, and shows the same."""
    checker = RunChecker(changed.system, changed.histories, changed.integers, DEPTH, lambda: None)
    try:
        checker.replay_text(run, claim)
    except REJECTIONS:
        return False
    return True


def _proven(changed: Project, claim: Claim, before: _Before, seed: int) -> Costs | str | None:
    never = excluded(claim)
    own = tuple(never if known == claim else known for known in changed.claims)
    hoped = replace(changed, claims=own)
    (result,) = session.run(hoped, [never], seed=seed, tables=False).results
    if result.verdict is Verdict.UNDETERMINED:
        return result.detail
    if result.verdict is not Verdict.PROVED or result.vacuous:
        return None
    others = [known for known in changed.claims if known != claim]
    found = session.run(changed, others, seed=seed, tables=False).results
    after = {other.claim.title: str(other.verdict) for other in found}
    return tuple(
        Cost(title, verdict, after[title])
        for title, verdict in before.verdicts.items()
        if title in after and verdict not in (after[title], Verdict.UNDETERMINED.value)
    )
