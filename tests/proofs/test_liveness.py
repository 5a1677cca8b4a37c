"""Claims about the end of a run: proven by phases, refuted by lassos, decided by fair cycles."""

from __future__ import annotations

import dataclasses
import functools

import pytest

from model.entities import Attachment, Mailbox
from model.site import Site
from model.version import StoreVersion
from proofs.catalogue import CLAIMS, HISTORIES
from proofs.project import PROJECT
from proofs.vocabulary import hands_to_client
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim, Kind
from statecheck.claims.fairness import (
    Fair,
    LeadsTo,
    Strength,
    finitely,
    leads_to,
    never,
    strong,
    weak,
)
from statecheck.claims.results import Result, Verdict
from statecheck.explicit import cycles
from statecheck.explicit.cycles import check_eventuality
from statecheck.explicit.packing import Code
from statecheck.explicit.state_space import FiniteInstance
from statecheck.liveness import chain_rule
from statecheck.liveness.eventuality import Eventuality, eventuality
from statecheck.liveness.lasso import Effort, lassos
from statecheck.liveness.ledger import replay_lasso
from statecheck.liveness.phases import candidate_phases
from statecheck.modeling import Step
from statecheck.prover import session
from statecheck.prover.context import ProofContext
from statecheck.prover.prover import Prover
from statecheck.runs.replay import ReplayError

ENDINGS = [claim for claim in CLAIMS if claim.kind is Kind.EVENTUALLY]
VERSIONS = tuple(map(StoreVersion.parse, ("5.5.2650.23", "5.5.2652.68", "5.5.2653.23")))
SMALL = FiniteInstance(
    Site, {"servers": 2, "mailboxes": 1, "attachments": 1}, {StoreVersion: VERSIONS}
)
STEPS = {
    "liveness.move_ends": {"copy": 2, "finish": 2},
    "liveness.fixed_move_succeeds": {"copy": 2, "finish": 2, "source": 3, "destination": 3},
    "liveness.client_served": {
        "client_open": 1,
        "complete_scan": 2,
        "store": 2,
        "AVAPI": 3,
        "signatures": 2,
        "mailbox is moved": 8,
    },
}
"""The length of the shortest lasso without the assumption that has this word."""


@functools.cache
def prover() -> Prover:
    return session.prover(PROJECT, explain=True)


@functools.cache
def results() -> dict[str, Result]:
    return {result.claim.id: result for result in prover().prove(ENDINGS)}


@pytest.mark.slow
@pytest.mark.parametrize("claim", ENDINGS, ids=lambda claim: claim.id)
def test_it_holds_for_any_number_and_each_assumption_is_needed(claim: Claim) -> None:
    result = results()[claim.id]
    assert result.verdict is Verdict.PROVED, result.detail
    assert result.vacuous is False
    assert result.argument
    assert result.core is not None
    assert result.ledger is not None
    assert [entry.assumption for entry in result.ledger] == list(map(str, claim.fairness))
    for entry, (word, steps) in zip(result.ledger, STEPS[claim.id].items(), strict=True):
        assert word in entry.assumption
        assert entry.run is not None, entry
        assert len(entry.run.steps) == steps
        assert entry.run.loop is not None
        assert entry.run.loop < steps
        # Each fair action has its reason, though there be nothing that it could be about.
        rest = [other for other in claim.fairness if str(other) != entry.assumption]
        for fair in (other for other in rest if isinstance(other, Fair)):
            assert any(reason.startswith(fair.name) for reason in entry.run.fairness)
    assert result.needs == tuple(map(str, claim.fairness))


@pytest.mark.slow
@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(c, marks=pytest.mark.campaign if c.id == "liveness.client_served" else ())
        for c in ENDINGS
    ],
    ids=lambda claim: claim.id,
)
def test_fair_cycles_of_a_small_instance_agree(claim: Claim) -> None:
    found = check_eventuality(claim, HISTORIES, SMALL, claim.fairness)
    assert found.holds
    assert found.premise_reached
    for dropped in claim.fairness:
        rest = [other for other in claim.fairness if other is not dropped]
        assert not check_eventuality(claim, HISTORIES, SMALL, rest).holds, str(dropped)


def sized(servers: int, mailboxes: int, attachments: int) -> FiniteInstance:
    """An instance with the Store.exe of SP4 alone, under both readings."""
    sizes = {"servers": servers, "mailboxes": mailboxes, "attachments": attachments}
    return FiniteInstance(Site, sizes, {StoreVersion: VERSIONS[2:]})


SIZES = (
    (2, 1, 0),
    (2, 1, 2),
    *(pytest.param(sizes, marks=pytest.mark.campaign) for sizes in ((2, 2, 1), (3, 1, 1))),
)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("claim", ENDINGS, ids=lambda claim: claim.id)
def test_fair_cycles_of_other_sizes_agree(claim: Claim, sizes: tuple[int, int, int]) -> None:
    instance = sized(*sizes)
    found = check_eventuality(claim, HISTORIES, instance, claim.fairness)
    assert found.holds
    # Without attachments nobody is to be served one.
    is_about_attachments = claim.id == "liveness.client_served"
    assert found.premise_reached is (sizes[2] > 0 or not is_about_attachments)
    # The first assumption is about attachments, and is needed where there are some.
    rest = claim.fairness[1:]
    assert check_eventuality(claim, HISTORIES, instance, rest).holds is (sizes[2] == 0)


class PerKind(cycles._Graph):
    """Fairness to an action as a whole: whichever instance is taken will do."""

    def is_fair(self, part: dict[Code, list[cycles.Edge]]) -> bool:
        taken = {number for edges in part.values() for number, _ in edges}
        for fair in self.fair:
            names = [name for name, _ in self.searched.space.actions]
            kind = {number for number, name in enumerate(names) if name == fair.name}
            enabled = [any(self._enabled(state, number) for number in kind) for state in part]
            if not kind & taken and all(enabled):
                return False
        return True


@pytest.mark.slow
def test_fairness_to_a_kind_of_action_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """With two mailboxes one may move again and again, and the other wait for ever."""
    (claim,) = (claim for claim in ENDINGS if claim.id == "liveness.move_ends")
    alone, both = sized(2, 1, 1), sized(2, 2, 1)
    assert check_eventuality(claim, HISTORIES, both, claim.fairness).holds
    monkeypatch.setattr(cycles, "_Graph", PerKind)
    assert check_eventuality(claim, HISTORIES, alone, claim.fairness).holds
    assert not check_eventuality(claim, HISTORIES, both, claim.fairness).holds


@pytest.mark.slow
def test_two_attachments_of_a_mailbox_are_both_copied() -> None:
    (claim,) = (claim for claim in ENDINGS if claim.id == "liveness.move_ends")
    only = (weak(Site.finish_move, "mailbox"),)
    assert not check_eventuality(claim, HISTORIES, sized(2, 1, 2), only).holds


# -- the premises of the rule are not decoration ------------------------------------------------


def _phases(name: str) -> tuple[Eventuality, list[chain_rule.Phase]]:
    engine = prover()
    claim = next(claim for claim in ENDINGS if claim.id == name)
    terms = eventuality(engine.context.transitions, claim, claim.fairness)
    phases = candidate_phases(engine.context.induction, terms, engine.context.invariant())
    assert phases is not None
    return terms, phases


def _broken(terms: Eventuality, phases: list[chain_rule.Phase]) -> list[str]:
    engine = prover()
    asked = list(chain_rule.premises(engine.context.transitions, terms, phases))
    return [
        p.name
        for p in chain_rule.violated_premises(
            engine.context.induction, terms, asked, engine.context.invariant()
        )
    ]


@pytest.mark.slow
def test_the_phases_that_are_found_satisfy_the_rule() -> None:
    for claim in ENDINGS:
        terms, phases = _phases(claim.id)
        assert _broken(terms, phases) == []


def test_phases_in_another_order_break_it() -> None:
    terms, phases = _phases("liveness.client_served")
    assert any("goes back" in name for name in _broken(terms, phases[::-1]))


def test_a_missing_phase_breaks_it() -> None:
    terms, phases = _phases("liveness.client_served")
    for index in range(len(phases)):
        assert _broken(terms, phases[:index] + phases[index + 1 :])


def test_another_helper_breaks_it() -> None:
    terms, phases = _phases("liveness.client_served")
    first, second = phases[:2]
    wrong = dataclasses.replace(first, helper=second.helper)
    assert any("is enabled" in name for name in _broken(terms, [wrong, *phases[1:]]))


def test_without_the_invariant_it_is_broken() -> None:
    engine = prover()
    terms, phases = _phases("liveness.client_served")
    asked = list(chain_rule.premises(engine.context.transitions, terms, phases))
    assert chain_rule.violated_premises(engine.context.induction, terms, asked, ())


# -- other claims -------------------------------------------------------------------------------

MORE = Catalogue(Site)


@MORE.eventually("more.strong", "nowhere", fairness=(strong(Site.client_open, "attachment"),))
def asked_of_a_store_that_runs_again(step: Step, attachment: Attachment) -> LeadsTo:
    """With strong fairness a client asks even where the store stops again and again."""
    return leads_to(
        attachment.server.store.running.is_active, step.fires(Site.client_open, attachment)
    )


@MORE.eventually("more.weak", "nowhere", fairness=(weak(Site.client_open, "attachment"),))
def asked_of_a_store_that_stops(step: Step, attachment: Attachment) -> LeadsTo:
    """With weak fairness it need not."""
    return leads_to(
        attachment.server.store.running.is_active, step.fires(Site.client_open, attachment)
    )


@MORE.eventually(
    "more.vacuous",
    "nowhere",
    fairness=(weak(Site.finish_move, "mailbox"),),
)
def never_owed(site: Site, mailbox: Mailbox) -> LeadsTo:
    """A move that copies while its source is stopped ends; there is none."""
    copies = mailbox.move.copying.is_active
    return leads_to(copies and mailbox.home.store.stopped.is_active, not copies)


@MORE.eventually(
    "more.unneeded",
    "nowhere",
    fairness=(
        weak(Site.client_open, "attachment"),
        finitely("AVAPI is enabled", lambda step, a: step.fires(Site.enable_antivirus, a.server)),
        never("the store stops", lambda step, a: step.fires(Site.stop_store, a.server)),
    ),
)
def asked(step: Step, attachment: Attachment) -> LeadsTo:
    """A client that keeps asking a running store asks."""
    return leads_to(
        attachment.server.store.running.is_active, step.fires(Site.client_open, attachment)
    )


@MORE.eventually("more.nothing", "nowhere", fairness=(weak(Site.client_open, "attachment"),))
def no_leads_to(step: Step, attachment: Attachment) -> bool:
    """The body forgets to say what leads to what."""
    return hands_to_client(step, attachment)


def claim_of(id_: str) -> Claim:
    return next(claim for claim in MORE.claims if claim.id == id_)


def _settled(id_: str, *, explain: bool = True) -> Result:
    claim = next(claim for claim in MORE.claims if claim.id == id_)
    engine = Prover(
        ProofContext(
            Site,
            CLAIMS,
            HISTORIES,
            numbers=PROJECT.integers,
            lock_file=PROJECT.lock,
            explain=explain,
        )
    )
    (result,) = engine.prove([claim])
    return result


@pytest.mark.slow
def test_weak_fairness_does_not_reach_what_strong_fairness_does() -> None:
    result = _settled("more.weak")
    assert result.verdict is Verdict.REFUTED
    assert result.run is not None
    assert result.run.loop is not None
    assert any("is disabled before" in reason for reason in result.run.fairness)
    weak_claim, strong_claim = (
        next(claim for claim in MORE.claims if claim.id == id_)
        for id_ in ("more.weak", "more.strong")
    )
    assert not check_eventuality(weak_claim, HISTORIES, SMALL, weak_claim.fairness).holds
    # Where the store stops for good no client can ask, so that strong fairness is not enough.
    assert not check_eventuality(strong_claim, HISTORIES, SMALL, strong_claim.fairness).holds
    refuted = _settled("more.strong")
    assert refuted.verdict is Verdict.REFUTED
    assert refuted.run is not None
    assert refuted.run.fairness == ("client_open(attachment1) is disabled throughout the loop",)


@pytest.mark.slow
def test_a_claim_whose_premise_is_never_met_is_vacuous() -> None:
    result = _settled("more.vacuous", explain=False)
    assert result.vacuous
    assert not result.as_expected


@MORE.eventually(
    "more.contradictory",
    "nowhere",
    fairness=(
        weak(Site.client_open, "attachment"),
        never("a client asks", lambda step, a: step.fires(Site.client_open, a)),
        never("the store stops", lambda step, a: step.fires(Site.stop_store, a.server)),
    ),
)
def never_fair(step: Step, attachment: Attachment) -> LeadsTo:
    """Nobody may ask, and somebody has to."""
    return leads_to(
        attachment.server.store.running.is_active,
        step.fires(Site.client_open, attachment) and False,
    )


def anything(step: Step, mailbox: Mailbox) -> bool:
    return True


@MORE.eventually(
    "more.still",
    "nowhere",
    fairness=(
        weak(Site.copy_attachment),
        weak(Site.finish_move, "mailbox"),
        never("anything happens", anything),
    ),
)
def never_a_step(site: Site, mailbox: Mailbox) -> LeadsTo:
    """A move that copies ends, if nothing happens any more."""
    copies = mailbox.move.copying.is_active
    return leads_to(copies, not copies)


@pytest.mark.slow
@pytest.mark.parametrize("id_", ["more.contradictory", "more.still"])
def test_assumptions_that_contradict_one_another_prove_nothing(id_: str) -> None:
    """By the solver and by the fair cycles: no run passes the premise and is as assumed."""
    result = _settled(id_, explain=False)
    assert result.verdict is Verdict.PROVED
    assert result.vacuous
    assert not result.as_expected
    assert "no run that is as it assumes" in result.detail
    claim = next(claim for claim in MORE.claims if claim.id == id_)
    found = check_eventuality(claim, HISTORIES, SMALL, claim.fairness)
    assert found.holds
    assert found.pending
    assert not found.premise_reached
    assert check_eventuality(claim, HISTORIES, SMALL, claim.fairness[:1]).premise_reached


@pytest.mark.slow
def test_an_assumption_that_is_not_needed_is_named() -> None:
    result = _settled("more.unneeded")
    assert result.verdict is Verdict.PROVED
    assert result.ledger is not None
    assert [entry.run is None for entry in result.ledger] == [False, True, False]
    assert result.ledger[1].detail == "not needed"
    assert result.needs == (str(claim_of("more.unneeded").fairness[0]), "never: the store stops")


@MORE.eventually(
    "more.either",
    "nowhere",
    fairness=(
        weak(Site.client_open, "attachment"),
        never("the store stops", lambda step, a: step.fires(Site.stop_store, a.server)),
        never("its store is stopped", lambda step, a: step.fires(Site.stop_store, a.server)),
    ),
)
def asked_all_the_same(step: Step, attachment: Attachment) -> LeadsTo:
    """A client that keeps asking a running store asks; one of two assumptions would do."""
    return leads_to(
        attachment.server.store.running.is_active, step.fires(Site.client_open, attachment)
    )


@pytest.mark.slow
def test_of_two_assumptions_that_do_the_same_one_is_needed() -> None:
    """Dropped one at a time, neither is missed; dropped both, the claim is false."""
    result = _settled("more.either")
    assert result.verdict is Verdict.PROVED
    assert result.ledger is not None
    assert [entry.run is None for entry in result.ledger] == [False, True, True]
    assert result.ledger[1].detail == "not needed"
    assert result.ledger[2].detail.startswith("needed only because another one")
    first, _, last = map(str, claim_of("more.either").fairness)
    assert result.needs == (first, last)
    claim = claim_of("more.either")
    assert not check_eventuality(claim, HISTORIES, SMALL, claim.fairness[:1]).holds
    assert check_eventuality(claim, HISTORIES, SMALL, claim.fairness[::2]).holds


def test_a_body_that_does_not_say_what_leads_to_what_is_refused() -> None:
    result = _settled("more.nothing")
    assert (result.verdict, result.unread) == (Verdict.UNDETERMINED, True)
    assert "a claim about the end of a run returns leads_to(PREMISE, GOAL)" in result.detail


# -- lassos are checked on the plain machines ---------------------------------------------------


def test_a_lasso_that_is_not_fair_does_not_replay() -> None:
    engine = prover()
    claim = next(claim for claim in ENDINGS if claim.id == "liveness.client_served")
    without = claim.fairness[1:]
    terms = eventuality(engine.context.transitions, claim, without)
    ((_, lasso),) = lassos(
        engine.context.transitions, [terms], Effort(2), numbers=engine.context.numbers
    )
    run = replay_lasso(Site, HISTORIES, lasso, claim, without)
    assert run.loop == lasso.stem
    with pytest.raises(ReplayError, match="not fair to client_open"):
        replay_lasso(Site, HISTORIES, lasso, claim, claim.fairness)
    longer = dataclasses.replace(lasso, stem=lasso.stem + 1)
    with pytest.raises(ReplayError):
        replay_lasso(Site, HISTORIES, longer, claim, without)


def test_a_shorter_lasso_is_excluded() -> None:
    engine = prover()
    claim = next(claim for claim in ENDINGS if claim.id == "liveness.move_ends")
    terms = eventuality(engine.context.transitions, claim, claim.fairness[:1])
    assert not list(
        lassos(engine.context.transitions, [terms], Effort(1), numbers=engine.context.numbers)
    )
    assert list(
        lassos(engine.context.transitions, [terms], Effort(2), numbers=engine.context.numbers)
    )


def test_fairness_reads_as_a_sentence() -> None:
    assert str(weak(Site.copy_attachment)) == (
        "weak fairness of copy_attachment, each of its instances"
    )
    assert strong(Site.finish_move, "mailbox").strength is Strength.STRONG
    assert str(strong(Site.finish_move, "mailbox")) == "strong fairness of finish_move(mailbox)"
