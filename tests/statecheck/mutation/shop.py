"""A shop that serves who is ready, which its customers are only now and then."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, leads_to, strong, weak


class Order(Machine):
    idle = State(initial=True)
    asked = State()
    served = State()
    ready: bool = False
    ask = idle.to(asked)
    turn = asked.to.itself(on="flip")
    serve = asked.to(served, cond="is_ready")
    rest = served.to(idle)

    def is_ready(self) -> bool:
        return self.ready

    def flip(self) -> None:
        self.ready = not self.ready


class Customer(Entity):
    order: Order


class Shop(System):
    customers: Many[Customer]

    @action
    def ask(self, customer: Customer) -> None:
        customer.order.ask()

    @action
    def turn(self, customer: Customer) -> None:
        customer.order.turn()

    @action
    def serve(self, customer: Customer) -> None:
        customer.order.serve()

    @action
    def rest(self, customer: Customer) -> None:
        customer.order.rest()


CATALOGUE = Catalogue(Shop)


@CATALOGUE.eventually(
    "shop.serves",
    "In the end",
    fairness=(weak(Shop.serve, "customer"), weak(Shop.turn, "customer")),
)
def serves(shop: Shop, customer: Customer) -> object:
    """Who has asked is served."""
    return leads_to(customer.order.asked.is_active, customer.order.served.is_active)


@CATALOGUE.eventually(
    "shop.serves_at_last",
    "In the end",
    fairness=(strong(Shop.serve, "customer"), strong(Shop.turn, "customer")),
)
def serves_at_last(shop: Shop, customer: Customer) -> object:
    """Who has asked is served where nobody who is ready again and again is passed over."""
    return leads_to(customer.order.asked.is_active, customer.order.served.is_active)
