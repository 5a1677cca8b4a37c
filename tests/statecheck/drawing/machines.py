"""Machines with everything that a class can declare, and the texts of their pictures."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from statemachine import HistoryState, State, StateChart, StateMachine

from statecheck.drawing.canvas.style import LIGHT
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.machine import describe
from statecheck.drawing.pictures import statechart

SVG = "{http://www.w3.org/2000/svg}"


class Flow(StateMachine):
    """What a flat machine can have.  Source: nowhere, but here. Nothing else."""

    draft = State(initial=True)
    review = State(enter="notify", exit="archive")
    done = State(final=True)

    submit = draft.to(review, cond="complete", on="stamp", validators="check")
    edit = draft.to.itself(internal=True, on="save") | review.to(draft, unless="locked")
    retry = review.to.itself(on="stamp")
    accept = review.to(done, cond="easy") | review.to(done, on="celebrate")

    def on_enter_done(self) -> None: ...
    def before_submit(self) -> None: ...
    def on_transition(self) -> None: ...
    def notify(self) -> None: ...
    def archive(self) -> None: ...
    def stamp(self) -> None: ...
    def save(self) -> None: ...
    def celebrate(self) -> None: ...
    def check(self) -> None: ...
    def complete(self) -> bool:
        return True

    def locked(self) -> bool:
        return False

    def easy(self) -> bool:
        return True


class Deep(StateChart[Any]):
    """Everything that nests."""

    class outside(State.Compound):  # noqa: N801  (states have names in lower case)
        class inside(State.Compound):  # noqa: N801
            first = State(initial=True)
            second = State()
            step = first.to(second)

        last = State(final=True)
        memory = HistoryState()
        deep = HistoryState(type="deep")
        leave_in = inside.to(last)

    class both(State.Parallel):  # noqa: N801
        class left(State.Compound):  # noqa: N801
            l1 = State(initial=True)
            l2 = State(final=True)
            go_left = l1.to(l2)

        class right(State.Compound):  # noqa: N801
            r1 = State(initial=True)
            r2 = State(final=True)
            go_right = r1.to(r2)

    rest = State()
    gone = State(final=True)

    enter_it = rest.to(outside)
    resume = rest.to(outside.memory)
    resume_deep = rest.to(outside.deep)
    pause = outside.to(rest)
    again = outside.to.itself()  # type: ignore[attr-defined]
    split = rest.to(both)
    finish = both.to(gone, cond="over")
    rest.to(gone, cond="over")

    def over(self) -> bool:
        return False


def texts(scene_source: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(scene_source).iter(f"{SVG}text")]


def drawn(cls: type[Any]) -> str:
    return svg(statechart.picture(describe(cls)), LIGHT, cls.__name__)
