"""Pictures of verdicts say what the report says, and follow it when it says something else."""

from __future__ import annotations

import copy
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import pytest

from diagrams import answers, findings, stories, verdicts
from diagrams import tables as tables_of_study
from diagrams.article import picture as drawn_map
from model.site import Site
from model.version import StoreVersion, native
from proofs.article import PARAGRAPHS
from proofs.catalogue import CLAIMS
from statecheck.drawing import raster
from statecheck.drawing.canvas.scene import Box, Group, Scene, Shape, Text, flat
from statecheck.drawing.canvas.style import LIGHT
from statecheck.drawing.canvas.svg import svg
from statecheck.drawing.canvas.text import TIED
from statecheck.drawing.layout.labels import Ink
from statecheck.drawing.pictures import core, run, tables
from statecheck.drawing.pictures.joint import joints
from statecheck.drawing.pictures.story import Story, call, causes
from statecheck.modeling import signature

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    found = verdicts.load()
    assert found is not None
    return found


def words(scene: Scene) -> list[str]:
    return [item.text for item in flat(scene.items) if isinstance(item, Text)]


def words_of(group: Group) -> list[str]:
    return [item.text for item in flat(group.items) if isinstance(item, Text)]


def every_story(report: dict[str, Any]) -> Iterator[Story]:
    for claim, verdict in zip(CLAIMS, report["claims"], strict=True):
        if verdict["run"] is not None:
            yield stories.claim_run(claim, verdict)
        for dropped in verdict.get("ledger") or ():
            if dropped["run"] is not None:
                yield stories.lasso(claim, dropped)
    for row in report["derived"]["administrators"]["rows"]:
        for question in stories.QUESTIONS:
            if "run" in row[question]:
                yield stories.cell_run(question, row)


def titles(scene: Scene) -> Iterator[tuple[str, str]]:
    """The classes and the title of every group."""
    for group in ET.fromstring(svg(scene, LIGHT, "x")).iter(f"{SVG}g"):
        yield group.get("class") or "", group.findtext(f"{SVG}title") or ""


# -- runs ---------------------------------------------------------------------------------------


def test_every_run_of_a_verdict_has_its_picture(report: dict[str, Any]) -> None:
    names = {picture.name for picture in findings.verdict_pictures(report)}
    for claim, verdict in zip(CLAIMS, report["claims"], strict=True):
        shown = verdict["verdict"] in ("REACHED", "REFUTED")
        assert (stories.run_name(claim) in names) == shown
    rows = report["derived"]["administrators"]["rows"]
    cells = [q for row in rows for q in stories.QUESTIONS if "run" in row[q]]
    assert sum(name.startswith("run-table.") for name in names) == len(cells) == 20


def test_a_run_shows_every_step_change_and_guard(report: dict[str, Any]) -> None:
    for claim, verdict in zip(CLAIMS, report["claims"], strict=True):
        if verdict["run"] is None:
            continue
        story = stories.claim_run(claim, verdict)
        scene = run.picture(story)
        said = " ".join(words(scene))
        for step in verdict["run"]:
            assert f"{step['action']} ({', '.join(step['arguments'].values())})" in said
            for change in step["changes"]:
                new = f"{change['entity']}.{change['what']} = {change['after']}"
                assert f"{new} (was {change['before']})" in said
        ends = [title for classes, title in titles(scene) if "end" in classes.split()]
        if moments := story.played.moments:
            assert ends == [f"step {len(verdict['run'])}: {call(moments[-1])}"]
        else:
            assert ends == ["the initial state"]
            assert "in the initial state" in said


def test_events_and_who_is_asked_for_are_shown(report: dict[str, Any]) -> None:
    """Each event stands in its row, and no machine is said to take no part that an action names
    and looks at; what is not shown is said.
    """
    for story in every_story(report):
        scene = run.picture(story)
        rows = {g.id: words_of(g) for g in scene.items if isinstance(g, Group)}
        for number, moment in enumerate(story.played.moments, 1):
            shown = rows[f"step-{number}"]
            assert {part.event for part in moment.parts} <= set(shown), story.title
            named = {
                lane.name
                for lane in story.played.lanes
                if lane.entity in moment.arguments
                and (lane.entity.rstrip("0123456789").capitalize(), lane.slot)
                in story.looked_at[moment.action]
            }
            assert {f"lane-{name}" for name in named} <= set(rows), story.title
        about = {lane.entity for lane in story.played.lanes} & story.witnesses
        shown_of = {name.removeprefix("lane-").partition(".")[0] for name in rows}
        assert about <= shown_of, story.title
        hidden = {lane.name for lane in story.played.lanes if f"lane-{lane.name}" not in rows}
        said = " ".join(words(scene)).replace(TIED, " ")
        for name in hidden:
            assert f"{name} = " in said, (story.title, name)


def test_the_way_back_of_a_lasso_ends_at_its_first_step(report: dict[str, Any]) -> None:
    for story in every_story(report):
        scene = run.picture(story)
        ways = [i for i in scene.items if isinstance(i, Shape) and i.kind == "back"]
        assert len(ways) == (story.back_to is not None)
        if story.back_to is None:
            continue
        numbers = {i.text: i.y for i in flat(scene.items) if isinstance(i, Text) and i.bold}
        first, last = numbers[str(story.back_to + 1)], numbers[str(len(story.played.moments))]
        top, bottom = ways[0].points[-1][1], ways[0].points[0][1]
        assert abs(top - first) < 20
        assert abs(bottom - last) < 20


def test_no_two_pictures_are_called_the_same(report: dict[str, Any]) -> None:
    pictures = list(findings.verdict_pictures(report))
    abouts = [picture.about for picture in pictures]
    assert len(set(abouts)) == len(abouts)
    cells = [p.scene.title for p in pictures if p.name.startswith("run-table.")]
    rows = report["derived"]["administrators"]["rows"]
    assert len(cells) > 10
    for row in rows:
        for question, asked in stories.QUESTIONS.items():
            if "run" in row[question]:
                title = f"{asked.capitalize()}: {stories.between(row['versions'])}"
                assert title in cells


def test_the_cause_is_what_the_guards_said(report: dict[str, Any]) -> None:
    claim = next(c for c in CLAIMS if c.id == "resolution.no_move_fails_forever")
    verdict = next(c for c in report["claims"] if c["id"] == claim.id)
    story = stories.claim_run(claim, verdict)
    first, *rest = causes(story)
    assert first.startswith("SP4 cures only while its Store.exe stays")
    assert [cause.partition(": ") for cause in rest] == [
        (
            "attachment1.lifecycle goes to scanning",
            ": ",
            "protected holds, copied, bypassed and sticky do not hold.",
        ),
        ("mailbox1.move goes to failed", ": ", "was_handed_over does not hold."),
    ]


def test_every_lasso_says_what_comes_again(report: dict[str, Any]) -> None:
    found = [
        (claim, dropped)
        for claim, verdict in zip(CLAIMS, report["claims"], strict=True)
        for dropped in verdict.get("ledger") or ()
    ]
    assert len(found) == 12
    names = {picture.name for picture in findings.verdict_pictures(report)}
    for claim, dropped in found:
        assert stories.lasso_name(claim, dropped) in names
        scene = run.picture(stories.lasso(claim, dropped))
        steps, loop = len(dropped["run"]), dropped["lasso"]["loop"]
        rows = {
            title.partition(":")[0]: "end" in classes.split()
            for classes, title in titles(scene)
            if classes.startswith("step")
        }
        assert rows == {"the initial state": False} | {
            f"step {number}": number > loop for number in range(1, steps + 1)
        }
        said = " ".join(words(scene))
        again = f"steps {loop + 1} to {steps}" if loop + 1 < steps else f"step {steps}"
        assert f"refuted by {again} again and again, for ever" in said
        assert dropped["assumption"] in said
        for reason in dropped["lasso"]["fairness"]:
            assert reason in said


# -- what proofs rest on ------------------------------------------------------------------------


def test_every_core_is_laid_over_the_machines(report: dict[str, Any]) -> None:
    names = {picture.name for picture in findings.verdict_pictures(report)}
    found = 0
    for claim, verdict in zip(CLAIMS, report["claims"], strict=True):
        if not (verdict.get("core") or {}).get("parts"):
            assert stories.core_name(claim) not in names
            continue
        found += 1
        assert stories.core_name(claim) in names
        told = stories.proof_core(claim, verdict["core"])
        table = tables.of_core(told)
        written = " ".join(str(cell) for row in table.rows for cell in row)
        drawn = words(core.picture(told))
        said = " ".join(drawn)
        for part in verdict["core"]["parts"]:
            assert core.readable(part["text"], part["choices"], stories.FUNCTIONS) in written
            assert not part["action"] or part["action"] in said
        for clause, term in zip(
            verdict["core"]["clauses"], verdict["core"]["clause_terms"], strict=True
        ):
            assert core.readable(clause, term["choices"], stories.FUNCTIONS) in said
        assert " else " not in said, "a term as the solver spells it"
        for layer in told.layers:
            (entity, slot) = next(
                (e.name, m.slot)
                for e in signature(Site).entities
                for m in e.machines
                if m.cls.__name__ == layer.machine.name
            )
            changed = [
                part["action"]
                for part in verdict["core"]["parts"]
                if part["kind"] == "effect"
                and (part["function"]["entity"], part["function"]["machine"]) == (entity, slot)
            ]
            own = next((r for r in told.reasons if r.about == layer.machine.name), None)
            assert (own is not None) >= bool(changed), (claim.title, layer.machine.name)
            for action in changed:
                assert own is not None
                assert action in own.words
            heading = f"{layer.machine.name}: the steps it needs"
            assert (heading in drawn) == bool(layer.needed.transitions)
            sent = {
                s.event
                for joint in joints(Site)
                for s in joint.sent
                if joint.action in changed and (s.entity, s.slot) == (entity, slot)
            }
            steps = tuple(t for t in layer.machine.transitions if t.event in sent)
            assert layer.needed.transitions == steps
    assert found > 15


def test_what_the_solver_spells_out_is_named_again() -> None:
    low, high = (f"server.store.version >= 5.5.{build}" for build in ("2651.32", "2652.68"))
    rank = f"(0 if not {low} and not {high} else (1 if not {high} and {low} else 2))"
    format_ = "(0 if server.store.format = A else (1 if server.store.format = B else 2))"
    named = {"version": "native"}
    choices: list[dict[str, Any]] = [
        {"text": rank, "path": "server.store.version", "field": "version", "is_rank": False},
        {"text": format_, "path": "server.store.format", "field": "format", "is_rank": True},
    ]
    assert core.readable(f"{rank} <= {format_}", choices, named) == (
        "native(server.store.version) <= server.store.format"
    )
    assert core.readable(rank, choices, {}) == rank
    whole: dict[str, Any] = {
        "text": f"(3 if {rank} <= 1 else 4)",
        "path": "a.b",
        "field": "b",
        "is_rank": True,
    }
    assert core.readable(whole["text"], [*choices, whole], named) == "a.b", "the longest first"


def test_the_function_that_spells_out_versions_is_the_one_that_is_named(
    report: dict[str, Any],
) -> None:
    """Each term that is named ``native`` looks at exactly the versions at which it changes."""
    texts = [part["text"] for c in report["claims"] if c.get("core") for part in c["core"]["parts"]]
    terms = [text for text in texts if " else " in text and "version" in text]
    assert terms
    for text in terms:
        cuts = [StoreVersion.parse(v) for v in set(re.findall(r"version >= ([\d.]+)", text))]
        assert len(cuts) + 1 == len({native(v) for v in (StoreVersion(0), *cuts)})
        assert all(native(cut) != native(StoreVersion(cut - 1)) for cut in cuts)


def test_the_ink_is_what_the_proof_needs(report: dict[str, Any]) -> None:
    def layers(id_: str) -> dict[str, frozenset[Ink]]:
        claim = next(c for c in CLAIMS if c.id == id_ and c.expected == "PROVED")
        verdict = next(
            c for c in report["claims"]
            if (c["id"], c["reading"]) == (id_, claim.variant.name or None)
        )  # fmt: skip
        told = stories.proof_core(claim, verdict["core"])
        return {layer.machine.name: layer.ink for layer in told.layers}

    found = layers("resolution.no_move_fails")
    assert found["AttachmentLifecycle"] == {("copy", "bypassed")}
    assert {"start", "copy", "finish", "interrupt", "copying"} <= found["MoveMailbox"]
    assert "settle" not in found["MoveMailbox"]
    assert not found["InformationStore"]
    assert not found["AntivirusApi"]
    found = layers("cause.scan_before_client")
    asked: set[Ink] = {("open", "protected"), ("copy", "protected"), ("copy", "sticky")}
    assert asked | {"rescan", "complete", "initially"} <= found["AttachmentLifecycle"]
    assert (
        not {("submit", "protected"), ("open", "store_runs"), "begin"}
        & (found["AttachmentLifecycle"])
    )
    assert {("finish", "settle"), ("finish", "everything_copied")} <= found["MoveMailbox"]
    found = layers("symptoms.source_only")
    assert found["AntivirusApi"] == {"enabled"}, "read by way of references"
    assert not found["InformationStore"]


# -- versions and the table ---------------------------------------------------------------------


def regions(scene: Scene) -> list[str]:
    return [title for classes, title in titles(scene) if classes == "region"]


def test_the_chart_is_the_solvers_answer(report: dict[str, Any]) -> None:
    scene = answers.chart(report)
    highest = "5.5.65535.65535"
    assert regions(scene) == [
        "0.0.0.0 to 5.5.2651.31: before 2.45",
        "5.5.2651.32 to 5.5.2652.67: 2.45",
        f"5.5.2652.68 to {highest}: 2.46",
        "0.0.0.0 to 5.5.2652.67: refused, events 1197 and 1005",
        f"5.5.2652.68 to {highest}: starts",
        "0.0.0.0 to 5.5.2652.42: can fail, in 2 steps",
        "5.5.2652.43 to 5.5.2652.67: may fail",
        "5.5.2652.68 to 5.5.2653.11: may fail",
        f"5.5.2653.12 to {highest}: never fails",
    ]
    window = [title for classes, title in titles(scene) if classes == "window"]
    assert window == ["rollback window: 5.5.2652.68 to 5.5.2653.11"]
    assert sum(classes == "tick" for classes, _ in titles(scene)) == 12


def test_the_chart_follows_another_answer(report: dict[str, Any]) -> None:
    other = copy.deepcopy(report)
    for row in other["derived"]["administrators"]["rows"]:
        if row["versions"]["from"] == "5.5.2652.68":
            row["move_can_fail"] = {"answer": "no", "steps": None}
    other["derived"]["resolution.rollback_window"][0]["to"] = "5.5.2652.99"
    scene = answers.chart(other)
    assert "5.5.2652.43 to 5.5.2652.67: may fail" in regions(scene)
    assert "5.5.2652.68 to 5.5.65535.65535: never fails" in regions(scene)
    assert any("5.5.2652.68 to 5.5.2652.99" in text for text in words(scene))


@pytest.mark.parametrize(
    "windows",
    [
        [],
        [
            {"from": "5.5.2651.32", "to": "5.5.2651.99"},
            {"from": "5.5.2652.68", "to": "5.5.2653.11"},
        ],
    ],
)
def test_there_may_be_no_window_or_two(
    report: dict[str, Any], windows: list[dict[str, str]]
) -> None:
    other = copy.deepcopy(report)
    other["derived"]["resolution.rollback_window"] = windows
    scene = answers.chart(other)
    drawn = [title for classes, title in titles(scene) if classes == "window"]
    assert drawn == [f"rollback window: {w['from']} to {w['to']}" for w in windows]
    assert any("angerous rollback window" in text for text in words(scene)) == bool(windows)
    assert ("The window is empty." in scene.description) == (not windows)
    dangerous = [block.versions for block in answers.table_blocks(other) if block.warning]
    assert dangerous == [stories.between(w) for w in windows if w["from"] == "5.5.2652.68"]


def test_the_table_says_what_was_derived(report: dict[str, Any]) -> None:
    rows = report["derived"]["administrators"]["rows"]
    cells = [
        (classes.split()[1], title)
        for classes, title in titles(answers.table(report))
        if classes.startswith("cell")
    ]
    assert cells == [
        (
            row[q]["answer"],
            no
            if row[q]["steps"] is None
            else row[q].get("if", f"{yes} in {row[q]['steps']} steps"),
        )
        for row in rows
        for q, (_, no, yes) in stories.ANSWERS.items()
    ]


def test_what_may_be_restored_is_warned_of_where_it_undoes_the_fix(report: dict[str, Any]) -> None:
    cautions = {b.versions: b.caution for b in answers.table_blocks(report)}
    assert cautions.pop("5.5.2653.12 or later") == (
        "but only 5.5.2653.12 or later keeps moves from failing"
    )
    assert not any(cautions.values())
    other = copy.deepcopy(report)
    for row in other["derived"]["administrators"]["rows"]:
        row["restorable"] = [row["versions"]]
    assert not any(block.caution for block in answers.table_blocks(other))
    said = " ".join(words(answers.table(report)))
    assert "Exposed: a client is handed an attachment that was never scanned" in said
    assert "A2 is read per request" in said


def test_the_window_is_seen_over_the_bars(report: dict[str, Any]) -> None:
    """What is drawn last lies on top; and no bar's border lies on the window's."""
    items = list(flat(answers.chart(report).items))
    (shade,) = [i for i in items if isinstance(i, Box) and i.opacity < 1]
    bars = [i for i in items if isinstance(i, Box) and i.height == 44]
    assert all(items.index(bar) < items.index(shade) for bar in bars)
    for edge in (shade.x, shade.x + shade.width):
        for bar in bars:
            assert min(abs(edge - bar.x), abs(edge - bar.x - bar.width)) > 4


# -- the article --------------------------------------------------------------------------------


def test_every_paragraph_and_every_claim_is_on_the_map(report: dict[str, Any]) -> None:
    the = answers.article_map(report)
    drawn = words(drawn_map(the))
    said = " ".join(drawn)
    told = {claim for paragraph in PARAGRAPHS for claim in paragraph.claims}
    table = {str(row[1]) for row in tables_of_study.of_map(the).rows}
    for claim in CLAIMS:
        assert (claim.id in drawn) == (claim.id in told)
        assert claim.text in said or claim.id not in told
        assert claim.id in table
    for paragraph in PARAGRAPHS:
        if paragraph.claims:
            assert f"{paragraph.section} {paragraph.number}" in said
        else:
            (silent,) = [s for s in the.silent if s.startswith(paragraph.section)]
            assert str(paragraph.number) in re.findall(r"\d+", silent)


def test_the_map_says_what_was_found(report: dict[str, Any]) -> None:
    found: dict[str, list[str]] = {}
    for classes, title in titles(drawn_map(answers.article_map(report))):
        if classes == "claim":
            id_, _, verdicts = title.partition(": ")
            found[id_] = [said.split()[0] for said in verdicts.split(", ")]
    for id_, own in found.items():
        assert own == [c["verdict"] for c in report["claims"] if c["id"] == id_]
    assert sum("REFUTED" in own for own in found.values()) > 4


def test_the_map_knows_what_claims_speak_of(report: dict[str, Any]) -> None:
    the = answers.article_map(report)
    rows = {row.id: row for p in (*the.paragraphs, the.beyond) for row in p.claims}
    row = rows["resolution.upgrade_is_automatic"]
    assert {str(key) for key in row.named} == {
        "Server.store.state", "Server.store.version", "Server.store.format",
    }  # fmt: skip
    assert not row.remembered
    remembered = {str(key) for key in rows["resolution.no_move_fails_forever"].remembered}
    assert {"Server.store.state", "Server.store.version"} <= remembered


# -- images -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_pictures_need_no_font_of_the_system(report: dict[str, Any]) -> None:
    for picture in findings.verdict_pictures(report):
        assert raster.foreign(picture.scene) == "", picture.name
    assert raster.png(answers.table(report), LIGHT, "x") == raster.png(
        answers.table(report), LIGHT, "x"
    )
