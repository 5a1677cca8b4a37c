"""A tournament: players who can pay enrol, up to its capacity, and take part once it has begun."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action


class Membership(Machine):
    absent = State(initial=True)
    present = State()
    join = absent.to(present)
    leave = present.to(absent)


class Purse(Machine):
    open = State(initial=True)
    budget: int = 0
    earn = open.to.itself(cond="positive", on="more")
    pay = open.to.itself(cond="full", on="less")

    def positive(self, amount: int) -> bool:
        return amount >= 0

    def full(self) -> bool:
        return self.budget > 0

    def more(self, amount: int) -> None:
        self.budget = self.budget + amount

    def less(self) -> None:
        self.budget = self.budget - 1


class Game(Machine):
    planned = State(initial=True)
    offered = State()
    active = State()
    enrolled: int = 0
    offer = planned.to(offered)
    cancel = offered.to(planned)
    enrol = offered.to.itself(cond="places_left", on="count")
    begin = offered.to(active, cond="enough")
    end = active.to(offered)

    def places_left(self, capacity: int) -> bool:
        return self.enrolled < capacity

    def enough(self) -> bool:
        return self.enrolled >= 1

    def count(self) -> None:
        self.enrolled = self.enrolled + 1


class Entry(Machine):
    none = State(initial=True)
    enrolled = State()
    playing = State(final=True)
    enrol = none.to(enrolled)
    play = enrolled.to(playing)


class Player(Entity):
    membership: Membership
    purse: Purse


class Tournament(Entity):
    game: Game


class Enrolment(Entity):
    player: Player
    tournament: Tournament
    entry: Entry


class Club(System):
    players: Many[Player]
    tournaments: Many[Tournament]
    enrolments: Many[Enrolment]
    capacity: int = 8

    @action
    def join(self, player: Player) -> None:
        player.membership.join()

    @action
    def leave(self, player: Player) -> None:
        if all(e.entry.none.is_active for e in self.enrolments if e.player == player):
            player.membership.leave()

    @action
    def earn(self, player: Player, amount: int) -> None:
        player.purse.earn(amount=amount)

    @action
    def offer(self, tournament: Tournament) -> None:
        tournament.game.offer()

    @action
    def cancel(self, tournament: Tournament) -> None:
        if all(e.entry.none.is_active for e in self.enrolments if e.tournament == tournament):
            tournament.game.cancel()

    @action
    def enrol(self, enrolment: Enrolment) -> None:
        if enrolment.player.membership.present.is_active:
            enrolment.player.purse.pay()
            enrolment.tournament.game.enrol(capacity=self.capacity)
            enrolment.entry.enrol()

    @action
    def begin(self, tournament: Tournament) -> None:
        tournament.game.begin()

    @action
    def play(self, enrolment: Enrolment) -> None:
        if enrolment.tournament.game.active.is_active:
            enrolment.entry.play()

    @action
    def end(self, tournament: Tournament) -> None:
        tournament.game.end()


CATALOGUE = Catalogue(Club)


@CATALOGUE.always("club.known", "Safety")
def known(club: Club, enrolment: Enrolment) -> bool:
    """Whoever is enrolled is a member, and the tournament is not just planned."""
    return enrolment.entry.none.is_active or (
        enrolment.player.membership.present.is_active
        and not enrolment.tournament.game.planned.is_active
    )


@CATALOGUE.always("club.paid", "Safety")
def paid(club: Club, player: Player) -> bool:
    """Nobody owes anything."""
    return player.purse.budget >= 0


@CATALOGUE.always("club.places", "Safety")
def places(club: Club, tournament: Tournament) -> bool:
    """No more are enrolled than there are places."""
    return tournament.game.enrolled == 0 or tournament.game.enrolled <= club.capacity


@CATALOGUE.always("club.not_alone", "Safety")
def not_alone(club: Club, tournament: Tournament) -> bool:
    """Somebody is enrolled in a tournament that has begun."""
    return not tournament.game.active.is_active or tournament.game.enrolled >= 1
