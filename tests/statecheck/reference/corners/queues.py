"""Queued events: refused, left behind, sent with arguments, raised while a machine ends."""

# mypy: ignore-errors
# ruff: noqa: N801

from __future__ import annotations

from statemachine import State, StateChart, StateMachine

from tests.statecheck.reference.corners.cases import case


@case("possible", "s2", "REACHED")
@case("always", "not s2", "REFUTED")
class LeftInQueue(StateMachine):
    """A refused queued event leaves the next one in the queue; the next call finds it there."""

    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1, after="both")
    never = s2.to(s0)
    later = s1.to(s2, cond="armed")
    arm = s1.to.itself(on="set_armed", cond="!armed")
    armed = False

    def both(self) -> None:
        self.send("never")
        self.send("later")

    def set_armed(self) -> None:
        self.armed = True


@case("possible", "s1", "REACHED")
@case("always", "not s1", "REFUTED")
class RaisedInGuard(StateMachine):
    """A guard raises an internal event and refuses: the event waits for the next call."""

    s0 = State(initial=True)
    s1 = State()
    go = s0.to.itself(cond="ask")
    other = s0.to(s1, cond="asked")
    idle = s0.to.itself()
    back = s1.to(s0)
    asked = False

    def ask(self) -> bool:
        self.asked = True
        self.raise_("other")
        return False


@case("possible", "bad", "REACHED")
@case("always", "not bad", "REFUTED")
class ErrorLeftInside(StateMachine):
    """A guard raises and the event is refused: the next one finds the error inside the library."""

    catch_errors_as_events = True
    validate_trap_states = False
    s0 = State(initial=True)
    s1 = State()
    bad = State()
    go = s0.to(s1)
    fail = s0.to(s1, cond="boom")
    error_execution = s0.to(bad)

    def boom(self) -> bool:
        raise ValueError("no")


@case("possible", "s2", "REACHED")
@case("always", "not s2", "REFUTED")
class SeveralSends(StateMachine):
    s0 = State(initial=True)
    s1 = State()
    s2 = State()
    go = s0.to(s1, on="chain")
    further = s1.to(s2)
    back = s2.to(s0) | s1.to(s0)

    def chain(self) -> None:
        self.send("further")


@case("always", "n <= 1", "REFUTED")
@case("possible", "n == 3 and done", "REACHED")
class SendsWithArguments(StateMachine):
    start = State(initial=True)
    done = State()
    go = start.to(done, on="chain")
    put = done.to.itself(on="keep")
    again = done.to(start)
    n = 0

    def chain(self) -> None:
        self.send("put", amount=3)

    def keep(self, amount: int = 1) -> None:
        if amount in (1, 3):
            self.n = amount


@case("possible", "b", "REACHED")
class ParallelFinalWithError(StateChart):
    """A root parallel whose regions end while a callback raises."""

    catch_errors_as_events = False

    class p(State.Parallel, initial=True):
        class r(State.Compound):
            a = State(initial=True)
            b = State(final=True)

        class q(State.Compound):
            c = State(initial=True)
            d = State(final=True)

    go = p.r.a.to(p.r.b)
    come = p.q.c.to(p.q.d)
    odd = False

    def on_enter_d(self) -> None:
        if not self.odd:
            self.odd = True
            raise ValueError
