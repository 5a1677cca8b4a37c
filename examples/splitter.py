"""A list is split in two: while one hand goes through the first half, another stays at its end."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, axiom, derived


class Hands(Machine):
    on = State(initial=True)
    middle: int = anything(0)
    end: int = anything(1)
    first: int = 0
    second: int = derived(lambda hands: hands.middle)
    step = on.to.itself(cond="goes_on", on="advance")

    def goes_on(self) -> bool:
        return self.first < self.end

    def advance(self) -> None:
        self.first = self.first + 1
        if self.first > self.middle:
            self.second = self.second + 1


class List(Entity):
    hands: Hands


class Splitter(System):
    lists: Many[List]

    @axiom
    def middle_before_end(self, one: List) -> bool:
        return 0 <= one.hands.middle < one.hands.end

    @action
    def step(self, one: List) -> None:
        one.hands.step()


CATALOGUE = Catalogue(Splitter)


@CATALOGUE.always("splitter.both_at_the_end", "Safety")
def both_at_the_end(splitter: Splitter, one: List) -> bool:
    """When the first hand is at the end, so is the second."""
    return one.hands.first < one.hands.end or one.hands.second == one.hands.end
