"""The end of runs: every one that is as assumed comes from the premise to the goal.

A run is broken where it stays among pending states (reached from the premise, the goal not reached
yet) for ever: in a loop, or because nothing is sent any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from statecheck.claims import claim as stated
from statecheck.claims.results import Result, Verdict
from statecheck.single.claims.claims import Claim, Moment, StepFacts
from statecheck.single.claims.remembering import along
from statecheck.single.deciding.endings.lassos import Lasso, Lassos
from statecheck.single.deciding.endings.pending import EndAssumptions, Pending
from statecheck.single.deciding.endings.ranks import falling
from statecheck.single.deciding.endings.valued_lassos import ValuedLassos
from statecheck.single.deciding.recover import ABSTRACT
from statecheck.single.execution.automaton import Automaton, Node
from statecheck.single.running.reach import Route, move
from statecheck.single.running.replay import Mismatch, Played, play
from statecheck.single.running.runs import shown_run
from statecheck.single.running.subject import Subject

OPEN = (
    "a run may go round for ever where only its numbers change, and none was found among the "
    "nearest states; say of which number it is that it comes to an end, by a guard"
)


def eventually(
    subject: Subject, claim: stated.Claim, said: Claim, assumed: EndAssumptions
) -> Result:
    """The verdict on a claim that the conclusion comes wherever the premise holds."""
    inputs = said.fields & {subject.reader.names.get(a) for a in subject.world.inputs}
    if inputs:
        why = (
            f"what it says depends on {min(map(str, inputs))}, which may change at any time; say "
            "--fixed FIELD"
        )
        return Result(claim, Verdict.UNDETERMINED, why)
    automaton = subject.automaton
    if automaton.is_abstract:
        return Result(claim, Verdict.UNDETERMINED, automaton.caveat or ABSTRACT)
    wide: Pending | None = None
    if automaton.complete:
        wide = Pending(subject, automaton, said, assumed)
        if Lassos(wide, cautious=False).find() is None:
            return _proved(claim, said, wide)
    searched = automaton if not automaton.variables else subject.plain.wide
    if searched is not None:
        pending = Pending(subject, searched, said, assumed)
        finite = searched is not automaton and searched.complete
        if finite and Lassos(pending, cautious=False).find() is None:
            return _proved(claim, said, pending)
        cautious = bool(assumed.strong and subject.world.inputs)
        lasso = Lassos(pending, cautious=cautious).find()
        if lasso is not None:
            return _refuted(subject, claim, pending, lasso)
        if cautious and not automaton.variables:
            why = (
                f"whether {assumed.strong[0]} would do anything depends on inputs, which strong "
                "fairness does not say enough of; say --fixed FIELD, or claim it with --fair"
            )
            return Result(claim, Verdict.UNDETERMINED, why)
    if wide is not None and automaton.variables:
        reasons = falling(wide, subject.clock)
        if reasons is not None:
            return _proved(claim, said, wide, reasons)
        valued = ValuedLassos(wide).find(subject.clock)
        if valued is not None:
            return _refuted(subject, claim, wide, *valued)
    return Result(claim, Verdict.UNDETERMINED, OPEN)


def _proved(
    claim: stated.Claim, said: Claim, pending: Pending, reasons: Sequence[str] = ()
) -> Result:
    places = list(dict.fromkeys(_place(pending.subject, node) for node in pending.nodes))
    where = ", ".join(places[:4]) + (", ..." if len(places) > 4 else "")
    how = (
        f"no run as assumed stays in {where}"
        if pending.assumed.restrict
        else (f"no fair run stays in {where}")
    )
    if reasons:
        how += f": {', '.join(reasons)}, and cannot for ever"
    how = how if places else "the goal is there at once"
    return Result(claim, Verdict.PROVED, how, argument=(how,), vacuous=_is_vacuous(said, pending))


def _is_vacuous(said: Claim, pending: Pending) -> bool:
    """Tell whether the premise never holds, or no run that passes it is as assumed."""
    assert said.premise is not None
    if not any(pending.may_hold(said.premise, node) for node in pending.automaton.nodes):
        return True
    if not pending.assumed.restrict:
        return False
    never = replace(said, conclusion=lambda *_: False, on_step=False)
    whole = Pending(pending.subject, pending.automaton, never, pending.assumed)
    return Lassos(whole, cautious=False).find() is None


def _refuted(
    subject: Subject,
    claim: stated.Claim,
    pending: Pending,
    lasso: Lasso,
    chosen: Sequence[dict[Any, Any]] | None = None,
) -> Result:
    """The verdict by a lasso; ``chosen`` are the choices of its loop, where they matter."""
    automaton: Automaton = pending.automaton
    found = chosen
    if found is None:
        found = [pending.values(edge, again=True) for edge in lasso.loop]
    route = Route(
        (*lasso.route.moves, *(move(e, v) for e, v in zip(lasso.loop, found, strict=True))),
        (*lasso.route.edges, *lasso.loop),
        (*lasso.route.choices, *found),
    )
    loop = len(lasso.route.moves)
    try:
        play(subject.specimen, subject.reader, automaton, route, times=2, loop=loop)
        seen = play(subject.specimen, subject.reader, automaton, route)
    except Mismatch as mismatch:
        why = f"the lasso that was found does not replay: {mismatch}"
        return Result(claim, Verdict.UNDETERMINED, why)
    if not _shows(pending, seen, lasso.opened, loop):
        why = "the lasso that was found does not stay pending on the machine itself"
        return Result(claim, Verdict.UNDETERMINED, why)
    run = shown_run(
        subject,
        route,
        seen,
        loop=loop if lasso.loop else None,
        rests=not lasso.loop,
        fairness=lasso.reasons,
    )
    return Result(claim, Verdict.REFUTED, "", steps=len(run.steps), run=run, shortest=False)


def _shows(pending: Pending, seen: Played, opened: int, loop: int) -> bool:
    """Tell whether a run that was played is pending from its premise on, and is as assumed."""
    said = pending.said
    memories = along(said.pasts, seen.moments, seen.set_before, seen.facts)
    moments = [replace(m, memory=known) for m, known in zip(seen.moments, memories, strict=True)]
    if not pending.is_open(moments[opened], None, None):
        return False
    if not said.on_step and any(said.conclusion(m, None, None) for m in moments[opened:]):
        return False
    for number, facts in enumerate(seen.facts):
        if number < opened:
            continue
        before = replace(seen.set_before[number], memory=memories[number])
        step: tuple[Moment, Moment, StepFacts] = before, moments[number + 1], facts
        excluded: list[Any] = [c.conclusion for c in pending.assumed.never]
        excluded += [c.conclusion for c in pending.assumed.finitely if number >= loop]
        excluded += [said.conclusion] if said.on_step else []
        if any(expression(*step) for expression in excluded):
            return False
    return True


def _place(subject: Subject, node: Node) -> str:
    return " + ".join(sorted(subject.reader.active(node)))
