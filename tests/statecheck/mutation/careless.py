"""A gate that opens before it is paid for: what would cure it?"""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, Step, System, action, assume


class Barrier(Machine):
    closed = State(initial=True)
    opened = State()
    paid: bool = False
    pay = closed.to.itself(on="take_coin")
    open = closed.to(opened)
    shut = opened.to(closed, on="forget")

    def take_coin(self) -> None:
        self.paid = True

    def forget(self) -> None:
        self.paid = False


class Gate(Entity):
    barrier: Barrier


class Garage(System):
    gates: Many[Gate]

    @action
    def pay(self, gate: Gate) -> None:
        gate.barrier.pay()

    @action
    def open(self, gate: Gate) -> None:
        if gate.barrier.closed.is_active or gate.barrier.paid:
            gate.barrier.open()

    @action
    def shut(self, gate: Gate) -> None:
        gate.barrier.shut()


CATALOGUE = Catalogue(Garage)


@CATALOGUE.refuted("garage.paid", "Safety")
def paid(garage: Garage, gate: Gate) -> bool:
    """A gate that is open was paid for."""
    return not gate.barrier.opened.is_active or gate.barrier.paid


@CATALOGUE.possible("garage.opens", "Use")
def opens(garage: Garage, gate: Gate) -> bool:
    """A gate can be opened."""
    return gate.barrier.opened.is_active


@CATALOGUE.always("garage.shut", "Use")
def shut(step: Step, gate: Gate) -> bool:
    """Whoever shuts a gate has to pay again."""
    assume(step.fires(Garage.shut, gate))
    return not step.after[gate].barrier.paid
