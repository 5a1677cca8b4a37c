from statemachine import State, StateMachine


class Order(StateMachine):
    """An order, from the basket to the parcel."""

    PRICE = 100

    unpaid = State(initial=True)
    paid = State()
    shipped = State(final=True)
    cancelled = State(final=True)
    received = 0

    pay = unpaid.to(paid, cond="completes", on="take") | unpaid.to.itself(
        cond="positive", on="take"
    )
    ship = paid.to(shipped)
    cancel = unpaid.to(cancelled, on="give_back") | paid.to(cancelled, on="give_back")

    def positive(self, amount: int):
        return amount > 0

    def completes(self, amount: int):
        return self.received + amount >= self.PRICE

    def take(self, amount: int):
        self.received += amount

    def give_back(self):
        self.received = 0
