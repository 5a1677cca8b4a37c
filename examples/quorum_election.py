"""Election by quorums: acceptors promise once, and a quorum of promises makes a leader."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, axiom


class Candidacy(Machine):
    absent = State(initial=True)
    started = State()
    leading = State(final=True)
    start = absent.to(started)
    win = started.to(leading)


class Ballot(Machine):
    open = State(initial=True)
    cast = State(final=True)
    choice: Proposer = anything()
    promise = open.to(cast, on="choose")

    def choose(self, proposer: Proposer) -> None:
        self.choice = proposer


class Proposer(Entity):
    candidacy: Candidacy


class Acceptor(Entity):
    ballot: Ballot


class Quorum(Entity):
    pass


class Membership(Entity):
    acceptor: Acceptor
    quorum: Quorum


class Election(System):
    proposers: Many[Proposer]
    acceptors: Many[Acceptor]
    quorums: Many[Quorum]
    memberships: Many[Membership]

    @axiom
    def quorums_intersect(self, one: Quorum, other: Quorum) -> bool:
        return any(
            first.quorum == one
            and any(
                second.quorum == other and second.acceptor == first.acceptor
                for second in self.memberships
            )
            for first in self.memberships
        )

    @action
    def start(self, proposer: Proposer) -> None:
        proposer.candidacy.start()

    @action
    def promise(self, acceptor: Acceptor, proposer: Proposer) -> None:
        if proposer.candidacy.started.is_active:
            acceptor.ballot.promise(proposer=proposer)

    @action
    def win(self, proposer: Proposer, quorum: Quorum) -> None:
        if all(
            member.acceptor.ballot.cast.is_active and member.acceptor.ballot.choice == proposer
            for member in self.memberships
            if member.quorum == quorum
        ):
            proposer.candidacy.win()


CATALOGUE = Catalogue(Election)


@CATALOGUE.always("election.one_winner", "Safety")
def one_winner(election: Election, one: Proposer, other: Proposer) -> bool:
    """Two proposers are never leaders at once."""
    return one == other or not (
        one.candidacy.leading.is_active and other.candidacy.leading.is_active
    )
