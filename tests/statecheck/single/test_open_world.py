"""What may come from outside is seen however the code asks for it."""

from __future__ import annotations

import dataclasses
import functools
import logging
import operator
from collections.abc import Iterator
from operator import attrgetter as the_value_of
from typing import Any

import pytest
from statemachine import State, StateMachine

import statecheck
from statecheck.claims.results import Report
from statecheck.modeling import ModelError
from statecheck.single import check
from statecheck.single.reading import freeze

extra = 5
LOG = logging.getLogger(__name__)
look_up, put = getattr, setattr


class Limited(StateMachine):
    a = State(initial=True)
    b = State()
    limit = 3
    limit_1 = 3
    go = a.to(b, cond="ok")
    back = b.to(a)

    def ok(self) -> Any:
        return False


class ByPattern(Limited):
    def ok(self) -> Any:
        match self:
            case Limited(limit=5):
                return True
        return False


class ByGetter(Limited):
    def ok(self) -> Any:
        return operator.attrgetter("limit")(self) == 5


class ByGetterOfAnotherName(Limited):
    def ok(self) -> Any:
        return the_value_of("limit")(self) == 5


class ByTextOfAnotherName(Limited):
    def ok(self) -> Any:
        return look_up(self, "limit") == 5


class ByMethodCaller(Limited):
    def ok(self) -> Any:
        return operator.methodcaller("least")(self) == 5

    def least(self) -> int:
        return self.limit


class BySpace(Limited):
    def ok(self) -> Any:
        return self.__dict__.get("limit", 3) == 5


class ByComputedName(Limited):
    def ok(self, more: bool = False) -> Any:
        return getattr(self, f"limit_{int(more)}", None) == 5


class ByLoop(Limited):
    def ok(self) -> Any:
        return any(getattr(self, name) == 5 for name in ("limit", "limit_1"))


class ByFormat(Limited):
    def ok(self) -> Any:
        return "{0.limit}".format(self) == "5"  # noqa: UP030, UP032


class ByDefaultGetter(Limited):
    def ok(self) -> Any:
        return object.__getattribute__(self, "limit") == 5


@dataclasses.dataclass
class Record:
    limit: int = 3
    state: Any = None


class OfRecord(StateMachine):
    a = State(initial=True)
    b = State()
    go = a.to(b, cond="ok")
    back = b.to(a)

    def ok(self) -> Any:
        return self.model == Record(5, self.model.state)


def by_comparison() -> OfRecord:
    return OfRecord(Record())


@pytest.mark.parametrize(
    "made",
    [
        ByPattern,
        ByGetter,
        ByGetterOfAnotherName,
        ByTextOfAnotherName,
        ByMethodCaller,
        BySpace,
        ByComputedName,
        ByLoop,
        ByFormat,
        ByDefaultGetter,
        by_comparison,
    ],
)
def test_a_field_that_is_read_by_whatever_means_is_an_input(made: Any) -> None:
    report = statecheck.check(made, possible="b")
    expected = "UNDETERMINED" if made is ByFormat else "REACHED"  # no term is a number's text
    assert [r.verdict.value for r in report.results] == [expected]
    assert any("is an input" in sentence for sentence in report.environment)


class Written(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    n_0 = 0
    n_1 = 0
    bump = a.to.itself(on="up")
    end = a.to(b, cond="ok")

    def ok(self) -> Any:
        return self.n_0 == 1 and self.n_1 == 1


class ByComputedSetattr(Written):
    def up(self, which: bool) -> None:
        setattr(self, f"n_{int(which)}", 1)


class BySetattrOfAnotherName(Written):
    def up(self, which: bool) -> None:
        put(self, "n_1" if which else "n_0", 1)


class BySpaceUpdate(Written):
    def up(self, which: bool) -> None:
        self.__dict__.update({f"n_{int(which)}": 1})


class BySpaceItem(Written):
    def up(self, which: bool) -> None:
        self.__dict__["n_1" if which else "n_0"] = 1


@pytest.mark.parametrize(
    "made", [ByComputedSetattr, BySetattrOfAnotherName, BySpaceUpdate, BySpaceItem]
)
def test_a_field_that_is_written_by_whatever_means_is_none(made: Any) -> None:
    asked = [("possible", "b"), ("possible", "n_0 > 1"), ("always", "b ==> n_1 == 1")]
    report = check(made, asked)
    assert [r.verdict.value for r in report.results] == ["REACHED", "REFUTED", "PROVED"]
    assert report.results[0].steps == 3
    assert not any("is an input" in sentence for sentence in report.environment)


def _log(**given: int) -> int:
    return given.get("amount", 0)


class Pays(StateMachine):
    a = State(initial=True)
    b = State(final=True)
    n = 0
    go = a.to.itself(on="start")
    pay = a.to.itself(internal=True, on="take")
    end = a.to(b, cond="ok")

    def ok(self) -> bool:
        return self.n == 5

    def take(self) -> None:
        """Take nothing."""


class ByOwnLog(Pays):
    def start(self, **given: int) -> None:
        self.log(**given)

    def log(self, **given: int) -> None:
        self.n = given.get("amount", 0)


class ByOwnFunction(Pays):
    def start(self, **given: int) -> None:
        self.n = _log(**given)


class ByPrintedCall(Pays):
    def start(self, **given: int) -> None:
        print(self.store(**given))  # noqa: T201

    def store(self, amount: int = 0, **_: Any) -> int:
        self.n = amount
        return amount


class BySuper(ByOwnLog):
    def start(self, **given: int) -> None:
        super().start(**given)


class BySend(Pays):
    def start(self, **given: int) -> None:
        self.send("pay", **given)  # type: ignore[arg-type]

    def take(self, amount: int = 0) -> None:
        self.n = amount


class ByEvent(BySend):
    def start(self, **given: int) -> None:
        self.pay(**given)


@pytest.mark.parametrize("made", [ByOwnLog, ByOwnFunction, ByPrintedCall, BySuper, BySend, ByEvent])
def test_arguments_that_are_handed_on_are_followed(made: Any) -> None:
    report = check(made, [("possible", "b")])
    assert [(r.verdict.value, r.steps) for r in report.results] == [("REACHED", 2)]
    assert _sent(report) == {"go": "amount=5"} or _sent(report) == {"pay": "amount=5"}


def _sent(report: Report) -> dict[str, str]:
    run = report.results[0].run
    assert run is not None
    name, _, rest = str(run.steps[0]).partition("(")
    return {name: rest.rstrip(")")}


class HandedAsWhole(Pays):
    def start(self, **given: int) -> None:
        self.info(given)

    def info(self, given: dict[str, int]) -> int:
        self.n = given.get("amount", 0)
        return self.n


class InsideOfPrint(HandedAsWhole):
    def start(self, **given: int) -> None:
        print(self.info(given))  # noqa: T201


class IntoDictionary(Pays):
    def __init__(self) -> None:
        self.kept: dict[str, int] = {}
        super().__init__()

    def start(self, **given: int) -> None:
        self.kept.update(**given)
        self.n = self.kept.get("amount", 0)


@pytest.mark.parametrize("made", [HandedAsWhole, InsideOfPrint, IntoDictionary])
def test_arguments_that_go_somewhere_as_a_whole_are_refused(made: Any) -> None:
    with pytest.raises(ModelError, match="is used as a whole, so any argument may matter"):
        check(made, [("possible", "b")])


class OnlySaid(Pays):
    def start(self, **given: int) -> None:
        LOG.info("started with %s", given)
        print(f"{sorted(given.items())}")  # noqa: T201
        self.n = given.get("amount", 0)


def test_arguments_that_are_only_said_do_not_matter() -> None:
    assert check(OnlySaid, [("possible", "b")]).results[0].verdict.value == "REACHED"


class Named(StateMachine):
    a = State(initial=True)
    b = State()
    name = "first"
    go = a.to(b, on="call")
    back = b.to(a)

    def call(self) -> None:
        self.name = "second"


class Late(StateMachine):
    a = State(initial=True)
    b = State()
    go = a.to(b, on="call")
    back = b.to(a)

    def call(self) -> None:
        self.extra = 7


def test_an_attribute_is_no_constant_by_the_same_name() -> None:
    report = check(Named, [("possible", "name == 'second'"), ("always", "name == 'Named'")])
    assert [r.verdict.value for r in report.results] == ["REACHED", "REFUTED"]
    with pytest.raises(ModelError, match="extra is an attribute that the machine need not have"):
        check(Late, [("always", "extra == 5")])


class Configured(StateMachine):
    a = State(initial=True)
    b = State()
    go = a.to(b, cond="ok")
    back = b.to(a, on="learn")

    def __init__(self) -> None:
        self.table = {"most": 20}
        self.learnt: list[int] = []
        super().__init__()

    def ok(self) -> bool:
        return self.table["most"] > 10 and not self.learnt

    def learn(self) -> None:
        self.learnt.append(1)


def test_a_collection_that_stays_is_said_to_be_constant() -> None:
    report = check(Configured, [("possible", "b")])
    assert report.environment == ("table is a constant: nobody changes it.",)


class Weighed(Configured):
    n = 0

    def __init__(self) -> None:
        super().__init__()
        self.table |= {str(place): place for place in range(40)}

    def learn(self) -> None:
        self.n = min(self.n + 1, 50)


def test_a_constant_may_be_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeze, "LARGEST", 13_000)  # enough for one look at it
    report = check(Weighed, [("possible", "b and n == 20")])
    assert report.results[0].verdict.value == "REACHED"


class Replacing(Limited):
    def ok(self) -> bool:
        self.model = Record()
        return True


def _marks() -> Iterator[int]:
    yield from (1, 2, 3)


class Going(Limited):
    def __init__(self) -> None:
        self.marks = _marks()
        super().__init__()

    def ok(self) -> bool:
        return next(self.marks, 0) == 3


class OnModule(Limited):
    def ok(self) -> bool:
        operator.mark = True  # type: ignore[attr-defined]
        return False


class OnFunction(Limited):
    def ok(self) -> bool:
        State.__init__.mark = True  # type: ignore[attr-defined]
        return False


class OnText(Limited):
    def ok(self) -> bool:
        OnText.ok.__doc__ = "seen"
        return False


class OnClass(Limited):
    def ok(self) -> bool:
        self.model.__class__ = type("Other", (type(self.model),), {})
        return False


class OnLibrary(Limited):
    def ok(self) -> bool:
        State.mark = True  # type: ignore[attr-defined]
        return False


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (Replacing, "the event go replaces the machine's model"),
        (Going, "marks is a generator, which moves on whenever it is asked"),
        (OnModule, "an attribute of the module operator .* changes while it runs"),
        (OnFunction, "an attribute of __init__ .* changes while it runs"),
        (OnText, "OnText.ok uses __doc__"),
        (OnClass, "OnClass.ok uses __class__"),
        (OnLibrary, "an attribute of State .* changes while it runs"),
    ],
)
def test_what_else_remembers_is_refused(made: Any, why: str) -> None:
    with pytest.raises(ModelError, match=why):
        check(made, [("possible", "b")])
    vars(operator).pop("mark", None)
    vars(State.__init__).pop("mark", None)
    if "mark" in vars(State):
        delattr(State, "mark")


def _twice(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(this: Any, *given: Any, **named: Any) -> Any:
        function(this, *given, **named)
        return function(this, *given, **named)

    return wrapper


def _sevens(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(this: Any, *given: Any, **named: Any) -> Any:
        if given == (7,) or named.get("amount") == 7:
            this.n = 5
        return None

    return wrapper


class Decorated(Pays):
    @_twice
    def start(this, amount: int = 1) -> None:  # noqa: N805
        this.n += amount if amount in (1, 2) else 0


class LookedInto(Pays):
    @_sevens
    def start(self, amount: int = 0) -> None:
        """Do nothing."""


class NotAskedFor(Pays):
    @_sevens
    def start(self) -> None:
        """Do nothing."""


@dataclasses.dataclass(frozen=True)
class Place:
    row: int = 0
    marks: frozenset[str] = frozenset()


class Moving(Pays):
    place = Place()

    def start(self) -> None:
        self.place = dataclasses.replace(self.place, row=min(self.place.row + 1, 3))
        self.n = {Place(3): 5}.get(self.place, 0)


@pytest.mark.parametrize(
    ("made", "verdict", "odd"),
    [
        (Decorated, "REFUTED", "REFUTED"),
        (LookedInto, "REACHED", "REFUTED"),
        (NotAskedFor, "REFUTED", "REFUTED"),
        (Moving, "REACHED", "REFUTED"),
    ],
)
def test_a_wrapper_gets_what_the_function_inside_asks_for(
    made: Any, verdict: str, odd: str
) -> None:
    report = check(made, [("possible", "b"), ("possible", "n == 3")])
    assert [r.verdict.value for r in report.results] == [verdict, odd]


class Telling(Pays):
    def start(self, amount: int) -> None:
        self.n = 5 if isinstance(amount, bool) else 1


class TellingByPattern(Pays):
    def start(self, amount: int) -> None:
        match amount:
            case bool():
                self.n = 5


@pytest.mark.parametrize("made", [Telling, TellingByPattern])
def test_a_truth_is_an_integer_where_code_tells_them_apart(made: Any) -> None:
    report = check(made, [("possible", "b")])
    assert [(r.verdict.value, r.steps) for r in report.results] == [("REACHED", 2)]


class Seeing(Pays):
    def __init__(self) -> None:
        self.seen: set[bool] = set()
        super().__init__()

    def start(self, amount: bool) -> None:
        self.seen.add(amount)
        self.n = min(self.n + 1, 4) if len(self.seen) < 2 else 5


class SeeingLeast(Seeing):
    def start(self, amount: bool) -> None:
        self.seen.add(amount)
        self.n = int(min(self.seen))


class SeeingLeastOfMany(Seeing):
    def start(self, amount: bool) -> None:
        self.seen.add(amount)
        self.n = int(min(*self.seen, amount))


def test_the_order_of_a_set_is_seen_by_those_who_go_through_it() -> None:
    assert check(Seeing, [("possible", "b")]).results[0].steps == 3
    for made in (SeeingLeast, SeeingLeastOfMany):
        with pytest.raises(ModelError, match="it is a set, whose order nobody chooses"):
            check(made, [("possible", "b")])
