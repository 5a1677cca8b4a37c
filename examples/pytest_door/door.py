"""A door that wears out: the machine under test."""

from __future__ import annotations

from statemachine import State, StateMachine


class Door(StateMachine):
    """It breaks when it is slammed after three uses or more."""

    closed = State(initial=True)
    opened = State()
    broken = State(final=True)
    uses = 0

    open = closed.to(opened, on="use")
    close = opened.to(closed)
    slam = opened.to(broken, cond="worn") | opened.to(closed)

    def use(self) -> None:
        """Count an opening."""
        self.uses += 1

    def worn(self) -> bool:
        """It was opened three times."""
        return self.uses >= 3
