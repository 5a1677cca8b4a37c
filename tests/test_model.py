"""The model runs by itself, and the kernel says clearly what is wrong with a system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statemachine import State

from model.site import Site
from model.version import POSTED, SP3, SP4, DatabaseFormat, Logged, StoreVersion, fixed, native
from statecheck.modeling import (
    ActionDisabled,
    Entity,
    Machine,
    Many,
    ModelError,
    System,
    action,
    anything,
)

WORDS = st.integers(0, 0xFFFF)


@given(st.tuples(WORDS, WORDS, WORDS, WORDS), st.tuples(WORDS, WORDS, WORDS, WORDS))
def test_versions_read_print_and_order_as_their_words(
    first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    one, two = (StoreVersion.parse(".".join(map(str, words))) for words in (first, second))
    assert StoreVersion.parse(str(one)) == one
    assert (one < two) == (first < second)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5.5.70000.1", "70000 exceeds 65535"),
        ("5.5.2652", "write four numbers"),
        ("5.5.2652.-1", "write four numbers"),
        ("", "write four numbers"),
        ("a.b.c.d", "write four numbers"),
        ("\u0665.5.2652.68", "write four numbers"),
        ("5.5.2652." + "9" * 5000, "9... exceeds 65535"),
    ],
)
def test_a_bad_version_is_explained(text: str, said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        StoreVersion.parse(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("number", [-1, 1 << 64, 1 << 20_000], ids=["-1", "64 bits", "20,000 bits"])
def test_a_version_fits_64_bits(number: int) -> None:
    with pytest.raises(ModelError, match="64 bits"):
        StoreVersion(number)


@pytest.mark.parametrize("number", ["5.5.2652.68", 5.5, None])
def test_a_version_is_a_number(number: Any) -> None:
    with pytest.raises(ModelError, match="is no number; StoreVersion"):
        StoreVersion(number)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_a_later_version_never_has_less(one: int, two: int) -> None:
    early, late = sorted((StoreVersion(one), StoreVersion(two)))
    assert native(early) <= native(late)
    assert fixed(late) or not fixed(early)


def test_posted_builds_are_in_order() -> None:
    assert list(POSTED) == sorted(set(POSTED))
    assert [str(native(v)) for v in (SP3, SP4)] == ["before 2.45", "2.46"]


@pytest.fixture
def site() -> Site:
    return Site(servers=2, mailboxes=1, attachments=3)


def test_a_disabled_action_says_so_and_changes_nothing(site: Site) -> None:
    before = site.snapshot()
    fires: list[Callable[[], None]] = [
        lambda: site.start_store(site.servers[0]),
        lambda: site.start_move(site.mailboxes[0], site.servers[0]),
        # The attachment would be handed over, but no move copies: half of the step is undone.
        lambda: site.copy_attachment(site.attachments[0]),
        lambda: site.finish_move(site.mailboxes[0]),
        lambda: site.complete_scan(site.attachments[1]),
    ]
    for fire in fires:
        with pytest.raises(ActionDisabled, match="is disabled"):
            fire()
        assert site.snapshot() == before


def test_refused_start_and_upgrade(site: Site) -> None:
    server = site.servers[0]
    site.stop_store(server)
    site.replace_store(server, SP4)
    site.start_store(server)
    assert (server.store.format, server.store.log) == (DatabaseFormat.V2_46, Logged.UPGRADED)
    site.stop_store(server)
    site.replace_store(server, SP3)
    site.start_store(server)
    assert server.store.stopped.is_active
    assert server.store.log is Logged.REFUSED
    assert str(server.store.log) == "1197 and 1005"
    assert server.store.format == DatabaseFormat.V2_46


def test_snapshots_restore(site: Site) -> None:
    start = site.snapshot()
    site.enable_antivirus(site.servers[0])
    site.background_scan(site.attachments[0])
    site.restore(start)
    assert site.snapshot() == start
    site.enable_antivirus(site.servers[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"server": 2}, "has no server; it takes servers, mailboxes, attachments, sticky"),
        ({"attachments": 1}, "attachment1 needs a mailbox; there is none"),
        ({"mailboxes": 1}, "mailbox1 needs a server; there is none"),
        ({"servers": -1}, "servers=-1 is neither a number, 0 or more, nor a list of tables"),
        ({"servers": "2"}, "servers='2' is neither a number"),
        ({"servers": 1.0}, "servers=1.0 is neither a number"),
        ({"servers": True}, "servers=True is neither a number"),
        ({"servers": [1]}, r"servers=\[1\] is neither a number"),
        ({"servers": 1, "sticky": "no"}, "sticky='no' is no bool"),
        *(
            ({"servers": 1, "mailboxes": 2, "attachments": [table]}, said)
            for table, said in (
                ({"mailbox": 5}, "attachment1 has mailbox 5; it takes a number from 0 to 1"),
                ({"mailbox": -1}, "attachment1 has mailbox -1; it takes a number from 0 to 1"),
                ({"mailbox": "0"}, "attachment1 has mailbox '0'; it takes a number"),
                ({"mailbx": 0}, "attachments have no 'mailbx' to be given; they take mailbox"),
            )
        ),
    ],
)
def test_a_wrong_site_is_explained(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelError, match=said):
        Site(**arguments)


def test_an_action_takes_its_own_kind_of_arguments(site: Site) -> None:
    other = Site(servers=2, mailboxes=1, attachments=3)
    server, mailbox = site.servers[0], site.mailboxes[0]
    site.stop_store(server)
    version: Any = "5.5.2652.68"
    foreign: Any = other.servers[0]
    wrong: list[tuple[Callable[[], None], str]] = [
        (
            lambda: site.replace_store(server, version),
            "replace_store: version '5.5.2652.68' is no StoreVersion",
        ),
        (
            lambda: site.replace_store(server=server, version=version),
            "replace_store: version '5.5.2652.68' is no StoreVersion",
        ),
        (
            lambda: site.enable_antivirus(foreign),
            r"enable_antivirus: server server1 is of another Site; system\[entity\] is the same",
        ),
        (lambda: site.start_move(mailbox, target=foreign), "start_move: target server1 is of"),
        (lambda: site.start_move(server, mailbox), "start_move: mailbox server1 is no Mailbox"),
    ]
    before = site.snapshot(), other.snapshot()
    for fire, said in wrong:
        with pytest.raises(ModelError, match=said):
            fire()
        assert (site.snapshot(), other.snapshot()) == before
    site.enable_antivirus(site[foreign])
    site.replace_store(server, version=SP4)
    assert server.antivirus.enabled.is_active


class Switch(Machine):
    off = State(initial=True)
    on = State()
    count: int = 0

    press = off.to(on, on="tally") | on.to(off)

    def tally(self) -> None:
        self.count += 1


class Lamp(Entity):
    switch: Switch


class House(System):
    lamps: Many[Lamp]

    @action
    def press(self, lamp: Lamp) -> None:
        lamp.switch.press()

    @action
    def press_twice(self, lamp: Lamp) -> None:
        self.press(lamp)
        self.press(lamp)

    @action
    def burn(self, lamp: Lamp) -> None:
        lamp.switch.press()
        raise ValueError("smoke")

    @action
    def press_and_finish(self, lamp: Lamp) -> None:
        self.press(lamp)
        lamp.switch.send("unheard_of")


def test_actions_call_actions_and_stay_atomic() -> None:
    house = House(lamps=1)
    (lamp,) = house.lamps
    house.press_twice(lamp)
    assert (lamp.switch.off.is_active, lamp.switch.count) == (True, 1)
    before = house.snapshot()
    with pytest.raises(ActionDisabled):
        house.press_and_finish(lamp)
    assert house.snapshot() == before


def test_an_action_that_raises_leaves_no_trace() -> None:
    house = House(lamps=1)
    before = house.snapshot()
    with pytest.raises(ValueError, match="smoke"):
        house.burn(house.lamps[0])
    assert house.snapshot() == before
    house.press(house.lamps[0])


def test_a_field_needs_a_value_and_a_free_name() -> None:
    with pytest.raises(ModelError, match="has no initial value"):
        type("Bare", (Machine,), {"__annotations__": {"size": "int"}})
    with pytest.raises(ModelError, match="is a name that python-statemachine uses"):
        type("Clash", (Machine,), {"__annotations__": {"send": "int"}, "send": 1})


class Fuse(Machine):
    whole = State(initial=True)
    blown = State(final=True)
    blow = whole.to(blown)
    check = whole.to.itself()


class Box(Entity):
    fuse: Fuse


class Cellar(System):
    boxes: Many[Box]

    @action
    def blow(self, box: Box) -> None:
        box.fuse.blow()

    @action
    def blow_all_but(self, box: Box) -> None:
        for other in self.boxes:
            if other != box:
                other.fuse.blow()
        box.fuse.check()


def test_a_final_state_ends_a_machine_until_the_step_is_undone() -> None:
    cellar = Cellar(boxes=2)
    first, second = cellar.boxes
    start = cellar.snapshot()
    cellar.blow(first)
    with pytest.raises(ActionDisabled):
        cellar.blow(first)
    with pytest.raises(ActionDisabled):  # second blows, then first refuses: both as before
        cellar.blow_all_but(first)
    assert second.fuse.whole.is_active
    cellar.blow(second)
    cellar.restore(start)
    cellar.blow(first)
    assert (first.fuse.blown.is_active, second.fuse.whole.is_active) == (True, True)


def test_anything_starts_like_its_example() -> None:
    class Dial(Machine):
        low = State(initial=True)
        high = State()
        turn = low.to(high) | high.to(low)
        level: int = anything(like=7)

    owner = type("Panel", (Entity,), {"__annotations__": {"dial": Dial}})
    system = type("Desk", (System,), {"__annotations__": {"panels": Many[owner]}})  # type: ignore[valid-type]
    assert system(panels=1).panels[0].dial.level == 7
