"""A number that keeps an argument is as the action asks of the argument."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action
from statecheck.prover import session
from statecheck.prover.project import project_of


class Ledger(Machine):
    active = State(initial=True)
    balance: int = 0
    reserved: int = 0
    deposit = active.to.itself(on="add")
    reserve = active.to.itself(cond="suffices", on="put_aside")
    give_back = active.to.itself(on="put_back")

    def add(self) -> None:
        self.balance += 1

    def suffices(self, amount: int) -> bool:
        return 0 < amount <= self.balance - self.reserved

    def put_aside(self, amount: int) -> None:
        self.reserved += amount

    def put_back(self, amount: int) -> None:
        self.reserved -= amount


class Flow(Machine):
    idle = State(initial=True)
    pending = State()
    ended = State(final=True)
    amount: int = 0
    start = idle.to(pending, on="note")
    abort = pending.to(ended)

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


CATALOGUE = Catalogue(Bank)


@CATALOGUE.always("bank.reserved", "Bank")
def reserved(bank: Bank, account: Account) -> bool:
    """No more is reserved than there is."""
    return account.ledger.reserved <= account.ledger.balance


def test_a_number_is_as_the_argument_that_it_keeps() -> None:
    project = project_of(CATALOGUE, f"{__name__}:CATALOGUE")
    (result,) = session.run(project, CATALOGUE.claims, tables=False).results
    assert str(result.verdict) == "PROVED"
    clauses = {str(clause) for clause in result.invariant or ()}
    assert "every Transfer: transfer.flow.state = idle or transfer.flow.amount > 0" in clauses
