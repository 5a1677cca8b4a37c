"""False verdicts, whose author recomputed every digest, are found out from the texts alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from statecheck.recheck.command import main
from tests.statecheck.recheck.forger import Forger, copied

Forgery = Callable[[Forger], object]

STUCK, STEPS, MOVE, OPEN = (
    "cabins.never_stuck",
    "cabins.steps",
    "cabins.move",
    "doors.move_open",
)
STANDS, MOVES, ANY = "end.stands", "end.moves", "end.any_stops"
LASSO = f"claims/{MOVES}/run.itf.json"
RUN = f"claims/{STUCK}/run.itf.json"
WINDOW = "claims/cabins.levels/from-7-to-9"


def test_an_honest_certificate_is_proved_again(
    certified: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(certified)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "not as expected: end.moves is REFUTED, the catalogue expects PROVED" in said.out
    assert "assumed by end.stands: weak fairness of stop(lift)" in said.out


def said(title: str, **values: Any) -> Forgery:
    """Other words in a claim's entry."""

    def forge(forger: Forger) -> None:
        entry = forger.claim(title)
        assert any(entry[name] != value for name, value in values.items())
        entry.update(values)

    return forge


def everything_about_steps(forger: Forger) -> None:
    """A refuted claim about states passes as proved of steps: no step begins where it is false."""
    forger.drop_obligations(STUCK)
    forger.drop_run(STUCK, RUN)
    forger.claim(STUCK).update(about="steps", verdict="PROVED", steps=None, shortest=None)
    states = forger.read("claims/cabins.stop/open.smt2").split("; == claim")[0]
    own = forger.read("definitions.smt2").split(f"; == claim {STUCK}\n")[1].split("; ==")[0]
    for action in ("open", "shut", "go", "stop", "jam", "free"):
        text = states.replace("Tower.action.open))", f"Tower.action.{action}))")
        text += f"; == claim {STUCK}\n{own}; == goal\n(assert false)\n(check-sat)\n"
        forger.add(STUCK, f"claims/{STUCK}/{action}.smt2", text, rule="steps", action=action)


def another_kind(title: str, **values: Any) -> Forgery:
    """A claim that passes as one of a kind that asks for less."""

    def forge(forger: Forger) -> None:
        forger.drop_obligations(title)
        for path in list(forger.claim(title)["runs"]):
            forger.drop_run(title, path)
        forger.claim(title).update({"shortest": None, **values})

    return forge


def empty_window(forger: Forger) -> None:
    entry = forger.claim("cabins.levels")
    entry["numbers"].update(low=1, high=0, regions=[], says=[])
    entry["steps"] = None
    forger.drop(f"{WINDOW}.smt2")
    forger.drop_run("cabins.levels", f"{WINDOW}.itf.json")
    old = "(assert range)"
    forger.replace(
        "claims/cabins.levels/states.smt2", old, "(assert (and (<= 1 level) (<= level 0)))"
    )


def smaller_window(forger: Forger) -> None:
    """Fewer numbers, in a range that leaves the others out."""
    forger.claim("cabins.levels")["numbers"].update(low=0, high=6, regions=[], says=[])


def refuted_by(title: str, document: dict[str, Any]) -> Forgery:
    """A claim that holds passes as refuted by a lasso."""

    def forge(forger: Forger) -> None:
        forger.drop_obligations(title)
        for path in list(forger.claim(title)["runs"]):
            forger.drop_run(title, path)
        steps = len(document["states"]) - 1
        forger.claim(title).update(verdict="REFUTED", steps=steps, clauses=[], premises=[])
        forger.drop_section(f"phases {title}")
        path = f"claims/{title}/run.itf.json"
        forger.write(path, json.dumps(document))
        forger.claim(title)["runs"] = {path: ""}

    return forge


def round_without_premise(forger: Forger) -> None:
    """A run round and round that never meets the premise; no action that is fair is enabled."""
    document = json.loads(forger.read(LASSO))
    start = document["states"][0]
    opened = {"Lift.door.state": {"#map": [["lift1", "opened"]]}}
    lift = {"lift": "lift1"}
    document["states"] = [
        start,
        {**start, **opened, "#meta": {"index": 1}, "action": {"tag": "open", "value": lift}},
        {**start, "#meta": {"index": 2}, "action": {"tag": "shut", "value": lift}},
    ]
    document["loop"] = 0
    document["#meta"]["description"] = f"{ANY}: A lift that moves is stopped, or jams."
    document["#meta"]["fairness"] = [
        f"{action}(lift1) is disabled throughout the loop" for action in ("stop", "free")
    ]
    refuted_by(ANY, document)(forger)


def in_lasso(change: Callable[[dict[str, Any]], object], path: str = LASSO) -> Forgery:
    return lambda forger: forger.run(path, change)


def without_reasons(document: dict[str, Any]) -> None:
    document["#meta"]["fairness"] = document["#meta"]["fairness"][:-1]


def other_reasons(document: dict[str, Any]) -> None:
    document["#meta"]["fairness"] = ["free(lift1) is taken at step 1"]


def cut_off(document: dict[str, Any]) -> None:
    """The loop begins at its end."""
    document["states"] = document["states"][: document["loop"] + 1]
    document["loop"] = 0


def rolled(forger: Forger) -> None:
    """The lasso that breaks one assumption passes as one that breaks another."""
    one, two = (f"claims/{STANDS}/without-{n}.itf.json" for n in (1, 2))
    first, second = forger.read(one), forger.read(two)
    forger.write(one, second)
    forger.write(two, first)


def unfair(forger: Forger) -> None:
    """The lasso without an assumption passes as one that refutes the whole claim."""
    document = json.loads(forger.read(f"claims/{STANDS}/without-1.itf.json"))
    refuted_by(STANDS, document)(forger)


def phase_of_the_next_state(forger: Forger) -> None:
    """A phase that speaks of the state after the step makes its premises say something else."""
    text = forger.read("definitions.smt2")
    begin = text.index(f"; == phases {STANDS}")
    later = text[begin:].replace("(Lift.cabin.state lift)", "(Lift.cabin.state!1 lift)")
    forger.write("definitions.smt2", text[:begin] + later)


def goal_as_phase(forger: Forger) -> None:
    """A phase that is called by the claim's own names, which are about the state before."""
    text = forger.read("definitions.smt2")
    begin = text.index(f"; == phases {STANDS}")
    head, tail = text[:begin], text[begin:]
    start = tail.index("(define-fun phase.1 () Bool")
    end = tail.index("(define-fun link.1")
    forger.write(
        "definitions.smt2",
        f"{head}{tail[:start]}(define-fun phase.1 () Bool premise)\n{tail[end:]}",
    )


def unfair_helper(forger: Forger) -> None:
    """A helper that the claim assumes no fairness to."""
    text = forger.read("definitions.smt2")
    begin = text.index(f"; == phases {STANDS}")
    later = text[begin:].replace("(set-info :helper |1|)", "(set-info :helper |3|)")
    forger.write("definitions.smt2", text[:begin] + later)


def premise_gone(forger: Forger) -> None:
    entry = forger.claim(STANDS)
    entry["premises"] = entry["premises"][:-1]
    for path in list(entry["obligations"]):
        if forger.manifest["files"][path]["premise"] == "premise-8":
            forger.drop(path)


def premise_weaker(forger: Forger) -> None:
    path = f"claims/{STANDS}/premise-1.smt2"
    forger.replace(
        path, "(define-fun violated () Bool (and", "(define-fun violated () Bool (and false"
    )


def no_step_at_all(forger: Forger) -> None:
    """The steps of a search are never enabled."""
    path = f"claims/{STUCK}/no-run-of-1.smt2"
    text = forger.read(path)
    start = text.index("(define-fun enabled@0 () Bool")
    end = text.index("(define-fun", start + 1)
    forger.write(path, f"{text[:start]}(define-fun enabled@0 () Bool false)\n{text[end:]}")


def fewer_actions(forger: Forger) -> None:
    """An action less in the manifest; its obligations are gone."""
    forger.manifest["model"]["actions"].remove("jam")
    for path, about in list(forger.manifest["files"].items()):
        if about.get("action") == "jam":
            forger.drop(path)


def fewer_actions_in_texts(forger: Forger) -> None:
    """Likewise, and the definitions of the action are gone; its type still lists it."""
    fewer_actions(forger)
    parts = forger.read("definitions.smt2").split("; == step jam\n")
    forger.write("definitions.smt2", parts[0] + parts[1][parts[1].index("; == step free") :])


def dropped_claim(forger: Forger) -> None:
    forger.drop_claim(STUCK)


def all_claims_dropped(forger: Forger) -> None:
    for entry in list(forger.manifest["claims"]):
        forger.drop_claim(entry["title"])


def invariant_unproven(forger: Forger) -> None:
    """The claims that rest on the invariant are gone, and so are its obligations."""
    for entry in list(forger.manifest["claims"]):
        if entry["clauses"]:
            forger.drop_claim(entry["title"])
            forger.manifest["left_out"].append(entry["title"])
    for path in list(forger.manifest["invariant"]["obligations"]):
        forger.drop(path)


def shorter_catalogue(forger: Forger) -> None:
    dropped_claim(forger)
    forger.manifest["catalogue"].remove(STUCK)


def other_plan(forger: Forger) -> None:
    forger.claim("cabins.recover")["plans"][1][0]["action"] = "shut"


def renamed_file(forger: Forger) -> None:
    """An obligation under another claim's name."""
    old, new = f"claims/{OPEN}/states.smt2", "claims/other/states.smt2"
    text, about = forger.read(old), forger.manifest["files"][old]
    forger.drop(old)
    forger.write(new, text)
    forger.manifest["files"][new] = about
    forger.claim(OPEN)["obligations"] = [new]


def no_variable(document: dict[str, Any]) -> None:
    document["vars"].remove("Lift.door.state")
    for state in document["states"]:
        del state["Lift.door.state"]


def more_in_run(document: dict[str, Any]) -> None:
    for state in document["states"]:
        state["Lift.cabin.colour"] = {"#map": [["lift1", "red"]]}
    document["vars"].append("Lift.cabin.colour")


def twice_in_run(document: dict[str, Any]) -> None:
    for state in document["states"]:
        for value in state.values():
            if "#map" in value:
                value["#map"].append(value["#map"][0])


def no_argument(document: dict[str, Any]) -> None:
    document["states"][1]["action"]["value"] = {}


def number_as_text(document: dict[str, Any]) -> None:
    for state in document["states"]:
        state["Lift.cabin.level"] = {"#map": [["lift1", "7"]]}


def digits(change: Callable[[str], str], path: str = RUN) -> Forgery:
    """Other digits of the same numbers, wherever a run has one."""

    def forge(forger: Forger) -> None:
        text = forger.read(path)
        other = re.sub(r'("#bigint": ")(\d+)"', lambda m: f'{m[1]}{change(m[2])}"', text)
        assert other != text
        forger.write(path, other)

    return forge


def noted_plan(forger: Forger) -> None:
    forger.claim("cabins.recover")["plans"][0][0]["note"] = "safe"


def empty_folder(forger: Forger) -> None:
    (forger.folder / "claims" / "cabins.safe").mkdir()


def carriage_return(forger: Forger) -> None:
    """A comment that ends, for a solver, where a reader does not see it."""
    path = f"claims/{OPEN}/states.smt2"
    forger.replace(path, "; == goal\n", "; == goal\n; nothing\r(assert false)\n")


def quoted_away(forger: Forger) -> None:
    """What stands between two bars is a symbol to a solver."""
    path = f"claims/{OPEN}/states.smt2"
    forger.replace(path, "(assert claim)", "|(assert claim)|")


def comment(path: str) -> Forgery:
    return lambda forger: forger.replace(path, "; == goal\n", "; It is safe.\n; == goal\n")


def helper(number: str) -> Forgery:
    """The same assumption, or none, in other digits."""

    def forge(forger: Forger) -> None:
        text = forger.read("definitions.smt2")
        begin = text.index(f"; == phases {STANDS}")
        later = text[begin:].replace("(set-info :helper |1|)", f"(set-info :helper |{number}|)")
        forger.write("definitions.smt2", text[:begin] + later)

    return forge


def beside(forger: Forger) -> None:
    """Words beside a command, which no list of comments has."""
    path = f"claims/{OPEN}/states.smt2"
    forger.replace(path, "(assert claim)", "(assert ; for every lock\n claim)")


def in_invariant(old: str, new: str) -> Forgery:
    return lambda forger: forger.everywhere(old, new)


def head(forger: Forger) -> None:
    path = f"claims/{OPEN}/states.smt2"
    first, rest = forger.read(path).split("\n", 1)
    forger.write(path, f"{first[:-1]} in any case.\n{rest}")


def duplicate_key(forger: Forger) -> None:
    forger.seal()
    text = (forger.folder / "manifest.json").read_text()
    (forger.folder / "manifest.json").write_text(
        text.replace('{"schema"', '{"schema": 5, "schema"', 1)
    )


def duplicate_in_run(forger: Forger) -> None:
    forger.replace(RUN, '"states"', '"states": [], "states"')


def manifest(**values: Any) -> Forgery:
    return lambda forger: forger.manifest.update(values)


def of_model(**values: Any) -> Forgery:
    return lambda forger: forger.manifest["model"].update(values)


def clause(**values: Any) -> Forgery:
    return lambda forger: forger.manifest["invariant"]["clauses"][0].update(values)


ELSE = "manifest.json says something else of"
FORGERIES: dict[str, tuple[Forgery, str]] = {
    "states as steps": (everything_about_steps, f"{ELSE} {STUCK} than its definitions: about is"),
    "always as possible": (
        said(STUCK, kind="possible", verdict="REACHED"),
        f"{ELSE} {STUCK} than its definitions: kind is",
    ),
    "always as eventually": (
        another_kind(STUCK, kind="eventually", verdict="PROVED", steps=None),
        f"{ELSE} {STUCK} than its definitions: kind is",
    ),
    "a finding as reached": (said(STUCK, verdict="REACHED"), f"{STUCK} cannot be REACHED"),
    "refuted as proved": (
        another_kind(STUCK, verdict="PROVED", steps=None),
        f"an obligation is missing: states {STUCK}",
    ),
    "proved as undetermined": (
        said("cabins.stop", verdict="UNDETERMINED"),
        "is an obligation that nothing asks for",
    ),
    "reached as refuted": (
        another_kind(MOVE, verdict="REFUTED", steps=None),
        f"an obligation is missing: states {MOVE}",
    ),
    "another expected verdict": (
        said(MOVES, expected="REFUTED"),
        f"{ELSE} {MOVES} than its definitions: expected is",
    ),
    "another reading": (said(MOVES, reading="slow"), "than its definitions: reading is 'slow'"),
    "other words": (said(MOVES, says="All is well."), "than its definitions: says is"),
    "an empty window": (empty_window, "the numbers of cabins.levels are not those that"),
    "a smaller window": (smaller_window, "the numbers of cabins.levels are not those that"),
    "other steps": (said(STUCK, steps=3), f"{STUCK} has runs of 2 steps, the manifest 3"),
    "no steps": (said("cabins.levels", steps=None), "cabins.levels has the steps None"),
    "a truth for steps": (
        lambda forger: forger.claim(MOVE).update(steps=True),
        f"{MOVE} has the steps True",
    ),
    "a truth for a phase": (
        lambda forger: forger.claim(STANDS)["premises"][2]["role"].update(phase=True),
        f"{STANDS} has other premises than the chain rule asks for",
    ),
    "another plan": (other_plan, "plans.smt2 does not say what it should"),
    "clauses that nothing uses": (
        said(STUCK, clauses=["clause.1"]),
        f"{STUCK} rests on clauses, which",
    ),
    "a lasso without its premise": (round_without_premise, "is no run: it does not meet the"),
    "a lasso for another assumption": (rolled, "without-1.itf.json is no run: it is not fair to"),
    "a lasso that is not fair": (unfair, "run.itf.json is no run: it is not fair to"),
    "no reasons": (in_lasso(without_reasons), "the reasons why it is fair are other ones"),
    "other reasons": (in_lasso(other_reasons), "the reasons why it is fair are other ones"),
    "a loop of no step": (in_lasso(cut_off), "its loop begins after 0 steps"),
    "a lasso that ends": (
        in_lasso(lambda document: document.update(loop=len(document["states"]) - 1)),
        "its loop begins after 2 steps, and has none",
    ),
    "no lasso": (
        lambda forger: forger.drop_run(MOVES, LASSO),
        f"{MOVES} shows no run: {LASSO} is missing",
    ),
    "a phase of the next state": (phase_of_the_next_state, "speaks of Lift.cabin.state!1"),
    "a phase by a claim's name": (goal_as_phase, "speaks of premise, which a state does not"),
    "a helper that is not assumed": (unfair_helper, "assumption 3 of end.stands helps in no"),
    "a helper in other digits": (helper("01"), "phase 2 of end.stands has no helper"),
    "a helper in digits of others": (helper("\u0661"), "phase 2 of end.stands has no helper"),
    "a helper that is none": (helper("0"), "end.stands has no assumption 0"),
    "words beside a command": (beside, "stands beside a command, and not in its own line"),
    "words beside a clause": (
        in_invariant(
            "(define-fun clause.1 ((x Lift)) Bool\n", "(define-fun clause.1 ((x Lift)) Bool ; so\n"
        ),
        "'; so' stands beside a command",
    ),
    "digits of others in a clause": (
        in_invariant("(or (<= L7 (Lift.cabin.level x))", "(or (<= \u0667 (Lift.cabin.level x))"),
        "says of clause.1 speaks of \u0667, which a state does not have",
    ),
    "another numeral in a clause": (
        in_invariant("(or (<= L7 (Lift.cabin.level x))", "(or (<= 07 (Lift.cabin.level x))"),
        "says of clause.1 speaks of 07, which a state does not have",
    ),
    "a name bound in a clause": (
        in_invariant(
            "(or (<= L7 (Lift.cabin.level x))",
            "(or (forall ((Lift.cabin.level Lift)) false) (<= L7 (Lift.cabin.level x))",
        ),
        "says of clause.1 binds Lift.cabin.level, which is in use",
    ),
    "a premise less": (premise_gone, f"{STANDS} has other premises than the chain rule asks"),
    "a premise that nothing violates": (premise_weaker, "'premise premise-1' does not say what"),
    "steps that are never taken": (no_step_at_all, "'any step 1' does not say what"),
    "an action less": (fewer_actions, f"{ELSE} its model than its definitions"),
    "an action that only its type lists": (fewer_actions_in_texts, "'types' lists the actions"),
    "a claim less": (dropped_claim, f"{ELSE} its left_out than its definitions"),
    "no claims": (all_claims_dropped, f"{ELSE} its left_out than its definitions"),
    "clauses that nobody proves": (invariant_unproven, "an obligation is missing: start clause.1"),
    "a shorter catalogue": (shorter_catalogue, f"{ELSE} its catalogue than its definitions"),
    "a file of another name": (renamed_file, "other/states.smt2 is an obligation that nothing"),
    "a run without a variable": (in_lasso(no_variable, RUN), "it lacks Lift.door.state"),
    "a run with another variable": (in_lasso(more_in_run, RUN), "has Lift.cabin.colour, which"),
    "an entity twice in a run": (in_lasso(twice_in_run, RUN), "has an entity twice"),
    "an argument less in a run": (in_lasso(no_argument, RUN), "go with other arguments"),
    "a number that is text": (in_lasso(number_as_text, RUN), "'7' is no Int"),
    "a blank in a number": (digits(lambda d: f" {d}"), "is no Int"),
    "a sign of a number": (digits(lambda d: f"+{d}"), "is no Int"),
    "a digit more in a number": (digits(lambda d: f"0{d}"), "is no Int"),
    "a bar in a number": (digits(lambda d: f"0_{d}"), "is no Int"),
    "a line break in a number": (digits(lambda d: f"{d}\\n"), "is no Int"),
    "other digits": (
        digits(lambda d: "".join(chr(0x660 + int(c)) for c in d)),
        "is no Int",
    ),
    "other digits in a lasso": (digits(lambda d: f"0{d}", LASSO), "is no Int"),
    "another key in a plan": (noted_plan, "a plan of cabins.recover has other keys"),
    "an empty folder": (empty_folder, "claims/cabins.safe was added: it is an empty folder"),
    "another key in a run": (
        in_lasso(lambda document: document.update(note="good"), RUN),
        "it has other keys than it should: note",
    ),
    "another head of a run": (
        in_lasso(lambda document: document["#meta"].update(source="House"), RUN),
        "it is of House",
    ),
    "a carriage return": (carriage_return, "it has the character '\\r'"),
    "a goal between bars": (quoted_away, "stands outside of every command"),
    "a comment": (comment(f"claims/{OPEN}/states.smt2"), "is not that of the other obligations"),
    "a comment in a search": (comment(f"claims/{STUCK}/no-run-of-1.smt2"), "has other comments"),
    "another sentence": (head, "its header is another one"),
    "a key twice": (duplicate_key, "it has the key 'schema' more than once"),
    "a key twice in a run": (duplicate_in_run, "it has the key 'states' more than once"),
    "another key": (manifest(note="good"), "it has other keys than it should: note"),
    "another key of a claim": (
        lambda forger: forger.claim(MOVE).update(note="good"),
        "has other keys than it should: note",
    ),
    "another digest of the model": (of_model(digest="0" * 64), f"{ELSE} its model than"),
    "another system": (of_model(system="House"), f"{ELSE} its model than"),
    "another start": (of_model(initially_fixed=[]), f"{ELSE} its model than"),
    "another solver": (manifest(tools={"z3-solver": "1"}), f"{ELSE} its tools than"),
    "less that is not covered": (manifest(does_not_cover=[]), "covers something else"),
    "another reading of a clause": (clause(reading="slow"), f"{ELSE} the invariant than"),
    "other words of a clause": (clause(says="every Lift: safe"), f"{ELSE} the invariant than"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forgery_is_found_out(
    what: str, certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forge, complaint = FORGERIES[what]
    forger = copied(certified, tmp_path / "forged")
    forge(forger)
    if forge is not duplicate_key:
        forger.seal()
    assert main([str(forger.folder)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert any(complaint in line for line in said.err.splitlines()), said.err
    assert said.err.splitlines()[-1].endswith("was tampered with; nothing was proved again")


def test_what_is_left_out_is_named(
    certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever leaves claims out says so, or changes the definitions that name them."""
    forger = copied(certified, tmp_path / "forged")
    dropped_claim(forger)
    forger.manifest["left_out"] = [STUCK]
    forger.seal()
    assert main([str(forger.folder)]) == 0
    assert "not certified: 1 of 11 claims of the catalogue" in capsys.readouterr().out


def test_an_empty_certificate_is_no_success(
    certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forger = copied(certified, tmp_path / "forged")
    all_claims_dropped(forger)
    forger.manifest["left_out"] = forger.manifest["catalogue"]
    forger.seal()
    assert main([str(forger.folder)]) == 3
    assert "left open: no claim is certified" in capsys.readouterr().out


def test_a_schema_is_a_whole_number(
    certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forger = copied(certified, tmp_path / "forged")
    forger.manifest["schema"] = 5.0
    forger.seal()
    assert main([str(forger.folder)]) == 2
    assert "has schema 5.0; this program reads 5" in capsys.readouterr().err
