"""Claims about steps from states of which something is known that is no clause about one entity."""

from __future__ import annotations

from statemachine import State

import statecheck
from statecheck import Catalogue, Entity, Machine, Many, Step, System, action
from statecheck.certificate.certificates import why_left_out
from statecheck.claims.results import Verdict


class Record(Machine):
    kept = State(initial=True)
    value: int = 0
    version: int = 0
    put = kept.to.itself(on="store")

    def store(self, number: int) -> None:
        self.value = number
        self.version += 1


class Session(Machine):
    idle = State(initial=True)
    editing = State()
    seen: int = 0
    value: int = 0
    load = idle.to(editing, on="note")
    save = editing.to(idle)

    def note(self, value: int, seen: int) -> None:
        self.value = value
        self.seen = seen


class Row(Entity):
    record: Record


class Client(Entity):
    row: Row
    session: Session


class Store(System):
    rows: Many[Row]
    clients: Many[Client]

    @action
    def load(self, client: Client) -> None:
        record = client.row.record
        client.session.load(value=record.value, seen=record.version)

    @action
    def save(self, client: Client) -> None:
        if client.session.seen == client.row.record.version:
            client.session.save()
            client.row.record.put(number=client.session.value + 1)


CATALOGUE = Catalogue(Store)


@CATALOGUE.always("same", "Rows")
def same(store: Store, row: Row) -> bool:
    """A row's value is its version: in any other state a client may save something else."""
    return row.record.value == row.record.version


@CATALOGUE.always("by_one", "Rows")
def by_one(step: Step, row: Row) -> bool:
    """No step adds more than one."""
    return step.after[row].record.value in (row.record.value, row.record.value + 1)


@CATALOGUE.always("never", "Rows")
def never(step: Step, row: Row) -> bool:
    """No step changes a row, which is false."""
    return bool(step.after[row].record.value == row.record.value)


def test_a_step_begins_where_all_holds_that_is_known() -> None:
    report = statecheck.prove(CATALOGUE)
    assert report["same"].verdict is Verdict.PROVED
    found = report["by_one"]
    assert found.verdict is Verdict.PROVED
    assert found.joint is not None
    assert found.joint.claims == ("same",)
    assert found.detail.startswith("follows of every step from ")
    assert why_left_out(found)
    assert report["never"].verdict is Verdict.REFUTED
