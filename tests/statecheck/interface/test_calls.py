"""`check`, `prove` and `assert_proved`: claims about classes and catalogues, in a few lines."""

from __future__ import annotations

import _thread
import gc
import linecache
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from statemachine import State, StateMachine

import statecheck
from statecheck import (
    Catalogue,
    ModelError,
    NotProved,
    Report,
    Standing,
    Step,
    Undetermined,
    Verdict,
    assert_proved,
    assume,
    check,
    history,
    prove,
)
from statecheck.interface import calls
from statecheck.interface.subjects import is_made_alone
from tests.statecheck.interface.machines import (
    CATALOGUE,
    Coffee,
    Door,
    Lift,
    Parcel,
    Tower,
    never_open,
    shut,
)


def test_claims_about_a_class() -> None:
    report = check(
        Door,
        always=["broken ==> uses >= 3", "not broken"],
        possible="broken and uses == 4",
        eventually="opened ~> not opened",
        fair="close",
    )
    assert [(result.claim.id, str(result.verdict)) for result in report] == [
        ("always.1", "PROVED"),
        ("always.2", "REFUTED"),
        ("possible.1", "REACHED"),
        ("eventually.1", "PROVED"),
    ]
    assert report["always.1"].invariant
    run = report["not broken"].run
    assert run is not None
    assert [step.action for step in run.steps] == [*("open", "close") * 2, "open", "slam"]
    assert report["eventually.1"].assumptions == (
        "weak fairness of close, with whatever arguments",
    )
    assert not report.as_expected
    assert "slam()" in str(report)
    assert str(run).count("\n") > 6


def test_a_result_is_asked_for_by_a_name_that_there_is() -> None:
    report = check(Door, always=["not broken or uses >= 3", "not broken or uses >= 3"])
    with pytest.raises(KeyError, match=r"always\.3 is no claim .* always\.1, always\.2"):
        report["always.3"]
    with pytest.raises(KeyError, match="is the text of several claims"):
        report["not broken or uses >= 3"]
    assert list(report) == list(report.results)


def test_the_environment_is_among_the_assumptions() -> None:
    (sentence,) = check(Coffee, always="not served").environment
    assert sentence.startswith("coins is an input")
    assert not check(Coffee, always="not served").as_expected
    assert check(Coffee, always="not served", fixed="coins").as_expected


def test_answers_without_a_claim_and_findings_that_are_meant() -> None:
    lost = "no way to a final state: lost"
    report = check(Parcel)
    assert [a.id for a in report.answers if a.standing is Standing.SUSPICIOUS] == [lost]
    assert not report.as_expected
    assert check(Parcel, accept=lost).as_expected
    (note,) = check(Parcel, accept=[lost, "state never reached: lost"]).notes
    assert note.startswith("accepted, but no longer found: state never reached: lost")
    with pytest.raises(NotProved, match=lost) as refused:
        assert_proved(Parcel)
    assert "lose()" in str(refused.value)


def test_a_class_of_a_function_works() -> None:
    limit = 2

    class Counter(StateMachine):
        low = State(initial=True)
        high = State(final=True)
        n = 0
        count = low.to.itself(cond="more", on="add") | low.to(high)

        def more(self) -> bool:
            return self.n < limit

        def add(self) -> None:
            self.n += 1

    assert_proved(Counter, always=["n <= 2", "high ==> n == 2"])


def test_a_system_for_any_number_of_entities() -> None:
    report = check(Tower, always=["lift.cabin.moving ==> lift.leaf.shut", "not lift.leaf.ajar"])
    assert [str(result.verdict) for result in report] == ["PROVED", "REFUTED"]
    run = report["always.2"].run
    assert run is not None
    assert run.sizes == (("lifts", 1),)
    fixed = check(Tower, possible="lift.leaf.ajar", given={"fast": True})["possible.1"]
    assert fixed.assumptions == ("fast=True",)
    assert fixed.run is not None
    assert ("fast", "True") in fixed.run.start


def test_the_claims_of_a_catalogue() -> None:
    report = prove(CATALOGUE)
    assert report.as_expected
    assert report["doors.never_open"].verdict is Verdict.REFUTED
    assert report["cabin.stops"].argument
    assert [result.claim.id for result in prove(CATALOGUE, "doors.*")] == [
        "doors.shut",
        "doors.never_open",
    ]
    assert assert_proved(CATALOGUE, "doors.shut")["doors.shut"].invariant


def test_claims_and_histories_of_a_function_need_no_module() -> None:
    catalogue = Catalogue(Tower)

    @history(initially=False)
    def has_started(step: Step, lift: Lift) -> bool:
        return has_started(lift) or bool(step.fires(Tower.start, lift))

    def remembered(lift: Lift) -> bool:
        return has_started(lift)

    @catalogue.always("started", "Moves")
    def started(tower: Tower, lift: Lift) -> bool:
        """A lift that moves was started."""
        assume(lift.cabin.moving.is_active)
        return remembered(lift)

    assert assert_proved(catalogue)["started"].verdict is Verdict.PROVED


def test_a_claim_says_of_what_kind_its_variables_are() -> None:
    def declared(body: Any) -> None:
        Catalogue(Tower).always("a.claim", "Claims")(body)

    def nameless(tower: Tower, lift) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
        return True

    def unknown(tower: Tower, lift: Elevator) -> bool:  # type: ignore[name-defined]  # noqa: F821
        return True

    with pytest.raises(ModelError, match="the parameter lift has no annotation; write lift"):
        declared(nameless)
    with pytest.raises(ModelError, match="an annotation says Elevator, which is not known in"):
        declared(unknown)


def test_what_is_refuted_fails_with_its_run_and_the_assumptions() -> None:
    with pytest.raises(NotProved) as refused:
        assert_proved(Coffee, always=["not served", "served ==> not idle"])
    text = str(refused.value)
    assert text.startswith("Not as expected: always.1 REFUTED.\n\nalways.1: REFUTED\n")
    assert "serve()" in text
    assert "coins  0 -> 2" in text
    assert "Assumed:\n    coins is an input" in text
    assert max(map(len, text.splitlines())) <= 76
    assert not isinstance(refused.value, Undetermined)
    assert refused.value.report["always.2"].verdict is Verdict.PROVED
    assert str(pickle.loads(pickle.dumps(NotProved("x", Report("", ()))))) == "x"


def test_what_is_open_is_never_a_pass() -> None:
    with pytest.raises(Undetermined, match=r"(?s)always\.1: UNDETERMINED.*timed out"):
        assert_proved(Door, always="not broken", timeout=1e-6)
    with pytest.raises(Undetermined, match="timed out"):
        assert_proved(CATALOGUE, "doors.shut", timeout=1e-6)
    with pytest.raises(Undetermined, match="timed out"):
        assert_proved(Parcel, timeout=1e-6)
    assert not check(Door, always="not broken", timeout=1e-6).as_expected


def test_what_is_vacuous_is_no_pass() -> None:
    with pytest.raises(NotProved, match="vacuous: nothing reaches its premise"):
        assert_proved(Door, always="uses < 0 ==> opened")


def test_what_was_to_be_refuted_and_is_proved_fails() -> None:
    catalogue = Catalogue(Tower)
    catalogue.refuted("doors.shut", "Doors")(shut)
    catalogue.always("doors.never_open", "Doors")(never_open)
    with pytest.raises(NotProved) as refused:
        assert_proved(catalogue)
    text = " ".join(str(refused.value).split())
    assert "REFUTED was expected, but it is proved: by itself" in text
    assert "open_doors(lift1)" in text


ask: Any = check
"""`check`, for what its types refuse."""

order: Any = prove


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: check(Tower), "nothing is claimed of Tower"),
        (lambda: ask(3), "an object of type int is neither a System nor a python-state"),
        (lambda: ask(str), "str is neither a System nor a python-statemachine class"),
        (lambda: ask(Door()), "an instance of Door is given; give the class Door itself"),
        (lambda: ask(Tower(lifts=1)), "an instance of Tower is given, which has a size"),
        (lambda: ask(Lift), "Lift is an Entity, of which a System has any number; name the system"),
        (lambda: ask(CATALOGUE), "in Python, statecheck.prove"),
        (lambda: check(Door, always="opend"), "did you mean opened?"),
        (lambda: check(Door, fair="close"), "fair: close: the standard questions about Door"),
        (lambda: check(Door, always="closed", accept="x"), "accept: x: findings of the standard"),
        (lambda: check(Door, always="closed", given={"x": 1}), "Door is one machine and has no"),
        (lambda: check(Tower, always="lift.leaf.shut", inputs="trips"), "inputs: trips: Tower is"),
        (lambda: check(Tower, always="lift.leaf.shut", given={"x": 1}), "constants of Tower are"),
        (lambda: order(Tower), "Tower is no Catalogue of claims"),
        (lambda: order(7), "an object of type int is no Catalogue of claims"),
        (lambda: prove(CATALOGUE, "door.*"), "no claim matches 'door.*'; the nearest are doors.*"),
        (lambda: prove(Catalogue(Tower)), "no claims are declared"),
        (lambda: assert_proved(Door, "closed"), "of Door write always='closed'"),
        (lambda: assert_proved(CATALOGUE, always="x"), "always: a catalogue has claims of its own"),
    ],
)
def test_what_cannot_be_asked_is_one_line(call: Any, said: str) -> None:
    with pytest.raises(ModelError) as refused:
        call()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [{"timeout": 0}, {"timeout": float("inf")}, {"seed": -1}, {"seed": 2**32}, {"depth": -1}],
)
def test_numbers_have_a_range(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(options))}="):
        check(Door, always="closed", **options)


def test_claims_are_texts() -> None:
    with pytest.raises(ValueError, match="3 is no text"):
        check(Door, always=[3])  # type: ignore[list-item]


def test_an_interrupted_call_returns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> Report:
        return Report("", (), interrupted=True)

    monkeypatch.setattr("statecheck.interface.settling.settled", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check(Door, always="closed")
    monkeypatch.setattr("statecheck.prover.session.run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prove(CATALOGUE)


def _refused_inside() -> None:
    with calls.solving():
        try:
            int("inside")
        except ValueError as error:
            raise ModelError("refused") from error


@pytest.mark.slow
def test_garbage_of_the_solver_is_collected_by_its_thread_alone() -> None:
    going, begun, over = (_thread.allocate_lock() for _ in range(3))
    for lock in (going, begun, over):
        lock.acquire()

    def wait() -> None:
        begun.release()
        with going:
            over.release()

    _thread.start_new_thread(wait, ())  # `threading` does not know of it
    begun.acquire()
    was_enabled = gc.isenabled()
    gc.enable()
    try:
        with calls.solving():
            assert not gc.isenabled()
        assert gc.isenabled()
        with pytest.raises(ModelError, match="refused") as refused:
            _refused_inside()
        assert refused.value.__context__ is None
        assert gc.isenabled()
    finally:
        going.release()
        over.acquire()
        if not was_enabled:
            gc.disable()


def test_threads_prove_one_after_the_other() -> None:
    verdicts: list[Verdict] = []

    def ask() -> None:
        verdicts.append(check(Door, always="broken ==> uses >= 3")["always.1"].verdict)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts == [Verdict.PROVED] * 3


def test_a_machine_of_a_system_is_not_made_alone() -> None:
    assert is_made_alone(Door)
    assert not is_made_alone(Tower)


def test_the_solver_is_imported_when_something_is_asked() -> None:
    code = (
        "import sys, statecheck\n"
        "from statecheck import Catalogue, System, check, prove, assert_proved\n"
        "assert 'z3' not in sys.modules\n"
    )
    root = Path(statecheck.__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)
    slim = "import sys, statecheck; assert 'statemachine' not in sys.modules"
    subprocess.run([sys.executable, "-c", slim], check=True, cwd=root)


WITHOUT_SOURCE = """
from statemachine import State
from statecheck import Catalogue, Entity, Machine, Many, System, action

class Cabin(Machine):
    standing = State(initial=True)
    moving = State()
    n: int = 0
    start = standing.to(moving, cond="ready")
    stop = moving.to(standing)

    def ready(self):
        return self.standing.is_active is True

class Lift(Entity):
    cabin: Cabin

class Tower(System):
    lifts: Many[Lift]

    @action
    def start(self, lift: Lift):
        lift.cabin.start()

CATALOGUE = Catalogue(Tower)

@CATALOGUE.always("never", "Moves")
def never(tower: Tower, lift: Lift):
    return not lift.cabin.moving.is_active
"""


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ("self.standing.is_active is True", "compares by identity"),
        ("any(x is not True for x in (self.standing.is_active,))", "compares by identity"),
        ("isinstance(self.standing.is_active, bool)", "asks what a value is"),
        ("self.standing.is_active and self.n is None or self.n == 0", ""),
    ],
)
def test_a_system_without_source_text_is_read_by_its_instructions(guard: str, said: str) -> None:
    """Python answers for a symbol what is asked of its identity, and says nothing."""
    source = WITHOUT_SOURCE.replace("self.standing.is_active is True", guard)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<nowhere>", "exec", dont_inherit=True), space)
    if said:
        with pytest.raises(ModelError, match=said):
            prove(space["CATALOGUE"])
        with pytest.raises(ModelError, match=said):
            check(space["Tower"], always="not lift.cabin.moving")
    else:
        assert prove(space["CATALOGUE"])["never"].verdict is Verdict.REFUTED


def test_a_system_of_a_notebook_cell_is_read_as_any_other() -> None:
    """Notebooks keep the source of their cells where Python looks it up."""
    source = WITHOUT_SOURCE.replace(" is True", "")
    name = "<ipython-input-1-statecheck>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec", dont_inherit=True), space)
    report = prove(space["CATALOGUE"])
    assert report["never"].verdict is Verdict.REFUTED
    cell = name.replace("1", "2")
    linecache.cache[cell] = (1, None, WITHOUT_SOURCE.splitlines(keepends=True), cell)
    exec(compile(WITHOUT_SOURCE, cell, "exec", dont_inherit=True), space)
    with pytest.raises(ModelError, match=r"is True` compares by identity"):
        prove(space["CATALOGUE"])
