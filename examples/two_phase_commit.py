"""Two-phase commit: participants vote, their coordinator decides, and they learn of it."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Decision(Machine):
    open = State(initial=True)
    commit = State(final=True)
    abort = State(final=True)
    decide_commit = open.to(commit)
    decide_abort = open.to(abort)


class Vote(Machine):
    working = State(initial=True)
    yes = State()
    no = State()
    committed = State(final=True)
    aborted = State(final=True)
    vote_yes = working.to(yes)
    vote_no = working.to(no)
    learn_commit = committed.from_(yes)
    learn_abort = aborted.from_(working, yes, no)


class Coordinator(Entity):
    decision: Decision


class Participant(Entity):
    coordinator: Coordinator
    vote: Vote


class TwoPhaseCommit(System):
    coordinators: Many[Coordinator]
    participants: Many[Participant]

    @action
    def vote_yes(self, participant: Participant) -> None:
        participant.vote.vote_yes()

    @action
    def vote_no(self, participant: Participant) -> None:
        participant.vote.vote_no()

    @action
    def commit(self, coordinator: Coordinator) -> None:
        if all(p.vote.yes.is_active for p in self.participants if p.coordinator == coordinator):
            coordinator.decision.decide_commit()

    @action
    def abort(self, coordinator: Coordinator) -> None:
        if any(p.vote.no.is_active for p in self.participants if p.coordinator == coordinator):
            coordinator.decision.decide_abort()

    @action
    def learn(self, participant: Participant) -> None:
        if participant.coordinator.decision.commit.is_active:
            participant.vote.learn_commit()
        elif participant.coordinator.decision.abort.is_active:
            participant.vote.learn_abort()


CATALOGUE = Catalogue(TwoPhaseCommit)


@CATALOGUE.always("commit.agreement", "Safety")
def agreement(system: TwoPhaseCommit, one: Participant, other: Participant) -> bool:
    """No participant commits where another one of the same coordinator aborts."""
    assume(one.coordinator == other.coordinator)
    return not (one.vote.committed.is_active and other.vote.aborted.is_active)


@CATALOGUE.always("commit.unanimous", "Safety")
def unanimous(system: TwoPhaseCommit, one: Participant, other: Participant) -> bool:
    """Where somebody commits, nobody voted no."""
    assume(one.coordinator == other.coordinator and one.vote.committed.is_active)
    return not other.vote.no.is_active
