"""Numbers that keep an argument, and that add up what others keep."""

from __future__ import annotations

import pytest
from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action
from statecheck.claims.results import Result
from statecheck.prover import session
from statecheck.prover.project import project_of
from statecheck.safety.induction import Induction
from statecheck.safety.inferring.counting import counts
from statecheck.symbolic.transition_system import TransitionSystem


class Ledger(Machine):
    active = State(initial=True)
    balance: int = 0
    reserved: int = 0
    deposit = active.to.itself(on="add")
    reserve = active.to.itself(cond="suffices", on="put_aside")
    give_back = active.to.itself(on="put_back")
    take = active.to.itself(on="pay")

    def add(self) -> None:
        self.balance += 1

    def suffices(self, amount: int) -> bool:
        return 0 < amount <= self.balance - self.reserved

    def put_aside(self, amount: int) -> None:
        self.reserved += amount

    def pay(self, amount: int) -> None:
        self.balance -= amount
        self.reserved -= amount

    def put_back(self, amount: int) -> None:
        self.reserved -= amount


class Flow(Machine):
    idle = State(initial=True)
    pending = State()
    ended = State(final=True)
    amount: int = 0
    start = idle.to(pending, on="note")
    abort = pending.to(ended)
    commit = pending.to(ended)
    change = pending.to.itself(on="note")

    def note(self, amount: int) -> None:
        self.amount = amount


class Account(Entity):
    ledger: Ledger


class Transfer(Entity):
    account: Account
    flow: Flow


class Bank(System):
    accounts: Many[Account]
    transfers: Many[Transfer]

    @action
    def deposit(self, account: Account) -> None:
        account.ledger.deposit()

    @action
    def start(self, transfer: Transfer, amount: int) -> None:
        transfer.flow.start(amount=amount)
        transfer.account.ledger.reserve(amount=amount)

    @action
    def abort(self, transfer: Transfer) -> None:
        transfer.flow.abort()
        transfer.account.ledger.give_back(amount=transfer.flow.amount)

    @action
    def commit(self, transfer: Transfer) -> None:
        transfer.flow.commit()
        transfer.account.ledger.take(amount=transfer.flow.amount)


class ChangingBank(Bank):
    """What is pending may become another amount, which nobody reserves."""

    @action
    def change(self, transfer: Transfer, amount: int) -> None:
        if amount > 0:
            transfer.flow.change(amount=amount)


class CorrectingBank(Bank):
    """What is pending may become another amount, which is reserved in its place."""

    @action
    def change(self, transfer: Transfer, amount: int) -> None:
        transfer.account.ledger.give_back(amount=transfer.flow.amount)
        transfer.account.ledger.reserve(amount=amount)
        transfer.flow.change(amount=amount)


class OwingBank(Bank):
    """An amount may be less than nothing, and is added up all the same."""

    @action
    def owe(self, transfer: Transfer, amount: int) -> None:
        transfer.flow.start(amount=amount)
        transfer.account.ledger.give_back(amount=-amount)


class ForgettingBank(Bank):
    """Of all that end at once nothing is given back."""

    @action
    def end_all(self, account: Account) -> None:
        for transfer in self.transfers:
            if transfer.account == account and transfer.flow.pending.is_active:
                transfer.flow.abort()


class InflatingBank(Bank):
    """All that is pending becomes another amount, which nobody reserves."""

    @action
    def inflate(self, account: Account, amount: int) -> None:
        for transfer in self.transfers:
            if transfer.account == account and transfer.flow.pending.is_active and amount > 0:
                transfer.flow.change(amount=amount)


def reserved(bank: Bank, account: Account) -> bool:
    """No more is reserved than there is."""
    return account.ledger.reserved <= account.ledger.balance


def solvent(bank: Bank, account: Account) -> bool:
    """No balance is below nothing."""
    return account.ledger.balance >= 0


def enough(bank: Bank, transfer: Transfer) -> bool:
    """As much is reserved as any amount that is pending."""
    return (
        not transfer.flow.pending.is_active
        or transfer.flow.amount <= transfer.account.ledger.reserved
    )


def results(system: type[Bank]) -> dict[str, Result]:
    """The verdicts on claims about a bank."""
    catalogue = Catalogue(system)
    for body in (reserved, solvent, enough):
        catalogue.always(f"bank.{body.__name__}", "Bank")(body)
    project = project_of(catalogue, f"{__name__}:CATALOGUE")
    found = session.run(project, catalogue.claims, tables=False).results
    return {result.claim.id.partition(".")[2]: result for result in found}


def sums_of(system: type[Bank]) -> list[str]:
    """The equations of a bank by which a number adds up."""
    induction = Induction(TransitionSystem(system))
    return [count.text for count in counts(induction, ()) if "sum of" in count.text]


def test_a_number_that_adds_up_shows_that_there_is_enough() -> None:
    found = results(CorrectingBank)
    assert {str(result.verdict) for result in found.values()} == {"PROVED"}
    assert "sum of transfer.flow.amount over each Transfer" in found["enough"].detail
    # The number that keeps an argument is as the action asks of the argument.
    clauses = {str(clause) for clause in found["reserved"].invariant or ()}
    assert "every Transfer: transfer.flow.state = idle or transfer.flow.amount > 0" in clauses


def test_a_sum_is_found() -> None:
    (text,) = sums_of(Bank)
    assert text == (
        "account.ledger.reserved = sum of transfer.flow.amount over each Transfer with "
        "transfer.account = account and transfer.flow.state = pending"
    )


@pytest.mark.parametrize("system", [ChangingBank, OwingBank, ForgettingBank, InflatingBank])
def test_a_sum_that_a_step_does_not_keep_is_none(system: type[Bank]) -> None:
    assert not sums_of(system)


def test_what_is_not_enough_is_refuted() -> None:
    assert str(results(OwingBank)["enough"].verdict) == "REFUTED"
