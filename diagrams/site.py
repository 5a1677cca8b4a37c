"""The pictures of this project: what is drawn of the model, and of its verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from diagrams import (
    administrators,
    article,
    composition,
    dot,
    reachable,
    run,
    statechart,
    tables,
    versions,
)
from diagrams.joint import joints
from diagrams.machine import describe
from diagrams.mermaid import composition_flow, run_sequence, state_diagram, states_flow
from diagrams.picture import Picture
from diagrams.playback import play
from diagrams.scene import Scene
from diagrams.verdicts import transitions
from model.assumptions import ASSUMPTIONS
from model.kernel import STATE, signature
from model.site import Site
from model.version import POSTED, SP3, SP4, Logged, StoreVersion, fixed, native
from proofs.article import BEYOND_THE_ARTICLE, PARAGRAPHS
from proofs.catalogue import CLAIMS
from proofs.engine.claims import Claim
from proofs.engine.space import Instance
from proofs.engine.vocabulary import Key as Function

MACHINES = {
    machine.cls.__name__: machine.cls
    for entity in signature(Site).entities
    for machine in entity.machines
}
"""The machines of the site by name."""

OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "MoveMailbox": {"moved": "success", "failed": "failure", "interrupted": "failure"},
}
"""How states are marked that end what a machine does. The model has no final states: a machine of
python-statemachine is switched off in them, and a mailbox may be moved again.
"""

STRONG = {"store.version": "another Store.exe"}
"""Fields whose change makes a step of a run stand out."""

HIGHEST = StoreVersion(2**64 - 1)
SOURCE = "Q271547; claims in proofs/, proven or refuted by python -m proofs"


def machine(name: str, full_ink: frozenset[str] | None = None) -> Scene:
    """A machine of the site. ``full_ink`` names what a proof rests on; the rest is grey."""
    setting = statechart.Setting(OUTCOMES.get(name, {}), shared_events(name), full_ink)
    return statechart.picture(describe(MACHINES[name]), setting)


def shared_events(name: str) -> dict[str, str]:
    """The events of a machine in which others take part, and in which actions."""
    info = signature(Site)
    names = {(e.name, m.slot): m.cls.__name__ for e in info.entities for m in e.machines}
    found: dict[str, list[str]] = {}
    for joint in joints(Site):
        for sent in joint.sent:
            others = [names[pair] for pair in joint.moved if names[pair] != name]
            if names[sent.entity, sent.slot] == name and others:
                found.setdefault(sent.event, []).append(
                    f"{joint.action}, with {' and '.join(others)}"
                )
    return {event: f"in {'; in '.join(words)}" for event, words in found.items()}


def composed() -> Scene:
    """The actions of the site."""
    return composition.picture(signature(Site), joints(Site), "class Site in model/site.py")


# -- runs ---------------------------------------------------------------------------------------


def run_name(claim: Claim) -> str:
    """The name of the picture of a claim's run."""
    reading = f".{claim.reading.name}" if claim.reading.name else ""
    return f"run-{claim.id}{reading}"


def claim_run(claim: Claim, verdict: Mapping[str, Any]) -> run.Story:
    """The run of a claim, as a report shows it."""
    refuted = verdict["verdict"] == "REFUTED"
    reading = f", A2 read {claim.reading.name.replace('_', ' ')}" if claim.reading.name else ""
    steps = verdict["steps"]
    return run.Story(
        claim.id,
        f"{verdict['verdict']} by a run of {steps} steps{reading}; none is shorter, at any size",
        "violated" if refuted else "reached",
        "failure" if refuted else "composite",
        claim.text,
        tuple(_why(claim)),
        play(Site, verdict["run"], verdict["setting"]),
        f"Q271547 {claim.section}; claim in {claim.body.__module__.replace('.', '/')}.py",
        STRONG,
    )


def _why(claim: Claim) -> Iterator[str]:
    """What the claim's author says of the cause: the second paragraph, and the reading."""
    for paragraph in (claim.body.__doc__ or "").split("\n\n")[1:]:
        if words := " ".join(paragraph.split()):
            yield words
    if claim.reading.name == "sticky" and claim.kind.value != "finding":
        (text,) = (a.text for a in ASSUMPTIONS if a.id == "A2")
        yield f"A2 is read as sticky here. {text}"


QUESTIONS = {
    "move_can_fail": "a move can fail",
    "client_exposed_at_source": "client exposed at source",
    "client_exposed_at_destination": "client exposed at destination",
}
"""The columns of the administrators' table."""


def cell_name(question: str, row: Mapping[str, Any]) -> str:
    """The name of the picture of a cell's run."""
    on = {True: "on", False: "off"}
    setting = f"{on[row['source_antivirus']]}.{on[row['destination_antivirus']]}"
    return f"run-table.{question}.{row['versions']['from']}.{setting}"


def cell_run(question: str, row: Mapping[str, Any]) -> run.Story:
    """The run of a cell of the administrators' table."""
    on = {True: "enabled", False: "disabled"}
    cell = row[question]
    words = {
        "move_can_fail": "A move fails",
        "client_exposed_at_source": "A client at the source is handed an attachment that was "
        "never scanned, while its mailbox is moved",
        "client_exposed_at_destination": "A client at the destination is handed an attachment "
        "that was never scanned",
    }[question]
    setting = (
        f"with Store.exe {between(row['versions'])} at the source, AVAPI "
        f"{on[row['source_antivirus']]} there and {on[row['destination_antivirus']]} at the "
        "destination."
    )
    return run.Story(
        QUESTIONS[question].capitalize(),
        f"a cell of the administrators' table; {len(cell['run'])} steps",
        "reached",
        "failure",
        f"{words}, {setting}",
        (),
        play(Site, cell["run"], cell["setting"]),
        "the questions in proofs/administrators.py",
        STRONG,
    )


# -- versions -----------------------------------------------------------------------------------


def between(region: Mapping[str, str]) -> str:
    """A region of versions in words."""
    low, high = region["from"], region["to"]
    if low == str(StoreVersion(0)):
        return "any" if high == str(HIGHEST) else f"up to {high}"
    return f"{low} or later" if high == str(HIGHEST) else f"{low} to {high}"


def chart(report: Mapping[str, Any]) -> Scene:
    """The chart of Store.exe versions."""
    parse = StoreVersion.parse
    rows = report["derived"]["administrators"]["rows"]
    regions = list(dict.fromkeys((r["versions"]["from"], r["versions"]["to"]) for r in rows))
    (window,) = report["derived"]["resolution.rollback_window"]
    written, starts, fails = [], [], []
    newest = [r for r in rows if r["versions"]["to"] == str(HIGHEST)][0]["restorable"]
    for low, high in regions:
        own = [r for r in rows if r["versions"]["from"] == low]
        ends = int(parse(low)), int(parse(high))
        format_ = native(parse(low))
        assert format_ == native(parse(high)), "a region of two formats"
        written.append(versions.Region(*ends, str(format_), "composite"))
        can = any(parse(r["from"]) <= ends[0] and ends[1] <= parse(r["to"]) for r in newest)
        starts.append(
            versions.Region(*ends, "starts", "success", "check")
            if can
            else versions.Region(*ends, f"refused, events {Logged.REFUSED}", "failure", "cross")
        )
        steps = [r["move_can_fail"]["steps"] for r in own if r["move_can_fail"]["answer"] == "yes"]
        fails.append(
            versions.Region(*ends, f"yes, {min(steps)} steps", "failure", "cross")
            if steps
            else versions.Region(*ends, "no", "success", "check")
        )
    ticks = tuple((int(v), f"{v}{_called(v)}") for v in POSTED)
    names = {int(parse(v)): v for pair in regions for v in pair} | {int(v): str(v) for v in POSTED}
    names |= {int(parse(window[end])): window[end] for end in ("from", "to")}
    return versions.picture(
        versions.Chart(
            "Store.exe versions",
            "what each of them does, as the solver found it",
            (
                versions.Band("writes databases of format", versions.merged(written)),
                versions.Band("started on databases of 2.46", versions.merged(starts)),
                versions.Band("a move from it can fail", versions.merged(fails)),
            ),
            ticks,
            (int(parse(window["from"])), int(parse(window["to"]))),
            (
                "Dangerous rollback window",
                f"{window['from']} to {window['to']}: starts on upgraded databases, fails moves",
            ),
            "5.5.",
            "resolution.rollback_window and the administrators' table, derived by the solver; "
            "builds of Q248838, Q244976",
        ),
        names,
    )


def _called(version: StoreVersion) -> str:
    called = {SP3: "SP3", SP4: "SP4"}
    first = next(v for v in POSTED if fixed(v))
    return f" {called[version]}" if version in called else " first fix" if version == first else ""


def table_blocks(report: Mapping[str, Any]) -> tuple[administrators.Block, ...]:
    """The administrators' table."""
    rows = report["derived"]["administrators"]["rows"]
    (window,) = report["derived"]["resolution.rollback_window"]
    blocks = []
    for region in dict.fromkeys((r["versions"]["from"], r["versions"]["to"]) for r in rows):
        own = [r for r in rows if (r["versions"]["from"], r["versions"]["to"]) == region]
        dangerous = region == (window["from"], window["to"])
        blocks.append(
            administrators.Block(
                between(own[0]["versions"]),
                "; ".join(map(between, own[0]["restorable"])),
                "dangerous rollback window" if dangerous else "",
                tuple(_table_row(row) for row in own),
            )
        )
    return tuple(blocks)


def _table_row(row: Mapping[str, Any]) -> administrators.Row:
    return administrators.Row(
        row["source_antivirus"],
        row["destination_antivirus"],
        tuple(
            administrators.Answer(
                row[question]["answer"] == "yes",
                row[question]["steps"],
                cell_name(question, row) if "run" in row[question] else "",
            )
            for question in QUESTIONS
        ),
    )


def table(report: Mapping[str, Any]) -> Scene:
    """The administrators' table as a picture."""
    return administrators.picture(
        "What to expect of a Store.exe",
        tuple(QUESTIONS.values()),
        table_blocks(report),
        "derived by the solver from proofs/administrators.py; A2 read per request",
    )


# -- the article --------------------------------------------------------------------------------


def article_map(report: Mapping[str, Any]) -> article.Map:
    """The article's paragraphs, the claims and the model's parts."""
    verdicts = {(c["id"], c["reading"]): c["verdict"] for c in report["claims"]}
    rows = article.claim_rows(transitions(), CLAIMS, verdicts)
    paragraphs = [
        article.Paragraph(
            f"{p.section} {p.number}", p.assumptions, tuple(rows[claim] for claim in p.claims)
        )
        for p in PARAGRAPHS
        if p.claims
    ]
    beyond = tuple(rows[claim] for claim in BEYOND_THE_ARTICLE)
    paragraphs.append(article.Paragraph("beyond the article", (), beyond))
    silent: dict[str, list[int]] = {}
    for p in PARAGRAPHS:
        if not p.claims:
            silent.setdefault(p.section, []).append(p.number)
    info = signature(Site)
    machines = tuple(
        (
            m.cls.__name__,
            tuple(Function(e.name, m.slot, f) for f in (STATE, *(f.name for f in m.fields))),
        )
        for e in info.entities
        for m in e.machines
    )
    return article.Map(
        tuple(paragraphs),
        machines,
        tuple(f"{section} {', '.join(map(str, ns))}" for section, ns in silent.items()),
        "proofs/article.py, which says why for each of these; parts from the claims' own terms",
    )


# -- reachable states ---------------------------------------------------------------------------

STORE = ("server1.store", "server1.store.version", "server1.store.format")
_BUILDS = {StoreVersion: (SP3, SP4)}
STATES: Mapping[str, tuple[Instance, tuple[str, ...], str]] = {
    "states-small": (
        Instance(Site, {"servers": 1}, {StoreVersion: (SP3,)}, {"sticky": False}),
        ("server1.store", "server1.antivirus"),
        f"one server, Store.exe {SP3}",
    ),
    "states-server": (
        Instance(Site, {"servers": 1}, _BUILDS, {"sticky": False}),
        STORE,
        f"one server, Store.exe {SP3} or {SP4}",
    ),
    "states-move": (
        Instance(
            Site, {"servers": 2, "mailboxes": 1, "attachments": 1}, _BUILDS, {"sticky": False}
        ),
        ("mailbox1.move",),
        f"two servers, one mailbox, one attachment, Store.exe {SP3} or {SP4}",
    ),
}
"""Small instances by the name of their picture: what tells states apart, and what there is."""


def states(name: str) -> reachable.Reachable:
    """The reachable states of a small instance."""
    instance, parts, words = STATES[name]
    source = "exhaustive search of the plain machines, no solver; A2 read per request"
    return reachable.explore(instance, parts, "Reachable states", words, source)


# -- all of them --------------------------------------------------------------------------------


def model_pictures() -> Iterator[Picture]:
    """The pictures that need no verdict."""
    for name, cls in MACHINES.items():
        yield Picture(
            f"machine-{name}",
            "The machines",
            describe(cls).summary,
            partial(machine, name),
            lambda name=name: dot.of_machine(  # type: ignore[misc]
                describe(MACHINES[name]), OUTCOMES.get(name, {})
            ),
            lambda name=name: state_diagram(MACHINES[name]),  # type: ignore[misc]
            lambda cls=cls: tables.of_machine(describe(cls)),  # type: ignore[misc]
        )
    info = signature(Site)
    yield Picture(
        "composition",
        "The composition",
        "Which action makes which machines step together.",
        composed,
        lambda: dot.of_composition(info, joints(Site)),
        lambda: composition_flow(info, joints(Site)),
        lambda: tables.of_composition(info, joints(Site)),
    )
    for name, (_, _, words) in STATES.items():
        yield Picture(
            name,
            "Reachable states",
            f"Reachable states of {words}.",
            lambda name=name: reachable.picture(states(name)),  # type: ignore[misc]
            lambda name=name: dot.of_states(states(name)),  # type: ignore[misc]
            lambda name=name: states_flow(states(name)),  # type: ignore[misc]
            lambda name=name: tables.of_states(states(name)),  # type: ignore[misc]
        )


def verdict_pictures(report: Mapping[str, Any]) -> Iterator[Picture]:
    """The pictures of a report."""
    yield Picture(
        "versions",
        "Versions of Store.exe",
        "Which databases a Store.exe writes, whether it starts, whether moves fail.",
        lambda: chart(report),
    )
    yield Picture(
        "administrators",
        "For administrators",
        "What to expect of a Store.exe, by where AVAPI is enabled.",
        lambda: table(report),
        table=lambda: tables.of_administrators(
            "What to expect of a Store.exe", tuple(QUESTIONS.values()), table_blocks(report)
        ),
    )
    for claim, verdict in zip(CLAIMS, report["claims"], strict=True):
        if verdict["run"] is not None:
            yield _run_picture(
                run_name(claim), "Runs that verdicts show", f"{verdict['verdict']}: {claim.text}",
                partial(claim_run, claim, verdict),
            )  # fmt: skip
    for row in report["derived"]["administrators"]["rows"]:
        for question in QUESTIONS:
            if "run" in row[question]:
                story = partial(cell_run, question, row)
                yield _run_picture(
                    cell_name(question, row),
                    "Runs of the administrators' table",
                    f"{QUESTIONS[question]}: Store.exe {between(row['versions'])}.",
                    story,
                    folded=True,
                )
    yield Picture(
        "article",
        "From the article to the model",
        "The article's paragraphs, the claims, and the parts of the model that they speak of.",
        lambda: article.picture(article_map(report)),
        table=lambda: tables.of_map(article_map(report)),
    )


def _run_picture(
    name: str, heading: str, about: str, story: Callable[[], run.Story], *, folded: bool = False
) -> Picture:
    return Picture(
        name,
        heading,
        about,
        lambda: run.picture(story()),
        mermaid=lambda: run_sequence(story()),
        table=lambda: tables.of_run(story()),
        folded=folded,
    )
