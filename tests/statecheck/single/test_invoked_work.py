"""Work that a state invokes: it ends when it likes, and must not be able to change the machine."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from statemachine import State, StateChart, StateMachine
from statemachine.contrib.timeout import timeout
from statemachine.exceptions import InvalidDefinition
from statemachine.invoke import InvokeContext, invoke_group

from statecheck.claims.syntax import AssumedTexts
from statecheck.modeling import ModelError
from statecheck.single import check
from tests.statecheck.acceptance.beside import visited
from tests.statecheck.reference.explorer import World

SEEN: list[Any] = []
LIMITS = [1, 2, 3]
TOTAL = 1


def fetch() -> int:
    return 42


async def fetch_later() -> int:
    await asyncio.sleep(0.01)
    return 42


class Loader(StateChart[Any]):
    """c is reached by a result, d by an exception, stopped without either, e never."""

    a = State(initial=True)
    loading = State(invoke=fetch)
    c = State()
    d = State()
    stopped = State(final=True)
    e = State(final=True)
    start = a.to(loading)
    cancel = loading.to(stopped)
    done_invoke_loading = loading.to(c, on="keep")
    error_execution = loading.to(d)
    on = c.to(e, cond="impossible")
    end = stopped.from_(c, d)
    result: Any = None

    def keep(self, data: Any = None) -> None:
        self.result = data

    def impossible(self) -> bool:
        return False


class LateEnd(StateChart[Any]):
    """The work ends between two callbacks, and tells of it where its state was left."""

    loading = State(initial=True, invoke=fetch_later)
    other = State()
    late = State(final=True)
    leave = loading.to(other, before="wait")
    done_invoke_loading = other.to(late)

    async def wait(self) -> None:
        await asyncio.sleep(0.1)


def verdicts(cls: Any, *states: str, **options: Any) -> list[str]:
    report = check(cls, [("possible", state) for state in states], **options)
    return [str(result.verdict) for result in report.results]


def test_what_an_end_of_work_leads_to_is_left_open_and_the_rest_is_decided() -> None:
    found = verdicts(Loader, "loading", "c", "d", "stopped", "e")
    assert found == ["REACHED", "UNDETERMINED", "UNDETERMINED", "REACHED", "REFUTED"]


def test_where_work_may_end_between_two_callbacks_it_is_refused() -> None:
    async def left() -> list[str]:
        machine = LateEnd()
        await machine.activate_initial_state()
        await machine.send("leave")
        return [state.id for state in machine.configuration]

    assert asyncio.run(left()) == ["late"]
    with pytest.raises(ModelError, match=r"LateEnd has async callbacks and invokes loading.invoke"):
        check(LateEnd, [("possible", "late")])


def test_the_assumptions_say_what_the_work_may_do() -> None:
    (said,) = (s for s in check(Loader, [("possible", "c")]).environment if "any time" in s)
    assert said.startswith("loading.invoke may end at any time while loading is active, or never")


def test_a_run_through_an_end_tells_the_step() -> None:
    (result,) = check(Loader, [("possible", "d")]).results
    assert "start(), loading.invoke ends where loading.invoke raises an exception" in result.detail


def test_work_that_raises_nothing_leads_to_no_error() -> None:
    assert verdicts(Loader, "c", "d", harmless=["loading.invoke"]) == ["UNDETERMINED", "REFUTED"]


class Once(StateMachine):
    """Work ends once; a second end would lead to c."""

    a = State(initial=True, invoke=fetch)
    b = State()
    c = State()
    done_invoke_a = a.to(b, cond="once") | a.to.itself(internal=True, on="count")
    on = a.to(c, cond="twice")
    back = b.to(a) | c.to(a)
    count_: int = 0

    def once(self) -> bool:
        return False

    def count(self) -> None:
        self.count_ = min(self.count_ + 1, 2)

    def twice(self) -> bool:
        return self.count_ > 1


def test_work_ends_once() -> None:
    assert verdicts(Once, "c") == ["REFUTED"]


class Late(StateChart[Any]):
    """The event of a's work may wait until a was left: then c is reached."""

    a = State(initial=True, invoke=fetch)
    b = State()
    c = State(final=True)
    go = a.to(b)
    done_invoke_a = b.to(c)
    d = State(final=True)
    end = b.to(d)


class LateBehind(StateChart[Any]):
    """Like it, where a callback sends another event; only the one before it leads to c."""

    a = State(initial=True, invoke=fetch)
    b = State()
    c = State(final=True)
    d = State(final=True)
    go = a.to(b, on="more")
    done_invoke_a = b.to(c)
    next = b.to(d)

    def more(self) -> None:
        self.send("next")


class Cancelled(StateChart[Any]):
    """Work of a state that was left long ago tells nothing."""

    a = State(initial=True, invoke=fetch)
    b = State()
    b2 = State()
    c = State(final=True)
    go = a.to(b)
    on = b.to(b2)
    done_invoke_a = b2.to(c)
    d = State(final=True)
    stay = b2.to(d)


def test_an_event_that_waits_while_its_state_is_left_is_handled_all_the_same() -> None:
    assert verdicts(Late, "c") == ["UNDETERMINED"]
    assert verdicts(LateBehind, "c", "d") == ["UNDETERMINED", "REACHED"]
    assert "c" in visited(Late, World())
    assert "c" in visited(LateBehind, World())


def test_work_of_a_state_that_was_left_before_tells_nothing() -> None:
    assert verdicts(Cancelled, "c") == ["REFUTED"]
    assert "c" not in visited(Cancelled, World())


class Timer(StateChart[Any]):
    a = State(initial=True, invoke=timeout(5, on="over"))
    b = State()
    c = State(final=True)
    over = a.to(b, cond="never")
    done_invoke_a = a.to(c)
    stay = b.to(c)

    def never(self) -> bool:
        return False


class TimerLeaves(StateChart[Any]):
    """Once the time is over a is left, so that the end of the timer tells nothing."""

    a = State(initial=True, invoke=timeout(5, on="over"))
    b = State()
    c = State(final=True)
    over = a.to(b)
    done_invoke_a = a.to(c) | b.to(c)


def test_a_timer_sends_its_event_and_then_ends() -> None:
    assert verdicts(Timer, "b", "c") == ["REFUTED", "UNDETERMINED"]
    # b is reached by a user's event; c by two events of the timer, of which one waits.
    assert verdicts(TimerLeaves, "b") == ["REACHED"]


# -- what it could change -------------------------------------------------------------------------


class Machine(StateChart[Any]):
    a = State(initial=True)
    b = State()
    c = State(final=True)
    done_invoke_a = a.to(b)
    go = b.to(c, cond="ok")
    count: int = 0

    def ok(self) -> bool:
        return self.count > 0


def invoking(work: Any) -> Any:
    """A machine whose c is reached where the work appended to LIMITS, or set ``count``."""

    class Invoking(StateChart[Any]):
        a = State(initial=True, invoke=work)
        b = State()
        c = State(final=True)
        done_invoke_a = a.to(b)
        go = b.to(c, cond="ok")
        count: int = 0

        def ok(self) -> bool:
            return self.count > 0 or len(LIMITS) > 3

    return Invoking


class Writes(Machine):
    def on_invoke_a(self) -> None:
        self.count = 1


class WritesInside(Machine):
    def on_invoke_a(self) -> None:
        def inner() -> None:
            self.count += 1

        inner()


class Calls(Machine):
    def on_invoke_a(self) -> None:
        self.add()

    def add(self) -> None:
        self.count += 1


class HandsItself(Machine):
    def on_invoke_a(self) -> None:
        SEEN.append(self)


class Sends(Machine):
    def on_invoke_a(self, ctx: InvokeContext) -> None:
        ctx.send("go")


class SendsBySelf(Machine):
    def on_invoke_a(self) -> None:
        self.send("go")


class ByContext(Machine):
    def on_invoke_a(self, ctx: InvokeContext) -> None:
        ctx.machine.count = 1


class ByArgument(Machine):
    def on_invoke_a(self, machine: Any) -> None:
        machine.count = 1


class ByKeywords(Machine):
    def on_invoke_a(self, **kwargs: Any) -> None:
        kwargs["machine"].count = 1


class ByText(Machine):
    def on_invoke_a(self) -> None:
        setattr(self, "count", 1)  # noqa: B010  (that is what is tried)


class Shares(Machine):
    def ok(self) -> bool:
        return len(LIMITS) > 3

    def on_invoke_a(self) -> None:
        LIMITS.append(4)


class SharesField(Machine):
    def __init__(self) -> None:
        self.found: list[int] = []
        super().__init__()

    def ok(self) -> bool:
        return len(self.found) > 0

    def on_invoke_a(self) -> None:
        self.found.append(4)


class Config:
    level = 1
    levels: list[int] = []  # noqa: RUF012  (that is what is tried)


class WritesClass(Machine):
    def ok(self) -> bool:
        return Config.level > 1

    def on_invoke_a(self) -> None:
        Config.level = 2


class SharesOfClass(Machine):
    def ok(self) -> bool:
        return len(Config.levels) > 1

    def on_invoke_a(self) -> None:
        Config.levels.append(1)


class Global(Machine):
    def on_invoke_a(self) -> None:
        global TOTAL  # noqa: PLW0603  (that is what is tried)
        TOTAL = 2


def helper(machine: Any) -> None:
    machine.count = 1


class ByHelper(Machine):
    def on_invoke_a(self) -> None:
        helper(self)


class Handler:
    def run(self, ctx: InvokeContext) -> None:
        self.tell(ctx)

    def tell(self, context: InvokeContext) -> None:
        context.send("go")


class Listens:
    def run(self, ctx: InvokeContext) -> None:
        """Do nothing."""

    def on_finalize(self, trigger: Any) -> None:
        trigger.machine.count = 1


class Child(StateChart[Any]):
    x = State(initial=True)
    y = State(final=True)
    on = x.to(y)

    def on_enter_x(self) -> None:
        LIMITS.append(4)
        self.send("on")


CHANGES = [
    Writes,
    WritesInside,
    Calls,
    HandsItself,
    Sends,
    SendsBySelf,
    ByContext,
    ByArgument,
    ByKeywords,
    ByText,
    Shares,
    SharesField,
    WritesClass,
    SharesOfClass,
    Global,
    ByHelper,
    invoking(Handler),
    invoking(Listens()),
    invoking(invoke_group(fetch, lambda: LIMITS.append(4))),
    invoking(Child),
]


@pytest.mark.parametrize("cls", CHANGES, ids=lambda cls: str(cls.__name__))
def test_work_that_could_change_the_machine_is_refused(cls: Any) -> None:
    with pytest.raises(ModelError, match=r"a\.invoke runs beside the machine and .*, so it could"):
        check(cls, [("possible", "c")])


class Reads(Machine):
    """The work looks at plain data of the machine, and its answer may be anything anyway."""

    def on_invoke_a(self) -> int:
        SEEN.append(self.count)
        return self.count + 1

    def on_enter_b(self) -> None:
        SEEN.append("b")


class Waits(Machine):
    def on_invoke_a(self, ctx: InvokeContext) -> None:
        ctx.cancelled.wait(timeout=5)


LOCK = threading.Lock()
LOG = logging.getLogger(__name__)


class Locks(Machine):
    def on_invoke_a(self) -> None:
        with LOCK:
            pass


@pytest.mark.parametrize("cls", [Reads, Waits, Locks])
def test_work_that_changes_nothing_is_accepted(cls: Any) -> None:
    assert verdicts(cls, "b", "c", fixed=["count"]) == ["UNDETERMINED", "REFUTED"]


class KeepsName(Waits):
    name: str = ""

    def on_enter_b(self, event: str) -> None:
        self.name = str(event)


def test_the_random_number_in_the_name_of_an_event_is_not_kept() -> None:
    with pytest.raises(ModelError, match="name keeps the name of the event"):
        check(KeepsName, [("possible", "b")])


class Decides(Waits):
    def on_enter_b(self, event: str) -> None:
        if event.endswith("a"):
            raise ValueError


class LooksInside(Waits):
    def on_enter_b(self, event: str) -> None:
        if "a" in event:
            raise ValueError


class AsksForTheNumber(Waits):
    def on_enter_b(self, **kwargs: Any) -> None:
        if kwargs.get("_invokeid", "a").endswith("a"):
            raise ValueError


class TakesTheNumber(Waits):
    def on_enter_b(self, _invokeid: str = "") -> None:
        if _invokeid > "a.7":
            raise ValueError


class Renames(Waits):
    def on_enter_b(self, event: str) -> None:
        name = event
        if name[-1] == "a":
            raise ValueError


class InTheData(Waits):
    def on_enter_b(self, event_data: Any) -> None:
        if max(str(event_data.event)) > "x":
            raise ValueError


class TooLong(Waits):
    def on_enter_b(self, event: str) -> None:
        if event.startswith("done.invoke.a.7"):
            raise ValueError


@pytest.mark.parametrize(
    "cls",
    [Decides, LooksInside, AsksForTheNumber, TakesTheNumber, Renames, InTheData, TooLong],
)
def test_nothing_is_decided_by_the_random_number(cls: Any) -> None:
    with pytest.raises(ModelError, match="a random number in that"):
        check(cls, [("possible", "b")])


class Compares(Waits):
    def on_enter_b(self, event_data: Any, event: str | None = None, **kwargs: Any) -> None:
        if event is None or event == "go" or event in ("go", "done") or "invoke" not in event:
            raise ValueError
        if not event.startswith("done.invoke.a.") or kwargs.get("other") == 1:
            raise ValueError
        if event_data.source.id != "a" or str(event_data.event) == "done":
            raise ValueError
        LOG.info("%s came, by %s", event, event_data.event)


def test_a_name_may_be_compared_as_a_whole() -> None:
    assert verdicts(Compares, "b", "c", fixed=["count"]) == ["UNDETERMINED", "REFUTED"]


class Piles(StateChart[Any]):
    a = State(initial=True, invoke=fetch)
    b = State(final=True)
    again = a.to.itself(internal=True)
    done_invoke_a = a.to(b)


def test_work_that_piles_up_is_refused() -> None:
    with pytest.raises(ModelError, match="a is entered again without being left"):
        check(Piles, [("possible", "b")])


def test_no_thread_is_started() -> None:
    before = threading.active_count()
    check(Waits, [("possible", "b")], assumed=AssumedTexts())
    assert threading.active_count() == before


# -- random machines ------------------------------------------------------------------------------


def fails() -> None:
    raise ValueError


WORK: tuple[Callable[[], Any], ...] = (
    lambda: fetch,
    lambda: fails,
    lambda: [fetch, fails],
    lambda: timeout(1, on="e0"),
    lambda: timeout(1),
    lambda: [timeout(1, on="e1"), fetch],
)

NAMES = ("s0", "s1", "s2", "s3")


def random_machine(chance: random.Random) -> Any:
    """A machine of four states, some of which invoke work; None where the library makes none."""
    states = {
        name: State(
            initial=name == "s0",
            invoke=chance.choice(WORK)() if name != "s3" and chance.random() < 0.6 else None,
            final=name == "s3" and chance.random() < 0.5,
        )
        for name in NAMES
    }
    space: dict[str, Any] = dict(states)

    def transitions(count: int) -> Any:
        found = None
        for _ in range(count):
            source, target = chance.choice(NAMES), chance.choice(NAMES)
            if states[source].final:
                continue
            sends = chance.choice((None, None, None, "tell"))
            one = states[source].to(states[target], on=sends)
            found = one if found is None else found | one
        return found

    for event in ("e0", "e1", "error_execution", *(f"done_invoke_{n}" for n in NAMES[:3])):
        one = transitions(chance.randint(0, 2))
        if one is not None:
            space[event] = one

    def tell(self: Any) -> None:
        self.count = min(self.count + 1, 2)
        if self.count == 2:
            self.send("e1")

    space.update(tell=tell, count=0)
    base: Any = chance.choice((StateMachine, StateChart))
    try:
        return type(base)("Random", (base,), space)
    except InvalidDefinition:
        return None


KNOWN = ("entered again", "does not end", "does it end?", "an error leaves the event")
"""Parts of the messages with which a random machine may be refused."""


def disagreements(seeds: range) -> tuple[int, int, int, list[str]]:
    """The numbers of machines, of states held to be out of reach, and of those only work leads to;
    and what was found wrong.
    """
    machines = unreached = opened = 0
    wrong = []
    for seed in seeds:
        chance = random.Random(seed)
        cls = random_machine(chance)
        if cls is None:
            continue
        try:
            found = dict(zip(NAMES, verdicts(cls, *NAMES, timeout=20), strict=True))
        except ModelError as error:
            if not any(known in str(error) for known in KNOWN):
                wrong.append(f"{seed}: {error}")
            continue
        machines += 1
        unreached += list(found.values()).count("REFUTED")
        opened += list(found.values()).count("UNDETERMINED")
        seen = visited(cls, World(), seed)
        wrong += [f"{seed}: {s}" for s in NAMES if found[s] == "REFUTED" and s in seen]
    return machines, unreached, opened, wrong


@pytest.mark.slow
def test_no_walk_comes_to_what_is_held_to_be_out_of_reach() -> None:
    machines, unreached, opened, wrong = disagreements(range(250))
    assert not wrong
    assert machines > 20
    assert unreached > 5
    assert opened > 5
