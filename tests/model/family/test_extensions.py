"""Each extension adds to the base site and takes nothing from it; what it adds can be played."""

from __future__ import annotations

from typing import Any

import pytest

from model.family.composition import site_with
from model.family.consumers import Consumer, ConsumerSite
from model.family.directory import DirectorySite
from model.family.faults import FaultSite
from model.family.registry import RegistrySite
from model.family.scanner import ScannerSite
from model.family.services import ServiceSite
from model.family.since_sp3 import SinceSp3Site
from model.family.timeouts import TimeOutSite
from model.site import Site
from model.version import FIRST_POSTED_WITH_MOVE_FIX, SP3, SP4, StoreVersion
from statecheck.errors import ActionDisabled
from statecheck.explicit.state_space import FiniteInstance
from statecheck.modeling import signature

EXTENSIONS = (
    TimeOutSite,
    SinceSp3Site,
    ServiceSite,
    RegistrySite,
    ScannerSite,
    ConsumerSite,
    DirectorySite,
    FaultSite,
)
READINGS = ("timeouts", "any_service", "avapi_from_sp3", "scans_at_start_only")
SIZES = {"servers": 2, "mailboxes": 1, "attachments": 1}
BASE_CELLS = {
    (entity.plural, machine.slot, name) for entity, machine, name, _ in signature(Site).functions()
}


def base_states(system: type[Site], version: StoreVersion) -> set[tuple[Any, ...]]:
    """The reachable states of a site without what its extensions add, every reading off."""
    known = {name for name, _, _ in signature(system).constants}
    constants = {"sticky": False, "first_fix": FIRST_POSTED_WITH_MOVE_FIX}
    constants |= dict.fromkeys(known & set(READINGS), False)
    instance = FiniteInstance(system, SIZES, {StoreVersion: (version,)}, constants)
    (space,) = instance.spaces()
    order = sorted(
        (type(member).__name__, member.index, machine.slot, name, cell)
        for cell, (member, machine, name) in enumerate(space.cells)
        if (space.before.system.info.entity(type(member)).plural, machine.slot, name) in BASE_CELLS
    )
    queue = list(dict.fromkeys(space.initial()))
    known_states = set(queue)
    for state in queue:
        for _, _, kept in space.steps(state):
            if kept not in known_states:
                known_states.add(kept)
                queue.append(kept)
    shown = [list(map(str, space.values(state))) for state in known_states]
    return {tuple(values[cell] for *_, cell in order) for values in shown}


@pytest.mark.slow
@pytest.mark.parametrize("extension", EXTENSIONS, ids=lambda extension: extension.__name__)
def test_an_extension_that_is_off_changes_nothing_of_the_base(extension: type[Site]) -> None:
    assert base_states(site_with(extension), SP3) == base_states(Site, SP3)


def play(*extensions: type[Site], **constants: Any) -> tuple[Any, ...]:
    site = site_with(*extensions)(**SIZES, **constants)
    return (site, *site.servers, *site.mailboxes, *site.attachments)


def test_a_move_times_out_on_sp4_under_that_reading_only() -> None:
    for timeouts in (True, False):
        site, source, destination, mailbox, attachment = play(TimeOutSite, timeouts=timeouts)
        site.stop_store(source)
        site.replace_store(source, SP4)
        site.start_store(source)
        site.enable_antivirus(source)
        site.start_move(mailbox, destination)
        if timeouts:
            site.time_out_move(attachment)
            assert mailbox.move.failed.is_active
            assert attachment.lifecycle.scanning.is_active
        else:
            with pytest.raises(ActionDisabled):
                site.time_out_move(attachment)


def test_nobody_times_out_who_need_not_wait() -> None:
    site, source, destination, mailbox, attachment = play(TimeOutSite, timeouts=True)
    site.start_move(mailbox, destination)
    for ask in (site.time_out_move, site.time_out_client):
        with pytest.raises(ActionDisabled):  # AVAPI is disabled
            ask(attachment)
    site.copy_attachment(attachment)
    site.enable_antivirus(source)
    with pytest.raises(ActionDisabled):  # the move has it
        site.time_out_move(attachment)
    site.time_out_client(attachment)


def test_avapi_is_unknown_to_a_store_before_sp3_under_that_reading_only() -> None:
    for from_sp3 in (True, False):
        site, source, _, _, attachment = play(SinceSp3Site, avapi_from_sp3=from_sp3)
        site.stop_store(source)
        site.replace_store(source, StoreVersion.parse("5.5.2448.8"))
        site.start_store(source)
        site.enable_antivirus(source)
        site.client_open(attachment)
        assert attachment.lifecycle.released.is_active is from_sp3
        site.stop_store(source)
        site.replace_store(source, SP3)
        assert attachment.lifecycle.unscanned.is_active  # it was not scanned


def test_the_store_takes_the_registry_over_later_or_at_its_start() -> None:
    site, source, _, _, _ = play(RegistrySite)
    site.set_enabled(source)
    assert source.antivirus.disabled.is_active
    site.enable_antivirus(source)
    site.clear_enabled(source)
    assert source.antivirus.enabled.is_active
    site.stop_store(source)
    site.start_store(source)
    assert source.antivirus.disabled.is_active
    with pytest.raises(ActionDisabled):
        site.enable_antivirus(source)


def test_a_scanner_that_is_off_scans_nothing() -> None:
    for at_start_only in (True, False):
        site, source, _, _, attachment = play(ScannerSite, scans_at_start_only=at_start_only)
        site.enable_antivirus(source)
        with pytest.raises(ActionDisabled):
            site.background_scan(attachment)
        site.switch_background_on(source)
        if at_start_only:
            with pytest.raises(ActionDisabled):
                site.begin_background(source)
            site.stop_store(source)
            site.start_store(source)
        else:
            site.begin_background(source)
        site.background_scan(attachment)
        assert attachment.lifecycle.scanning.is_active


def test_a_service_fails_a_move_under_that_reading_only() -> None:
    for any_service in (True, False):
        site, source, destination, mailbox, attachment = play(ServiceSite, any_service=any_service)
        site.start_service(source)
        site.start_move(mailbox, destination)
        if any_service:
            site.fail_by_service(attachment)
            assert mailbox.move.failed.is_active
        else:
            with pytest.raises(ActionDisabled):
                site.fail_by_service(attachment)


def test_a_second_move_loses_all_mail_unless_the_directory_was_put_right() -> None:
    for repaired in (True, False):
        site, source, destination, mailbox, attachment = play(DirectorySite)
        site.start_move(mailbox, destination)
        site.copy_attachment(attachment)
        site.strand_object(mailbox)
        assert mailbox.home == destination
        with pytest.raises(ActionDisabled):
            site.start_move(mailbox, source)
        if repaired:
            site.repair_object(mailbox)
            site.start_move(mailbox, source)
            assert mailbox.move.copying.is_active
        else:
            site.move_again(mailbox)
            with pytest.raises(ActionDisabled):
                site.client_open(attachment)


@pytest.mark.parametrize(
    ("consumer", "last_that_fails", "first_cured", "outcome"),
    [
        (Consumer.MTA, "5.5.2654.60", "5.5.2654.61", "handed_over"),
        (Consumer.INTERNET_MAIL, "5.5.2653.11", "5.5.2653.12", "waiting"),
        (Consumer.MAILBOX_RULE, "5.5.2653.11", "5.5.2653.12", "waiting"),
        (Consumer.FOLDER_RULE, "5.5.2654.92", "5.5.2654.93", "waiting"),
    ],
    ids=str,
)
def test_a_consumer_fails_until_its_build(
    consumer: Consumer, last_that_fails: str, first_cured: str, outcome: str
) -> None:
    for version, state in ((last_that_fails, "failed"), (first_cured, outcome)):
        site, source, _, _, attachment = play(ConsumerSite)
        site.stop_store(source)
        site.replace_store(source, StoreVersion.parse(version))
        site.start_store(source)
        site.enable_antivirus(source)
        site.consumer_asks(attachment, consumer)
        assert getattr(attachment.delivery, state).is_active
        assert attachment.lifecycle.scanning.is_active


@pytest.mark.parametrize(
    ("action", "version", "happens"),
    [
        ("crash_store", "5.5.2652.18", False),
        ("crash_store", "5.5.2652.19", True),
        ("crash_store", "5.5.2652.41", True),
        ("crash_store", "5.5.2652.42", False),
        ("crash_in_update", "5.5.2650.22", False),
        ("crash_in_update", "5.5.2655.36", True),
        ("crash_in_update", "5.5.2655.37", False),
        ("hang_store", "5.5.2653.22", False),
        ("hang_store", "5.5.2653.23", True),
        ("hang_store", "5.5.2654.93", True),
        ("hang_store", "5.5.2654.94", False),
    ],
)
def test_a_fault_is_of_a_range_of_builds(action: str, version: str, happens: bool) -> None:
    site, source, destination, mailbox, _ = play(FaultSite)
    site.stop_store(source)
    site.replace_store(source, StoreVersion.parse(version))
    site.start_store(source)
    site.enable_antivirus(source)
    site.start_move(mailbox, destination)
    if not happens:
        with pytest.raises(ActionDisabled):
            getattr(site, action)(source)
        return
    getattr(site, action)(source)
    if action == "hang_store":
        with pytest.raises(ActionDisabled):
            site.stop_store(source)
        site.kill_store(source)
    assert source.store.stopped.is_active
    assert mailbox.move.interrupted.is_active


def test_all_extensions_work_together() -> None:
    site = site_with(*EXTENSIONS)
    assert site is site_with(*EXTENSIONS)
    names = {action.name for action in signature(site).actions}
    for extension in EXTENSIONS:
        assert {action.name for action in signature(extension).actions} <= names
