"""Box office: a seat is held for who chooses it, for a while, and sold to who pays in time."""

from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, assume


class Place(Machine):
    free = State(initial=True)
    held = State()
    sold = State(final=True)
    buyer: Customer | None = None
    hold = free.to(held, on="note")
    expire = held.to(free, on="forget")
    sell = held.to(sold)

    def note(self, customer: Customer) -> None:
        self.buyer = customer

    def forget(self) -> None:
        self.buyer = None


class Order(Machine):
    browsing = State(initial=True)
    choosing = State()
    paid = State(final=True)
    seat: Seat | None = None
    choose = browsing.to(choosing, on="note")
    lose = choosing.to(browsing, on="forget")
    pay = choosing.to(paid)

    def note(self, seat: Seat) -> None:
        self.seat = seat

    def forget(self) -> None:
        self.seat = None


class Seat(Entity):
    place: Place


class Customer(Entity):
    order: Order


class BoxOffice(System):
    seats: Many[Seat]
    customers: Many[Customer]

    @action
    def choose(self, customer: Customer, seat: Seat) -> None:
        customer.order.choose(seat=seat)
        seat.place.hold(customer=customer)

    @action
    def expire(self, seat: Seat) -> None:
        buyer = seat.place.buyer
        seat.place.expire()
        if buyer is not None:
            buyer.order.lose()

    @action
    def pay(self, customer: Customer) -> None:
        seat = customer.order.seat
        customer.order.pay()
        if seat is not None:
            seat.place.sell()


CATALOGUE = Catalogue(BoxOffice)


@CATALOGUE.always("office.once", "Safety")
def once(office: BoxOffice, one: Customer, other: Customer) -> bool:
    """No seat is sold to two customers."""
    assume(one != other and one.order.paid.is_active and other.order.paid.is_active)
    return one.order.seat != other.order.seat


@CATALOGUE.always("office.sold", "Safety")
def sold(office: BoxOffice, seat: Seat) -> bool:
    """Who has bought a seat has paid for it, and for no other."""
    assume(seat.place.sold.is_active)
    buyer = seat.place.buyer
    return buyer is not None and buyer.order.paid.is_active and buyer.order.seat == seat


@CATALOGUE.always("office.free", "Safety")
def free(office: BoxOffice, seat: Seat) -> bool:
    """Nobody has a seat that is free."""
    assume(seat.place.free.is_active)
    return not any(customer.order.seat == seat for customer in office.customers)


@CATALOGUE.always("office.paid", "Safety")
def paid(office: BoxOffice, customer: Customer) -> bool:
    """Who has paid has a seat, which is sold."""
    assume(customer.order.paid.is_active)
    seat = customer.order.seat
    return seat is not None and seat.place.sold.is_active
