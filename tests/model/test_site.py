"""The model runs by itself, and the kernel says clearly what is wrong with a system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.site import Site
from model.version import (
    EARLIEST_MOVE_FIX,
    FIRST_POSTED_WITH_MOVE_FIX,
    FIRST_WITH_FORMAT_2_45,
    FIRST_WITH_FORMAT_2_46,
    POSTED,
    PREFERRED,
    SP3,
    SP4,
    DatabaseFormat,
    Logged,
    StoreVersion,
    fixed,
    native,
)
from statecheck.modeling import (
    ActionDisabled,
    ModelError,
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


VERSIONS = st.integers(0, 2**64 - 1).map(StoreVersion)
FIXES = st.integers(EARLIEST_MOVE_FIX, FIRST_POSTED_WITH_MOVE_FIX).map(StoreVersion)


@given(VERSIONS, VERSIONS, FIXES)
def test_a_later_version_never_has_less(
    one: StoreVersion, two: StoreVersion, first_fix: StoreVersion
) -> None:
    early, late = sorted((one, two))
    assert native(early) <= native(late)
    assert fixed(late, first_fix) or not fixed(early, first_fix)


@given(FIXES)
def test_whatever_the_first_fix_is_posted_builds_have_what_they_are_said_to(
    first_fix: StoreVersion,
) -> None:
    """Q248838 lists the fix under the build of 21 September 2000, and under none before."""
    for build in POSTED:
        later = build.on >= date(2000, 9, 21)
        assert fixed(build.version, first_fix) is later, build


@pytest.mark.parametrize("outside", [-1, 1], ids=["too early", "too late"])
def test_a_first_fix_outside_of_its_range_is_refused(outside: int) -> None:
    ends = {-1: EARLIEST_MOVE_FIX, 1: FIRST_POSTED_WITH_MOVE_FIX}
    for inside in ends.values():
        assert Site(servers=1, first_fix=inside).first_fix == inside
    said = f"first_fix=.* is outside of its range, from {EARLIEST_MOVE_FIX} to"
    with pytest.raises(ModelError, match=said):
        Site(servers=1, first_fix=StoreVersion(ends[outside] + outside))


def test_posted_builds_are_in_order() -> None:
    versions = [build.version for build in POSTED]
    assert versions == sorted(set(versions))
    assert [build.on for build in POSTED] == sorted({build.on for build in POSTED})
    assert {build.source for build in POSTED} == {"Q248838", "Q282533"}
    # Articles name these, but nobody could download them.
    assert {FIRST_WITH_FORMAT_2_45, FIRST_WITH_FORMAT_2_46}.isdisjoint(versions)
    assert {*versions, SP3, SP4} < set(PREFERRED)
    assert str(versions[-1]) == "5.5.2655.37"
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
