"""The extracted commands do what the plain machines do, step by step and state by state."""

from __future__ import annotations

import enum
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.site import Site
from model.version import EARLIEST_MOVE_FIX, StoreVersion
from model.version import FIRST_POSTED_WITH_MOVE_FIX as FIX
from statecheck.explicit.state_space import FiniteInstance, StateSpace
from statecheck.modeling import FORGOTTEN, STATE, ActionDisabled, Entity, MachineInfo
from statecheck.smt.evaluation import Valuation
from statecheck.symbolic.simulate import Simulator
from statecheck.symbolic.transition_system import TransitionSystem

FOUR = tuple(map(StoreVersion.parse, ("5.5.2650.23", "5.5.2651.68", "5.5.2652.68", "5.5.2653.23")))
SIZES = {"Server": 2, "Mailbox": 1, "Attachment": 1}


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(TransitionSystem(Site))


def name_of(entity: Entity, machine: MachineInfo, field: str) -> str:
    return f"{type(entity).__name__}.{machine.slot}.{field}"


def spelled(machine: MachineInfo, field: str, value: Any) -> Any:
    """A plain value as the commands have it; what is forgotten becomes some value."""
    if field == STATE:
        return f"{machine.cls.__name__}.{value}"
    if value is FORGOTTEN:
        return 0 if field == "target" else "Logged.NOTHING"
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    return value.index if isinstance(value, Entity) else value


def valuation(cells: list[Any], values: list[Any], sizes: dict[str, int], fixed: Any) -> Valuation:
    functions: dict[str, list[Any]] = {}
    for (entity, machine, field), value in zip(cells, values, strict=True):
        functions.setdefault(name_of(entity, machine, field), []).append(
            spelled(machine, field, value)
        )
    return Valuation(sizes, functions, fixed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sticky", "versions", "states"),
    [
        (True, FOUR[1:3], 4_032),
        pytest.param(True, FOUR, 28_480, marks=pytest.mark.campaign),
        pytest.param(False, FOUR, 27_648, marks=pytest.mark.campaign),
    ],
)
def test_every_step_from_every_reachable_state(
    simulator: Simulator, sticky: bool, versions: tuple[StoreVersion, ...], states: int
) -> None:
    sizes = {"servers": 2, "mailboxes": 1, "attachments": 1}
    (space,) = FiniteInstance(
        Site, sizes, {StoreVersion: versions}, {"sticky": sticky, "first_fix": FIX}
    ).spaces()
    instances = [
        (action, tuple(a.index if isinstance(a, Entity) else a for a in arguments))
        for action, arguments in space.actions
    ]
    queue = space.initial()
    seen = set(queue)
    compared = 0
    for state in queue:
        before = plain(space, state, sticky)
        executed = {number: (after, kept) for number, after, kept in space.steps(state)}
        for number, (action, arguments) in enumerate(instances):
            simulated = simulator.fire(before, action, arguments)
            assert (simulated is None) == (number not in executed), (before, action, arguments)
            if simulated is not None:
                after, kept = executed[number]
                assert simulated.functions == plain(space, after, sticky).functions
                compared += 1
                if kept not in seen:
                    seen.add(kept)
                    queue.append(kept)
    assert len(queue) == states
    assert compared > len(queue)


def plain(space: StateSpace, state: int, sticky: bool) -> Valuation:
    found = valuation(
        space.cells, space.values(state), SIZES, {"Site.sticky": sticky, "Site.first_fix": FIX}
    )
    found.functions["Attachment.mailbox"] = [0]
    return found


@pytest.mark.slow
@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), sticky=st.booleans(), mailboxes=st.integers(1, 3))
def test_random_runs_at_other_sizes(
    simulator: Simulator, seed: int, sticky: bool, mailboxes: int
) -> None:
    pick = random.Random(seed)
    sizes = {"Server": 3, "Mailbox": mailboxes, "Attachment": 4}
    table = [{"mailbox": pick.randrange(mailboxes)} for _ in range(4)]
    first_fix = StoreVersion(
        pick.choice([n for n in simulator.numbers if EARLIEST_MOVE_FIX <= n <= FIX])
    )
    site = Site(
        servers=3, mailboxes=mailboxes, attachments=table, sticky=sticky, first_fix=first_fix
    )
    for mailbox in site.mailboxes:
        mailbox.move.home = mailbox.move.target = pick.choice(site.servers)
    for server in site.servers:
        server.store.version = StoreVersion(pick.choice(simulator.numbers))
        server.store.format = type(server.store).fields["format"].value(server.store)
    references = [row["mailbox"] for row in table]
    for _ in range(25):
        action = pick.choice(site.info.actions)
        arguments = [
            pick.choice(site.entities_of(site.info.entity(type_)))
            if issubclass(type_, Entity)
            else type_(pick.choice(simulator.numbers))
            for _, type_ in action.parameters
        ]
        fixed = {"Site.sticky": sticky, "Site.first_fix": first_fix}
        before = valuation(site.state_variables(), list(site.snapshot()), sizes, fixed)
        before.functions["Attachment.mailbox"] = references
        simulated = simulator.fire(
            before, action.name, tuple(a.index if isinstance(a, Entity) else a for a in arguments)
        )
        try:
            getattr(site, action.name)(*arguments)
        except ActionDisabled:
            assert simulated is None
            continue
        assert simulated is not None
        after = valuation(site.state_variables(), list(site.snapshot()), sizes, fixed)
        after.functions["Attachment.mailbox"] = references
        assert simulated.functions == after.functions
