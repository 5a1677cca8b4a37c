"""Events sent to any number of machines in a loop: all take them, or the action is disabled."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from statemachine import State

from statecheck.modeling import ActionDisabled, Entity, Machine, Many, System, action
from statecheck.prover.agreement import check_agreement
from statecheck.smt.evaluation import Valuation, compiled
from statecheck.symbolic.codes import encoded
from statecheck.symbolic.transition_system import TransitionSystem
from statecheck.symbolic.vocabulary import States


class Letter(Machine):
    blank = State(initial=True)
    posted = State()
    read = State()
    burnt = State(final=True)
    marked: bool = False
    post = blank.to(posted)
    open = posted.to(read)
    close = read.to(posted, cond="unmarked")
    burn = read.to(burnt) | posted.to(burnt)
    mark = blank.to.itself(on="flip") | posted.to.itself(on="flip")

    def flip(self) -> None:
        self.marked = not self.marked

    def unmarked(self) -> bool:
        return not self.marked


class Box(Entity):
    letter: Letter


def posts_all(self: Any) -> None:
    for box in self.boxes:
        box.letter.post()


def posts_others(self: Any, box: Any) -> None:
    box.letter.burn()
    for other in self.boxes:
        if other != box:
            other.letter.post()


def closes_or_posts(self: Any) -> None:
    for box in self.boxes:
        if box.letter.marked:
            box.letter.close()
        elif not box.letter.burnt.is_active:
            box.letter.post()


def burns_what_is_out_if_any_is_marked(self: Any) -> None:
    for box in self.boxes:
        if any(other.letter.marked for other in self.boxes):
            box.letter.burn()
        elif not box.letter.blank.is_active:
            box.letter.open()


def post_office(act: Any, *annotations: Any) -> type[System]:
    names = act.__code__.co_varnames[1 : act.__code__.co_argcount]
    act.__annotations__ = dict(zip(names, annotations, strict=True))

    def step(event: str) -> Any:
        def send(self: Any, box: Any) -> None:
            getattr(box.letter, event)()

        send.__name__ = event
        send.__annotations__ = {"box": Box}
        return action(send)

    body = {"__annotations__": {"boxes": Many[Box]}, "__module__": __name__}
    single = {event: step(event) for event in ("post", "open", "burn", "mark")}
    return type("Office", (System,), {**body, act.__name__: action(act), **single})


@pytest.mark.parametrize(
    ("act", "annotations"),
    [
        (posts_all, ()),
        (posts_others, (Box,)),
        (closes_or_posts, ()),
        (burns_what_is_out_if_any_is_marked, ()),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_state_of_three_agrees_with_the_plain_classes(act: Any, annotations: Any) -> None:
    """Each action in each state of three letters: whether it is enabled, and where it leads."""
    office = post_office(act, *annotations)
    transitions = TransitionSystem(office)
    assert check_agreement(transitions) > 0
    command = next(c for c in transitions.commands if c.name == act.__name__)
    (states,) = (t for t in transitions.vocabulary.types.values() if isinstance(t, States))
    guard, plain = compiled(command.guard), office(boxes=3)
    values = {key: compiled(update.value) for key, update in command.updates.items()}
    cells = list(itertools.product(("blank", "posted", "read", "burnt"), (False, True)))
    boxes: Any = plain.entities_of(plain.info.entities[0])
    enabled = 0
    for chosen in itertools.product(cells, repeat=3):
        functions: dict[str, list[Any]] = {
            "Box.letter.state": [encoded(state, states) for state, _ in chosen],
            "Box.letter.marked": [marked for _, marked in chosen],
        }
        state = Valuation({"Box": 3}, functions, {})
        for number in range(3) if annotations else (0,):
            plain.restore([value for cell in chosen for value in cell])
            known = {p.decl().name(): number for _, _, p in command.parameters}
            try:
                getattr(plain, act.__name__)(*([boxes[number]] if annotations else []))
            except ActionDisabled:
                assert not guard(state.functions, known, state.sizes)[0], chosen
                continue
            enabled += 1
            assert guard(state.functions, known, state.sizes)[0], chosen
            for key, update in command.updates.items():
                for n in range(3):
                    at = {**known, update.variable.decl().name(): n}
                    want = plain.snapshot()[2 * n + (key.name == "marked")]
                    if key.name != "marked":
                        want = encoded(want, states)
                    assert values[key](state.functions, at, state.sizes)[0] == want, (chosen, key)
    assert enabled
