"""Certificates of claims that are proven together, and of systems with axioms, under attack.

Whoever attacks recomputes every digest. What no reader of the folder alone can notice, another
model with the same claims, is noticed where all texts are written anew.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import z3

from statecheck.certificate import evidence
from statecheck.certificate.folder import OutputFolder
from statecheck.certificate.hypotheses import of_claims
from statecheck.certificate.sweep import sweep
from statecheck.claims.results import Joint, Result, Verdict
from statecheck.explicit.state_space import FiniteInstance
from statecheck.prover.project import project_of
from statecheck.prover.session import prover, run
from statecheck.recheck.command import main
from tests.statecheck.recheck import ring
from tests.statecheck.recheck.forger import Forger, copied

Forgery = Callable[[Forger], object]

AGREE, IDLE = "council.agreement", "council.idle"
RING, WALL = "ring.exclusion", "firewall.written_to"
INSTANCE, RUN = "axioms/instance.itf.json", f"claims/{IDLE}/run.itf.json"
DEFINED = "definitions.smt2"
FOLDERS = ("council_folder", "ring_folder", "firewall_folder", "cabins_folder")
INTERSECT = "(axiom.quorums_intersect quorum1 quorum1) "


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_it_is_proved_again(
    name: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = request.getfixturevalue(name)
    assert main([str(folder)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "left open" not in said.out
    assumed = "assumed of the world: quorums_intersect: Any two quorums have a node in common."
    assert (assumed in said.out) is (name == "council_folder")


def test_what_is_assumed_and_what_is_about_several_entities_is_in_the_manifest(
    council_folder: Path, ring_folder: Path, firewall_folder: Path
) -> None:
    told = json.loads((council_folder / "manifest.json").read_text())
    assert told["axioms"]["assumed"] == [
        {
            "name": "quorums_intersect",
            "says": "quorums_intersect: Any two quorums have a node in common.",
        }
    ]
    assert list(told["axioms"]["instances"]) == [INSTANCE]
    assert any(
        "Quorum -> Membership (some Membership for every Quorum)"
        in (about["fragment"]["leaves"] or "")
        for about in told["files"].values()
    )
    ring = json.loads((ring_folder / "manifest.json").read_text())
    says = [clause["says"] for clause in ring["invariant"]["clauses"]]
    assert says[1:] == [f"every Node and Node: as {t} says" for t in (RING, "ring.tokens")]
    assert [claim["clauses"] for claim in ring["claims"]] == [
        ["clause.2"],
        ["clause.1"],
        ["clause.3"],
    ]
    assert "(exists ((channel.1 Channel))" in (firewall_folder / DEFINED).read_text()


def test_a_clause_about_two_is_evaluated_without_a_solver() -> None:
    project = project_of(ring.CATALOGUE, f"{ring.__name__}:CATALOGUE")
    context = prover(project).context
    together = Joint(("ring.tokens",), (), ())
    claim = project.claims[-1]
    result = Result(claim, Verdict.PROVED, "", joint=together)
    (tokens,) = of_claims(context, [result]).values()
    small = FiniteInstance(ring.Ring, {"nodes": [{"next": 1}, {"next": 0}]})
    assert sweep(context.transitions, [tokens], [small]).failure is None
    false = dataclasses.replace(tokens, term=z3.Not(tokens.term))
    found = sweep(context.transitions, [false], [small])
    assert found.failure == "every Node and Node: as ring.tokens says fails in a reachable state"


def test_each_kind_of_claim_is_certified_under_axioms(cabins_folder: Path) -> None:
    told = json.loads((cabins_folder / "manifest.json").read_text())
    assert told["left_out"] == []
    assert {claim["title"]: claim["verdict"] for claim in told["claims"]} == {
        "cabins.stand": "PROVED",
        "cabins.freed": "PROVED",
        "cabins.moves": "REFUTED",
        "cabins.room": "PROVED",
        "cabins.high": "PROVED",
        "cabins.highest": "REFUTED",
    }
    texts = [(cabins_folder / path).read_text() for path in told["files"]]
    stated = [text for text in texts if "(assert axiom.positive)\n" in text]
    assert stated == texts


@pytest.mark.parametrize("name", FOLDERS)
def test_a_third_solver_reads_every_obligation_and_refutes_none(
    name: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(name)
    manifest = json.loads((folder / "manifest.json").read_text())
    answers = []
    for path in manifest["files"]:
        solver = z3.Solver(ctx=z3.Context())
        solver.set("timeout", 500)
        solver.from_string((folder / path).read_text())
        answers.append(str(solver.check()))
    assert "sat" not in answers
    assert answers.count("unsat") >= len(answers) - 1


# -- what is found out without a solver --------------------------------------------------------


def no_axiom_in_the_manifest(forger: Forger) -> None:
    forger.manifest["axioms"]["assumed"] = []


def other_words_of_the_axiom(forger: Forger) -> None:
    forger.manifest["axioms"]["assumed"][0]["says"] = "quorums_intersect: It is harmless."


def no_instance(forger: Forger) -> None:
    forger.manifest["axioms"]["instances"] = {}
    (forger.folder / INSTANCE).unlink()
    forger.drop_empty_folders()


def instance(change: Callable[[dict[str, Any]], object]) -> Forgery:
    return lambda forger: forger.run(INSTANCE, change)


def state_of(document: dict[str, Any], **values: Any) -> None:
    document["states"][0].update(values)


def nobody_is_a_member(document: dict[str, Any]) -> None:
    """Quorums without members do not intersect."""
    maps: dict[str, Any] = {name: {"#map": []} for name in ("Membership.node", "Membership.quorum")}
    document["states"][0].update(maps)


def empty_world(document: dict[str, Any]) -> None:
    """Of no entity at all every axiom holds."""
    for name in document["vars"][1:]:
        document["states"][0][name] = {"#map": []}


def two_quorums(document: dict[str, Any]) -> None:
    """The second quorum has no member."""
    for name in ("Quorum.decision.state", "Quorum.decision.value"):
        pairs = document["states"][0][name]["#map"]
        pairs.append(["quorum2", pairs[0][1]])


def two_states(document: dict[str, Any]) -> None:
    """A step that happens, after a state that satisfies the axioms."""
    first = document["states"][0]
    step = {"tag": "vote", "value": {"node": "node1", "value": "value1"}}
    cast = {"Node.ballot.state": {"#map": [["node1", "cast"]]}}
    document["states"].append({**first, **cast, "#meta": {"index": 1}, "action": step})


def no_value(document: dict[str, Any]) -> None:
    del document["#meta"]["entities"]


def listed(**entities: Any) -> Callable[[dict[str, Any]], object]:
    def change(document: dict[str, Any]) -> None:
        document["#meta"]["entities"].update(entities)

    return change


def false_axiom(forger: Forger) -> None:
    """An axiom that nothing satisfies, from which everything follows."""
    forger.replace(DEFINED, "; == invariant\n", FALSE + "; == invariant\n")
    for path in list(forger.manifest["files"]):
        text = forger.read(path)
        for section in ("; == invariant\n", "; == step vote\n", "; == any step 1\n", "; == claim "):
            if section in text and "; == axioms\n" in text and FALSE not in text:
                text = text.replace(section, FALSE + section, 1)
        forger.write(path, text)
    says = "nothing: There is nothing."
    forger.manifest["axioms"]["assumed"].append({"name": "nothing", "says": says})


FALSE = "; nothing: There is nothing.\n(define-fun axiom.nothing ((x Quorum)) Bool false)\n"


def axiom_about_what_changes(forger: Forger) -> None:
    """No quorum has decided: true at first, so that an instance satisfies it."""
    axiom = re.compile(r"\(define-fun axiom\.quorums_intersect.*?\n(?=; ==)", re.DOTALL)
    other = (
        "(define-fun axiom.quorums_intersect ((x Quorum) (x-2 Quorum)) Bool"
        " (= (Quorum.decision.state x) Decision.waiting))\n"
    )
    for path in (DEFINED, *forger.manifest["files"]):
        text = forger.read(path)
        if "; == axioms\n" in text:
            forger.write(path, axiom.sub(other, text))


def axiom_about_the_next_state(forger: Forger) -> None:
    forger.everywhere(
        "(= (Membership.quorum membership.1) x)\n",
        "(= (Quorum.decision.state!1 x) Decision.made)\n",
    )


def renamed_axiom(forger: Forger) -> None:
    forger.everywhere("; quorums_intersect: Any", "; others_intersect: Any")
    forger.manifest["axioms"]["assumed"][0] = {
        "name": "others_intersect",
        "says": "others_intersect: Any two quorums have a node in common.",
    }


def in_file(path: str, old: str, new: str) -> Forgery:
    return lambda forger: forger.replace(path, old, new)


def unproven_clause(forger: Forger) -> None:
    """A clause that is assumed, and nobody shows that the steps keep it."""
    for path in [p for p, a in forger.manifest["files"].items() if a.get("clause") == "clause.1"]:
        forger.drop(path)


def one_step_unproven(forger: Forger) -> None:
    forger.drop("invariant/pass_on/clause.3.smt2")


def unproven_start(forger: Forger) -> None:
    forger.drop("invariant/at-start/clause.2.smt2")


def clause_as_it_is_after(forger: Forger) -> None:
    """The clause after the step is another, weaker one."""
    forger.replace(
        "invariant/pass_on/clause.3.smt2",
        "(or (= x x-2) (not (Node.seat.has_token!1 x)) (not (Node.seat.has_token!1 x-2))))",
        "(or (= x x-2) (not (Node.seat.has_token!1 x)) true))",
    )


def one_node_only(forger: Forger) -> None:
    """The clause is shown of one node twice, and not of two."""
    path = "invariant/pass_on/clause.3.smt2"
    forger.replace(path, "(clause.3!1 here here-2)", "(clause.3!1 here here)")


def more_assumed(forger: Forger) -> None:
    """A clause is assumed of the state after, too."""
    path = "invariant/pass_on/clause.3.smt2"
    forger.replace(
        path,
        "(assert enabled)\n",
        "(assert enabled)\n(assert (forall ((x Node) (x-2 Node)) (clause.3!1 x x-2)))\n",
    )


def other_words(old: str, new: str) -> Forgery:
    """Other words for a clause, in its texts and in the manifest."""

    def forge(forger: Forger) -> None:
        forger.everywhere(old, new)
        text = json.dumps(forger.manifest)
        assert old in text
        forger.manifest = json.loads(text.replace(old, new))

    return forge


def claim_as_clause_weaker(forger: Forger) -> None:
    """The clause that is called after the claim says less than it."""
    old = (
        "(define-fun clause.2 ((x Node) (x-2 Node)) Bool\n  (or\n    (= x x-2)\n"
        "    (not (= (Node.seat.state x) Seat.inside))\n"
    )
    forger.everywhere(old, old.replace("(= x x-2)\n", "(= x x-2)\n    (Node.seat.has_token x)\n"))


def lemma_from_nowhere(forger: Forger) -> None:
    """A clause that is called after a claim that nobody made."""
    other_words("as ring.exclusion says", "as ring.safety says")(forger)


def narrowed_binding(forger: Forger) -> None:
    """A clause about two nodes becomes one about one, under the same words."""
    forger.everywhere(
        "(define-fun clause.3 ((x Node) (x-2 Node)) Bool\n  (or (= x x-2)",
        "(define-fun clause.3 ((x Node)) Bool\n  (or (= x x)",
    )


def clause_twice(forger: Forger) -> None:
    """The clause that is hard to show gives way to one more that is easy to show."""
    text = forger.read(DEFINED)
    own = re.search(r"; every Node: [^\n]*\n\(define-fun clause\.1 .*?\n(?=; )", text, re.DOTALL)
    assert own is not None
    forger.write(DEFINED, text.replace("; == start\n", f"{own[0]}; == start\n"))
    forger.manifest["invariant"]["clauses"].append(forger.manifest["invariant"]["clauses"][0])


def no_such_kind(forger: Forger) -> None:
    forger.everywhere("(define-fun clause.1 ((x Node)", "(define-fun clause.1 ((x Nobody)")
    other_words("every Node: node.seat", "every Nobody: node.seat")(forger)


def longer(shortest: Any) -> Forgery:
    def forge(forger: Forger) -> None:
        forger.claim(IDLE)["shortest"] = shortest

    return forge


def unshown_shortest(forger: Forger) -> None:
    for number in (0, 1):
        forger.drop(f"claims/{IDLE}/no-run-of-{number}.smt2")


def other_world(forger: Forger) -> None:
    """The run is of another world: its quorum has no member."""

    def change(document: dict[str, Any]) -> None:
        for state in document["states"]:
            for name in ("Membership.node", "Membership.quorum"):
                state[name] = {"#map": []}

    forger.run(RUN, change)


ATTACKS: dict[str, tuple[str, Forgery, str]] = {
    "no axiom in the manifest": (
        "council",
        no_axiom_in_the_manifest,
        "something else of the axioms",
    ),
    "other words of the axiom": (
        "council",
        other_words_of_the_axiom,
        "something else of the axioms",
    ),
    "no instance": ("council", no_instance, "nothing is shown that satisfies the axioms"),
    "an instance without members": (
        "council",
        instance(nobody_is_a_member),
        "it has no Membership",
    ),
    "an empty world": ("council", instance(empty_world), "it has no Node"),
    "a world that breaks the axiom": (
        "council",
        instance(two_quorums),
        "axiom.quorums_intersect does not hold of quorum1, quorum2",
    ),
    "an instance of two states": ("council", instance(two_states), "it is no single state"),
    "an instance in other words": (
        "council",
        instance(lambda document: document["#meta"].update(description="the only world")),
        "it is described in other words",
    ),
    "a kind without entities": ("council", instance(no_value), "it has no Value"),
    "no entity in a list": ("council", instance(listed(Value=[])), "it lists no entities of Value"),
    "an entity twice": (
        "council",
        instance(listed(Value=["value1", "value1"])),
        "it lists no entities of Value, or one twice",
    ),
    "a kind that has variables": (
        "council",
        instance(listed(Node=["node1", "node2"])),
        "it lists the entities of Node, which its variables show",
    ),
    "a false axiom": ("council", false_axiom, "axiom.nothing does not hold of quorum1"),
    "an axiom about what changes": (
        "council",
        axiom_about_what_changes,
        "asks for Quorum.decision.state, which decide writes",
    ),
    "an axiom about the next state": (
        "council",
        axiom_about_the_next_state,
        "speaks of Quorum.decision.state!1, which a state does not have",
    ),
    "an axiom by another name": ("council", renamed_axiom, "its section 'axioms' says of"),
    "an axiom of no entities in a run": (
        "council",
        in_file(f"claims/{IDLE}/run.smt2", INTERSECT, ""),
        "its goal is not the one of its rule",
    ),
    "an axiom that one obligation lacks": (
        "council",
        in_file(
            "invariant/vote/clause.1.smt2",
            "(assert (forall ((x Quorum) (x-2 Quorum)) (axiom.quorums_intersect x x-2)))\n",
            "",
        ),
        "its goal is not the one of its rule",
    ),
    "an axiom that one obligation has in other words": (
        "council",
        in_file(
            "invariant/vote/clause.1.smt2", "(= (Membership.quorum membership.2) x-2)", "false"
        ),
        "its section 'axioms' is not that of the other obligations",
    ),
    "a run in another world": ("council", other_world, "axiom.quorums_intersect does not hold of"),
    "a run in a world of other values": (
        "council",
        lambda forger: forger.run(RUN, listed(Value=["value9"])),
        "which is none of its entities",
    ),
    "a number as a truth": ("council", longer(1), "says of its run that it is a shortest one: 1"),
    "a shortest run of which nothing is said": (
        "council",
        longer(None),
        "says of its run that it is a shortest one: None",
    ),
    "a run that is shorter than it says": (
        "council",
        longer(False),
        "an obligation that nothing asks",
    ),
    "a shortest run that is not shown to be one": (
        "council",
        unshown_shortest,
        "an obligation is missing: shorter",
    ),
    "a clause that is assumed and not proven": (
        "ring",
        unproven_clause,
        "an obligation is missing: step",
    ),
    "a step that may break a clause": ("ring", one_step_unproven, "an obligation is missing: step"),
    "a clause that does not hold at first": (
        "ring",
        unproven_start,
        "an obligation is missing: start",
    ),
    "a weaker clause after a step": ("ring", clause_as_it_is_after, "its goal is not the one"),
    "a clause of one node only": ("ring", one_node_only, "its goal is not the one of its rule"),
    "a clause assumed of the state after": (
        "ring",
        more_assumed,
        "its goal is not the one of its rule",
    ),
    "a claim as a weaker clause": (
        "ring",
        claim_as_clause_weaker,
        "its clause clause.2 does not say what ring.exclusion does",
    ),
    "a lemma from nowhere": (
        "ring",
        lemma_from_nowhere,
        "clause.2 is called after ring.safety, which the catalogue does not have",
    ),
    "a clause about fewer": ("ring", narrowed_binding, "its section 'invariant' says of clause.3"),
    "a clause twice": ("ring", clause_twice, "declares clause.1 again"),
    "a clause about no such kind": ("ring", no_such_kind, "is about Nobody, which is no sort"),
    "a clause of another kind": (
        "ring",
        other_words("every Node and Node: as", "every Node: as"),
        "its section 'invariant' says of clause.2",
    ),
    "a quantifier over fewer": (
        "firewall",
        in_file("invariant/send_in/clause.2.smt2", "(clause.1 x)))", "(=> (= x x) (clause.1 x))))"),
        "its goal is not the one of its rule",
    ),
}


@pytest.mark.parametrize("what", ATTACKS)
def test_an_attack_is_named(
    what: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, forge, complaint = ATTACKS[what]
    forger = copied(request.getfixturevalue(f"{name}_folder"), tmp_path / "forged")
    forge(forger)
    forger.seal()
    assert main([str(forger.folder)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert any(complaint in line for line in said.err.splitlines()), said.err


# -- what a solver finds out -------------------------------------------------------------------


def weaker_axiom(forger: Forger) -> None:
    """Quorums need not intersect."""
    forger.everywhere("(= (Membership.quorum membership.2) x-2)", "true")


def narrowed_quantifier(forger: Forger) -> None:
    """The lemma is about packets from inside that a host sends to itself."""
    lemma = re.compile(r"\(define-fun clause\.1(!1)? .*?\n(?=[;(])", re.DOTALL)
    for path in (DEFINED, *forger.manifest["files"]):

        def narrower(match: re.Match[str]) -> str:
            old = "(= (Channel.target channel.1) x)"
            assert old in match[0]
            return match[0].replace(old, f"{old} (= (Channel.source channel.1) x)")

        forger.write(path, lemma.sub(narrower, forger.read(path)))


def rests_on_nothing(forger: Forger) -> None:
    """A claim that is proven with a clause passes as one that holds by itself."""
    entry = forger.claim(RING)
    entry["clauses"] = []
    text = forger.read(f"claims/{RING}/states.smt2")
    begin, end = text.index("; == invariant\n"), text.index(f"; == claim {RING}\n")
    text = text[:begin] + text[end:]
    text = re.sub(r"\(assert \(forall [^\n]* \(clause\.2 x x-2\)\)\)\n", "", text)
    forger.write(f"claims/{RING}/states.smt2", text)
    forger.manifest["files"][f"claims/{RING}/states.smt2"]["sections"].remove("invariant")


def rests_on_another(forger: Forger) -> None:
    """A claim rests on a clause from which it does not follow."""
    forger.claim(RING)["clauses"] = ["clause.3"]
    forger.replace(f"claims/{RING}/states.smt2", "(clause.2 x x-2)", "(clause.3 x x-2)")


SOLVED: dict[str, tuple[str, Forgery]] = {
    "a weaker axiom": ("council", weaker_axiom),
    "a narrowed quantifier": ("firewall", narrowed_quantifier),
    "a claim that rests on nothing": ("ring", rests_on_nothing),
    "a claim that rests on another clause": ("ring", rests_on_another),
}


@pytest.mark.parametrize("what", SOLVED)
def test_what_is_false_is_refuted(
    what: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, forge = SOLVED[what]
    forger = copied(request.getfixturevalue(f"{name}_folder"), tmp_path / "forged")
    forge(forger)
    forger.seal()
    code = main([str(forger.folder), "--timeout", "5"])
    said = capsys.readouterr()
    assert said.err == "", "it was found out without a solver"
    assert code == 1
    assert "refuted: " in said.out


@pytest.mark.slow
def test_a_clause_about_numbers_is_assumed_of_those_that_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = project_of(ring.NUMBERED, f"{ring.__name__}:NUMBERED")
    folder = tmp_path / "own"
    OutputFolder(str(folder)).write(evidence.certify(project, run(project, project.claims)))
    path = "invariant/pass_on/clause.1.smt2"
    text = (folder / path).read_text()
    assert "(clause.1 x x-2 here-3 here-4)" in text
    assert "Int))" not in text.split("; == goal")[1].split("(declare-const")[1]
    assert main([str(folder)]) == 0
    forger = copied(folder, tmp_path / "forged")
    forger.replace(path, "(clause.1 x x-2 here-3 here-4)", "(clause.1 x x-2 here-3 0)")
    forger.seal()
    assert main([str(forger.folder)]) == 1
    assert "its goal is not the one of its rule" in capsys.readouterr().err


# -- what only the model finds out -------------------------------------------------------------


def stronger_axiom(forger: Forger) -> None:
    """There is one quorum only: a world satisfies it, and every run here is in such a world."""
    forger.everywhere(
        "(define-fun axiom.quorums_intersect ((x Quorum) (x-2 Quorum)) Bool\n  (exists",
        "(define-fun axiom.quorums_intersect ((x Quorum) (x-2 Quorum)) Bool\n"
        "  (and (= x x-2) (exists",
    )
    forger.everywhere(
        "(= (Membership.quorum membership.2) x-2))))))",
        "(= (Membership.quorum membership.2) x-2)))))))",
    )


def test_another_axiom_is_another_model(council_folder: Path, tmp_path: Path) -> None:
    """Its text is the model's, so that only whoever has the model can tell."""
    names = [path for path in council_folder.rglob("*") if path.is_file()]
    files = {str(path.relative_to(council_folder)): path.read_text() for path in names}
    forger = copied(council_folder, tmp_path / "forged")
    assert OutputFolder(str(forger.folder), compare=True).differences(files) == []
    stronger_axiom(forger)
    forger.seal()
    differences = OutputFolder(str(forger.folder), compare=True).differences(files)
    assert any(line.startswith("definitions.smt2") for line in differences)
