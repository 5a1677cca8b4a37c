"""The system and its claims once more, encoded in Z3 directly and by hand.

This file shares no code with the rest of the project. Benchmarks take it as the reference for
speed, and tests as a second opinion on every verdict and on the length of every shortest run.

*Entities*: servers, mailboxes and attachments are uninterpreted sorts, so a verdict holds for any
number of each. A Store.exe version is an unbounded integer; it is only ever compared with a few
constants, so a run that is found has a twin in which every version fits 64 bits.

*Steps*: one formula covers all twelve actions. A step names an action and its parameters; the
state after it is a macro, an if-then-else over the state before. There are no arrays, no primed
functions and no quantifiers: the one universal guard (every attachment of the mailbox was copied)
is instantiated at every attachment that a formula names. No function yields an attachment, so a
model needs no others, and the instances are equivalent to the quantifier.

*PROVED*: the invariant below, typed in, holds initially and is kept by every step, and no step
(or state) that satisfies it violates the claim. Goals are skolemised, hypotheses are instantiated
at the terms of the goal.

*REACHED, REFUTED*: one incremental unrolling from the initial states serves all goals. A goal is
found at the first depth that admits it, so every lesser depth was unsatisfiable. Its run is read
off the model; which of the shortest runs that is, is left to Z3, and nothing executes it.

*DERIVED*: the constants that versions are compared with cut the versions into cells. All versions
of a cell compare alike, so a cell is in if one of them has a run, and out if a proof excludes all.
Where only a range is known of such a constant, a cell is of one order of the two: the answer is, at
most, the versions that are in for one order, and at least those that are in for both.

*Sources*: Q271547; Q244976 and Q248838 for versions, formats and events.

Run it with `python benchmarks/handwritten.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import z3
from z3 import And, Const, If, Implies, Not, Or

Verdict: TypeAlias = Literal["PROVED", "REACHED", "REFUTED", "DERIVED", "UNDETERMINED"]
Kind: TypeAlias = Literal["always", "always of a state", "possible", "finding", "derived"]
Run: TypeAlias = tuple[tuple[str, ...], ...]
Region: TypeAlias = tuple[int, int]
Key: TypeAlias = tuple[str, str | None]
Term: TypeAlias = Any  # z3 ships no types
Field: TypeAlias = Callable[[Term], Term]

DEPTH = 10
"""Longer runs are not searched for; what neither proof nor search settles is UNDETERMINED."""


@dataclass(frozen=True)
class Outcome:
    """What was found out about one claim, under one reading.

    `steps` is the length of the shortest run in actions (REACHED and REFUTED; DERIVED: the longest
    of its cells' runs), `run` is that run. `vacuous`, of a claim of the kind 'always', is False
    when a run reaches every antecedent, True when one is proven unreachable, and None when neither
    is known. `regions` are the versions that were derived, both ends included, at most; `least` are
    those whatever the first fix is.
    """

    verdict: Verdict
    run: Run | None = None
    vacuous: bool | None = None
    regions: tuple[Region, ...] = ()
    least: tuple[Region, ...] = ()

    @property
    def steps(self) -> int | None:
        return None if self.run is None else len(self.run)


# --- vocabulary -----------------------------------------------------------------------------------

Server, Mailbox, Attachment = map(z3.DeclareSort, ("Server", "Mailbox", "Attachment"))
mailbox = z3.Function("mailbox", Attachment, Mailbox)
STICKY = z3.Bool("sticky")

ACTIONS = """start_store stop_store replace_store enable_antivirus disable_antivirus
    update_signatures background_scan complete_scan client_open start_move copy_attachment
    finish_move"""
Action, _actions = z3.EnumSort("Action", ACTIONS.split())
START, STOP, REPLACE, ENABLE, DISABLE, UPDATE, SCAN, COMPLETE, OPEN, MOVE, COPY, FINISH = _actions
Phase, (IDLE, COPYING, MOVED, FAILED, INTERRUPTED) = z3.EnumSort(
    "Phase", ["idle", "copying", "moved", "failed", "interrupted"]
)
Scan, (UNSCANNED, SCANNING, RELEASED) = z3.EnumSort("Scan", ["unscanned", "scanning", "released"])
Log, (NOTHING, UPGRADED, REFUSED) = z3.EnumSort("Log", ["empty", "log_1185", "log_1197_1005"])


def packed(major: int, minor: int, build: int, revision: int) -> int:
    """A file version as one number, ordered as the versions are."""
    return major << 48 | minor << 32 | build << 16 | revision


SP3 = packed(5, 5, 2650, 23)
FORMAT_245 = packed(5, 5, 2651, 32)
FORMAT_246 = packed(5, 5, 2652, 68)
FIX_AFTER, FIX_KNOWN = packed(5, 5, 2652, 42), packed(5, 5, 2653, 12)
FIX = z3.Int("first_fix")
FIX_RANGE = And(FIX > FIX_AFTER, FIX <= FIX_KNOWN)
SP4 = packed(5, 5, 2653, 23)
LAST = packed(5, 5, 65535, 65535)
COMPARED = (SP3, FORMAT_245, FIX_AFTER, FORMAT_246, FIX_KNOWN, SP4)
STARTS = sorted({0, *COMPARED, *(version + 1 for version in COMPARED)})
ENDS = [*(version - 1 for version in STARTS[1:]), LAST]


@dataclass(frozen=True)
class Cell:
    """Versions that compare alike with all that versions are compared with; where that is not known
    of the first fix, in one of the two ways that they may.
    """

    low: int
    high: int
    fixed: bool | None = None

    def holds(self, version: Term) -> Term:
        order = True if self.fixed is None else fixed(version) == self.fixed
        return And(version >= self.low, version <= self.high, order)


CELLS = tuple(
    Cell(low, high, side)
    for low, high in zip(STARTS, ENDS, strict=True)
    for side in ((True, False) if FIX_AFTER < low < FIX_KNOWN else (None,))
)


def native(version: Term) -> Term:
    """The database format that a Store.exe writes: 0 before 2.45, 1 for 2.45, 2 for 2.46."""
    newer = If(version >= FORMAT_245, z3.IntVal(1), z3.IntVal(0))
    return If(version >= FORMAT_246, z3.IntVal(2), newer)


def fixed(version: Term) -> Term:
    """Whether a Store.exe holds the Move Mailbox fix."""
    return version >= FIX


# --- states ---------------------------------------------------------------------------------------

FLAG, NUMBER = z3.BoolSort(), z3.IntSort()
SERVER_DATA = {"running": FLAG, "version": NUMBER, "format": NUMBER, "log": Log, "antivirus": FLAG}
MAILBOX_DATA = {"phase": Phase, "target": Server, "home": Server}
ATTACHMENT_DATA = {"scan": Scan, "scanned": FLAG, "copied": FLAG}
# AVAPI was enabled in every state so far, in none; SP4's Store.exe has run; the present one was
# started at format 2.46.
SERVER_HISTORY = dict.fromkeys(("always_on", "never_on", "ran_sp4", "started_246"), FLAG)
# Of the latest move: AVAPI at its source, at the start and since. Of the latest that finished:
# whether there is one, and whether its source ran the fix. Then the two sources.
MAILBOX_HISTORY = {
    **dict.fromkeys(("off_at_start", "on_since", "off_since", "arrived", "origin_fixed"), FLAG),
    **dict.fromkeys(("source", "origin"), Server),
}
# Scanned ever, scanned freshly; in the latest move: was copied, was unscanned at the start.
ATTACHMENT_HISTORY = dict.fromkeys(("ever", "fresh", "copied_now", "raw_at_start"), FLAG)
SIGNATURES = {
    Server: SERVER_DATA | SERVER_HISTORY,
    Mailbox: MAILBOX_DATA | MAILBOX_HISTORY,
    Attachment: ATTACHMENT_DATA | ATTACHMENT_HISTORY,
}


class State:
    """The machines' data and the observed histories, each a function of its entity."""

    def __init__(self, fields: dict[str, Field]) -> None:
        self.fields = fields

    def __getattr__(self, name: str) -> Field:
        return self.fields[name]

    def where(self, attachment: Term) -> Term:
        """The server that an attachment lies on."""
        return self.home(mailbox(attachment))


def remembered(field: Field) -> Field:
    """The same field, with each of its values built only once."""
    known: dict[int, tuple[Term, Term]] = {}

    def value(entity: Term) -> Term:
        key = entity.get_id()
        if key not in known:
            known[key] = entity, field(entity)
        return known[key][1]

    return value


def any_state() -> State:
    """A state of which nothing is known."""
    return State(
        {
            name: z3.Function(name, entity, value)
            for entity, values in SIGNATURES.items()
            for name, value in values.items()
        }
    )


def initial_state() -> State:
    """Any versions, AVAPI settings, homes and targets; the rest is as the machines begin."""
    free = any_state()

    def constant(value: Term) -> Field:
        return lambda _: value

    flags = [name for values in SIGNATURES.values() for name in values if values[name] == FLAG]
    return State(
        free.fields
        | dict.fromkeys(flags, constant(z3.BoolVal(False)))
        | {
            "running": constant(z3.BoolVal(True)),
            "format": remembered(lambda x: native(free.version(x))),
            "log": constant(NOTHING),
            "antivirus": free.antivirus,
            "phase": constant(IDLE),
            "scan": constant(UNSCANNED),
            "always_on": free.antivirus,
            "never_on": lambda x: Not(free.antivirus(x)),
            "ran_sp4": lambda x: free.version(x) == SP4,
        }
    )


# --- steps ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """An action with its parameters.

    Of an action on an attachment, `m` is its mailbox; of one on either, `s` is the server that the
    mailbox is on, and while it copies `t` is its target. Parameters that an action lacks are free.
    """

    action: Term
    s: Term
    t: Term
    m: Term
    a: Term
    v: Term

    @classmethod
    def named(cls, suffix: str) -> Step:
        sorts = Action, Server, Server, Mailbox, Attachment, z3.IntSort()
        names = "action", "s", "t", "m", "a", "v"
        return cls(*[Const(name + suffix, sort) for name, sort in zip(names, sorts, strict=True)])

    def does(self, *actions: Term) -> Term:
        return Or(*[self.action == action for action in actions])


def all_copied(now: State, y: Term, z: Term) -> Term:
    """The universal guard of finish_move, at attachment z."""
    return Implies(mailbox(z) == y, now.copied(z))


def guards(now: State, do: Step, named: Iterable[Term]) -> dict[Term, Term]:
    """When each action is enabled; `named` are the attachments that the formula mentions."""
    s, t, m, a = do.s, do.t, do.m, do.a
    running, antivirus = now.running(s), now.antivirus(s)
    of_mailbox = s == now.home(m)
    of_attachment = And(m == mailbox(a), of_mailbox)
    moving = And(now.phase(m) == COPYING, t == now.target(m))
    return {
        START: Not(running),
        STOP: running,
        REPLACE: Not(running),
        ENABLE: Not(antivirus),
        DISABLE: antivirus,
        UPDATE: antivirus,
        SCAN: And(of_attachment, running, antivirus, now.scan(a) == UNSCANNED),
        COMPLETE: And(of_attachment, now.scan(a) == SCANNING),
        OPEN: And(of_attachment, running),
        MOVE: And(of_mailbox, now.phase(m) != COPYING, t != s, running, now.running(t)),
        COPY: And(of_attachment, moving, Not(now.copied(a))),
        FINISH: And(of_mailbox, moving, *[all_copied(now, m, z) for z in named]),
    }


def enabled(now: State, do: Step, named: Iterable[Term]) -> Term:
    """The step's action is enabled."""
    cases = guards(now, do, named).items()
    return And(*[Implies(do.action == action, guard) for action, guard in cases])


def refuses(now: State, do: Step) -> Term:
    """The step tries to start a store that cannot read its databases."""
    return And(do.action == START, now.format(do.s) > native(now.version(do.s)))


def hands_client(now: State, do: Step) -> Term:
    """The step hands its attachment to a MAPI client."""
    unguarded = And(now.scan(do.a) == UNSCANNED, Not(now.antivirus(do.s)))
    return And(do.action == OPEN, Or(now.scan(do.a) == RELEASED, unguarded))


def hands_move(now: State, do: Step) -> Term:
    """The step is a copy_attachment that succeeds."""
    passes = Or(now.scan(do.a) == RELEASED, Not(now.antivirus(do.s)), fixed(now.version(do.s)))
    return And(do.action == COPY, passes)


def at(event: Term, entity: Term, value: Term, old: Field) -> Field:
    """The event sets the field of one entity to a value."""
    return lambda x: If(And(event, x == entity), value, old(x))


def sets(event: Term, entity: Term, old: Field) -> Field:
    return lambda x: Or(And(event, x == entity), old(x))


def clears(event: Term, entity: Term, old: Field) -> Field:
    return lambda x: And(Not(And(event, x == entity)), old(x))


def after(now: State, do: Step) -> State:
    """The state after a step that is enabled."""
    s, t, m, a = do.s, do.t, do.m, do.a
    stop, enable, disable, opens, move, finish, complete = (
        do.action == one for one in (STOP, ENABLE, DISABLE, OPEN, MOVE, FINISH, COMPLETE)
    )
    refused = refuses(now, do)
    starts = And(do.action == START, Not(refused))
    copies = hands_move(now, do)
    fails = And(do.action == COPY, Not(copies))
    guarded, own_version = now.antivirus(s), now.version(s)
    raw = now.scan(a) == UNSCANNED
    opened, bypassed = And(opens, raw, Not(guarded)), And(copies, Or(Not(guarded), STICKY))
    releases = Or(complete, opened, bypassed)
    submits = Or(do.action == SCAN, And(Or(opens, fails), raw, guarded))

    def log(x: Term) -> Term:
        rose = And(starts, native(own_version) > now.format(s), x == s)
        return If(rose, UPGRADED, If(And(refused, x == s), REFUSED, now.log(x)))

    def phase(y: Term) -> Term:
        touched = And(now.phase(y) == COPYING, Or(now.home(y) == s, now.target(y) == s))
        own = If(move, COPYING, If(finish, MOVED, If(fails, FAILED, now.phase(y))))
        return If(And(stop, touched), INTERRUPTED, If(y == m, own, now.phase(y)))

    def since(start: Term, event: Term, old: Field) -> Field:
        """Of a move: what held at its start, until the event happens at its source."""
        return lambda y: If(
            And(move, y == m), start, And(old(y), Not(And(event, now.home(y) == s)))
        )

    def begins(z: Term) -> Term:
        return And(move, mailbox(z) == m)

    def arrives(z: Term) -> Term:
        return And(finish, mailbox(z) == m)

    def renewed(z: Term) -> Term:
        return Or(And(do.does(ENABLE, UPDATE), now.where(z) == s), arrives(z))

    def scan(z: Term) -> Term:
        drops = And(do.does(STOP, DISABLE), now.where(z) == s, now.scan(z) == SCANNING)
        others = If(Or(renewed(z), drops), UNSCANNED, now.scan(z))
        return If(And(z == a, releases), RELEASED, If(And(z == a, submits), SCANNING, others))

    def copied(z: Term) -> Term:
        return Or(And(copies, z == a), And(now.copied(z), Not(begins(z)), Not(arrives(z))))

    def raw_at_start(z: Term) -> Term:
        return If(begins(z), now.scan(z) == UNSCANNED, now.raw_at_start(z))

    fields = {
        "running": sets(starts, s, clears(stop, s, now.running)),
        "version": at(do.action == REPLACE, s, do.v, now.version),
        "format": at(starts, s, native(own_version), now.format),
        "log": log,
        "antivirus": sets(enable, s, clears(disable, s, now.antivirus)),
        "phase": phase,
        "target": at(move, m, t, now.target),
        "home": at(finish, m, t, now.home),
        "scan": scan,
        "scanned": sets(complete, a, lambda z: And(now.scanned(z), Not(renewed(z)))),
        "copied": copied,
        "always_on": clears(disable, s, now.always_on),
        "never_on": clears(enable, s, now.never_on),
        "ran_sp4": sets(And(starts, own_version == SP4), s, now.ran_sp4),
        "started_246": sets(And(starts, now.format(s) == 2), s, clears(stop, s, now.started_246)),
        "source": at(move, m, s, now.source),
        "off_at_start": at(move, m, Not(guarded), now.off_at_start),
        "on_since": since(guarded, disable, now.on_since),
        "off_since": since(Not(guarded), enable, now.off_since),
        "arrived": sets(finish, m, now.arrived),
        "origin": at(finish, m, s, now.origin),
        "origin_fixed": at(finish, m, fixed(own_version), now.origin_fixed),
        "ever": sets(complete, a, now.ever),
        "fresh": sets(complete, a, lambda z: And(now.fresh(z), Not(renewed(z)))),
        "copied_now": sets(copies, a, lambda z: And(now.copied_now(z), Not(begins(z)))),
        "raw_at_start": raw_at_start,
    }
    return State({name: remembered(field) for name, field in fields.items()})


# --- the invariant --------------------------------------------------------------------------------


def invariant(
    now: State, servers: Iterable[Term], mailboxes: Iterable[Term], attachments: Iterable[Term]
) -> Term:
    """The instances of the invariant at the given terms."""
    clauses: list[Term] = []
    for x in servers:
        clauses += [
            Implies(now.running(x), now.format(x) == native(now.version(x))),
            And(now.format(x) >= 0, now.format(x) <= 2),
            Implies(now.always_on(x), now.antivirus(x)),
            Implies(now.started_246(x), And(now.running(x), now.format(x) == 2)),
        ]
    for y in mailboxes:
        home, phase, copying = now.home(y), now.phase(y), now.phase(y) == COPYING
        clauses += [
            Implies(copying, And(now.running(home), now.running(now.target(y)))),
            Implies(And(copying, now.on_since(y)), now.antivirus(home)),
            Implies(And(copying, now.off_since(y)), Not(now.antivirus(home))),
            Implies(Or(copying, phase == FAILED, phase == INTERRUPTED), home == now.source(y)),
        ]
    for z in attachments:
        y, home, scan = mailbox(z), now.where(z), now.scan(z)
        carried = And(now.phase(y) == COPYING, now.copied(z))
        unfixed = Not(fixed(now.version(home)))
        clauses += [
            Implies(scan == SCANNING, And(now.running(home), now.antivirus(home))),
            Implies(now.fresh(z), now.ever(z)),
            Implies(carried, now.copied_now(z)),
            Or(STICKY, Implies(And(scan == RELEASED, now.antivirus(home)), now.fresh(z))),
            Or(STICKY, Implies(And(carried, now.on_since(y), unfixed), now.ever(z))),
        ]
    return And(*clauses)


# --- the claims -----------------------------------------------------------------------------------

READINGS = {"per_request": Not(STICKY), "sticky": STICKY, None: z3.BoolVal(True)}
READ_AS: dict[str, list[str | None]] = {
    "cause.scan_before_move": ["per_request", "sticky"],
    "cause.arrives_scanned": ["per_request", "sticky"],
    "cause.scan_before_client": ["per_request", "sticky"],
    "more.bypass_only_for_moves": ["per_request", "sticky"],
    "more.destination_protects": ["per_request", "sticky"],
    "more.sticky_exposes": ["sticky"],
}
"""The readings of A2 that a claim is reported under; the other claims leave A2 open."""


@dataclass(frozen=True)
class Claim:
    """In every case: when the antecedent is true, so is the consequent.

    What is derived is for which values of `version` it is not so.
    """

    kind: Kind
    cases: tuple[tuple[Term, Term], ...]
    version: Term = None

    def violated(self) -> Term:
        return Or(*[And(when, Not(then)) for when, then in self.cases])


def always(*cases: tuple[Term, Term]) -> Claim:
    return Claim("always", cases)


def state(when: Term, then: Term) -> Claim:
    return Claim("always of a state", ((when, then),))


def finding(when: Term, then: Term) -> Claim:
    return Claim("finding", ((when, then),))


def possible(*events: Term) -> Claim:
    """That the events never coincide would be a claim; what is possible violates it."""
    return Claim("possible", ((And(*events), z3.BoolVal(False)),))


def claims(now: State, do: Step, then: State, x: Term, y: Term, z: Term) -> dict[str, Claim]:
    """What is claimed of a step (or of the state before it) and of one entity of each sort.

    In a search these entities are the step's own parameters, in a proof they are arbitrary.
    """
    s, m, a = do.s, do.m, do.a
    home, where, copying = now.home(y), now.where(z), now.phase(y) == COPYING
    unfixed, guarded, fresh = Not(fixed(now.version(s))), now.antivirus(s), now.fresh(a)
    starts, to_client, to_move = do.action == START, hands_client(now, do), hands_move(now, do)
    refused = refuses(now, do)
    fails = And(now.phase(y) != FAILED, then.phase(y) == FAILED)
    brings = And(do.action == FINISH, m == y, mailbox(z) == y)
    moves = then.home(y) != home
    blocked = And(now.scan(a) != RELEASED, guarded, unfixed)
    would_fail = And(now.phase(m) == COPYING, Not(now.copied(a)), blocked)
    ends_badly = Or(then.phase(y) == FAILED, then.phase(y) == INTERRUPTED)
    own = guards(now, replace(do, s=home, t=now.target(y), m=y, a=z), [z])

    def unchanged(field: str, entity: Term) -> Term:
        """Nothing that a machine of x, y or z holds changes, except for one field of one entity."""
        same = []
        for data, one in ((SERVER_DATA, x), (MAILBOX_DATA, y), (ATTACHMENT_DATA, z)):
            for name in data:
                equal = getattr(then, name)(one) == getattr(now, name)(one)
                same.append(Or(equal, one == entity) if name == field else equal)
        return And(*same)

    return {
        "symptoms.move_may_fail": possible(fails, guarded, now.version(s) == SP3),
        "symptoms.move_may_succeed": possible(
            brings, now.version(s) == SP3, now.on_since(y), now.raw_at_start(z)
        ),
        "symptoms.source_only": always((fails, now.antivirus(home))),
        "cause.scan_before_move": always((And(to_move, unfixed, guarded), fresh)),
        "cause.arrives_scanned": always((And(brings, unfixed, now.on_since(y)), now.ever(z))),
        "cause.scan_before_client": always((And(to_client, guarded), fresh)),
        "cause.only_cause": always((fails, And(do.action == COPY, m == y, blocked))),
        "cause.client_waits": always(
            (And(do.action == OPEN, would_fail), And(unchanged("scan", a), Not(to_client)))
        ),
        "resolution.no_move_fails": always(
            (And(copying, fixed(now.version(home))), Not(fails)),
            (fails, Not(fixed(now.version(home)))),
        ),
        "resolution.no_move_fails_forever": finding(fails, Not(now.ran_sp4(home))),
        "resolution.upgrade_is_automatic": state(
            now.running(x), now.format(x) == native(now.version(x))
        ),
        "resolution.old_store_cannot_start": always(
            (
                And(starts, now.format(s) == 2, now.version(s) < FORMAT_246),
                And(Not(then.running(s)), then.log(s) == REFUSED),
            )
        ),
        "resolution.newer_store_starts": always(
            (And(starts, now.version(s) >= FORMAT_246), then.running(s))
        ),
        "resolution.format_never_falls": always(
            (then.format(x) != now.format(x), then.format(x) > now.format(x)),
            (refused, unchanged("log", s)),
        ),
        "resolution.rollback_window": Claim(
            "derived",
            ((And(fails, now.started_246(home)), z3.BoolVal(False)),),
            now.version(home),
        ),
        "workaround.disable_first": always((And(copying, now.off_since(y)), Not(fails))),
        "workaround.must_stay_disabled": finding(fails, Not(now.off_at_start(y))),
        "more.bypass": possible(brings, Not(unfixed), now.on_since(y), Not(now.ever(z))),
        "more.bypass_only_for_moves": always(
            (And(Or(to_client, to_move), guarded, Not(fresh)), to_move)
        ),
        "more.destination_protects": always(
            (And(to_client, now.arrived(m), now.always_on(s)), fresh)
        ),
        "more.destination_exposes": possible(
            And(to_client, Not(now.ever(a)), now.arrived(m), now.origin_fixed(m)),
            And(now.always_on(now.origin(m)), now.never_on(s)),
        ),
        "more.sticky_exposes": finding(And(to_client, now.always_on(s)), fresh),
        "safety.no_loss": always(
            (moves, And(do.action == FINISH, m == y, then.home(y) == now.target(y))),
            (And(moves, mailbox(z) == y), now.copied_now(z)),
            (ends_badly, then.home(y) == then.source(y)),
        ),
        "safety.scan_is_served": state(
            now.scan(z) == SCANNING, And(now.running(where), now.antivirus(where))
        ),
        "safety.no_deadlock": state(copying, Or(own[COPY], own[FINISH])),
    }


@dataclass(frozen=True)
class Goal:
    """What a run may reach: a violation of a claim, with a version of a cell where some are to be
    derived, or the antecedent of one of its cases.
    """

    name: str
    kind: Kind
    variant: str | None
    case: int | None = None
    cell: Cell | None = None

    def among(self, here: dict[str, Claim]) -> Term:
        one = here[self.name]
        event = one.violated() if self.case is None else one.cases[self.case][0]
        if self.cell is not None:
            event = And(event, self.cell.holds(one.version))
        return And(READINGS[self.variant], event)


def new_solver() -> Term:
    """Z3's core for increments; its relevancy filter only pays for quantifiers."""
    solver = z3.SimpleSolver()
    solver.set("relevancy", 0)
    solver.add(FIX_RANGE)
    return solver


# --- proof ----------------------------------------------------------------------------------------


class Induction:
    """One arbitrary step from an arbitrary state of the invariant."""

    def __init__(self) -> None:
        self.now, self.do = now, do = any_state(), Step.named("")
        self.then = after(now, do)
        x, y, z = Const("x", Server), Const("y", Mailbox), Const("z", Attachment)
        self.claims = claims(now, do, self.then, x, y, z)
        self.goal = [x], [y], [z]
        mailboxes = [do.m, y, mailbox(do.a), mailbox(z)]
        servers = [do.s, do.t, x, now.target(do.m), now.target(y), *map(now.home, mailboxes)]
        self.solver = new_solver()
        self.solver.add(invariant(now, servers, mailboxes, [do.a, z]))
        self.step = enabled(now, do, [do.a, z])
        self.holds = self.initially() and self.kept()

    def initially(self) -> bool:
        start = new_solver()
        start.add(Not(invariant(initial_state(), *self.goal)))
        return bool(start.check() == z3.unsat)

    def kept(self) -> bool:
        return self.refutes(self.step, Not(invariant(self.then, *self.goal)))

    def refutes(self, *formulas: Term) -> bool:
        self.solver.push()
        self.solver.add(*formulas)
        answer = self.solver.check()
        self.solver.pop()
        return bool(answer == z3.unsat)

    def excludes(self, goal: Goal) -> bool:
        """No step (no state, for a claim about states) from the invariant meets the goal."""
        step = [] if goal.kind == "always of a state" else [self.step]
        return self.holds and self.refutes(*step, goal.among(self.claims))

    def every_store_recovers(self) -> bool:
        """The plan for a stopped store: put SP4's Store.exe in place and start it."""
        now, (x,), other = self.now, self.goal[0], Const("other", Server)
        install = replace(self.do, action=REPLACE, s=x, v=z3.IntVal(SP4))
        start = replace(install, action=START)
        between = after(now, install)
        then = after(between, start)
        works = And(enabled(now, install, []), enabled(between, start, []), then.running(x))
        others_run = Implies(now.running(other), then.running(other))
        return self.holds and self.refutes(Not(now.running(x)), Not(And(works, others_run)))


# --- search ---------------------------------------------------------------------------------------


PARAMETERS = {
    **dict.fromkeys((START, STOP, ENABLE, DISABLE, UPDATE), ("s",)),
    **dict.fromkeys((SCAN, COMPLETE, OPEN, COPY), ("a",)),
    REPLACE: ("s", "v"),
    MOVE: ("m", "t"),
    FINISH: ("m",),
}


def read(model: Term, steps: Iterable[Step]) -> Run:
    """The actions of a model, with their parameters."""
    run = []
    for step in steps:
        action = model.eval(step.action, True)
        values = [model.eval(getattr(step, name), True) for name in PARAMETERS[action]]
        run.append((str(action), *map(str, values)))
    return tuple(run)


def search(goals: Iterable[Goal]) -> dict[Goal, Run]:
    """A shortest run whose last step meets each goal; unmet goals are left out."""
    found: dict[Goal, Run] = {}
    left = list(goals)
    solver = new_solver()
    then = initial_state()
    past: list[tuple[State, Step]] = []
    for depth in range(1, DEPTH + 1):
        now, do = then, Step.named(str(depth))
        then = after(now, do)
        solver.add(enabled(now, do, [do.a, *(step.a for _, step in past)]))
        for before, step in past:
            solver.add(Implies(step.action == FINISH, all_copied(before, step.m, do.a)))
        past.append((now, do))
        here = claims(now, do, then, do.s, do.m, do.a)
        events = {goal: goal.among(here) for goal in left}
        while left:
            solver.push()
            solver.add(Or(*[events[goal] for goal in left]))
            answer = solver.check()
            model = solver.model() if answer == z3.sat else None
            solver.pop()
            if model is None:
                break
            met = [goal for goal in left if z3.is_true(model.eval(events[goal], True))]
            found |= dict.fromkeys(met, read(model, (step for _, step in past)))
            left = [goal for goal in left if goal not in found]
        if not left or answer == z3.unknown:
            break
    return found


# --- verdicts -------------------------------------------------------------------------------------


def goals_of(name: str, claim: Claim, variant: str | None) -> tuple[list[Goal], list[Goal]]:
    """The violation of a claim, for each cell if it is a derived one, and, if it must not be
    vacuous, the antecedents of its cases.
    """
    target = Goal(name, claim.kind, variant)
    if claim.kind == "derived":
        return [replace(target, cell=cell) for cell in CELLS], []
    universal = claim.kind in ("always", "always of a state")
    return [target], [replace(target, case=i) for i in range(len(claim.cases)) if universal]


def joined(cells: Iterable[Region]) -> tuple[Region, ...]:
    """Neighbouring cells made one."""
    result: list[Region] = []
    for low, high in sorted(cells):
        if result and result[-1][1] + 1 == low:
            result[-1] = result[-1][0], high
        else:
            result.append((low, high))
    return tuple(result)


def verify() -> dict[Key, Outcome]:
    """Settle every claim under every reading that it is reported for."""
    induction = Induction()
    questions = {
        (name, variant): goals_of(name, claim, variant)
        for name, claim in induction.claims.items()
        for variant in READ_AS.get(name, [None])
    }
    goals = [goal for targets, whens in questions.values() for goal in (*targets, *whens)]
    excluded = {goal for goal in goals if induction.excludes(goal)}
    runs = search(goal for goal in goals if goal not in excluded)

    def settled(targets: list[Goal], whens: list[Goal]) -> Outcome:
        if targets[0].cell is not None:
            return derived(targets)
        (target,) = targets
        run, is_possible = runs.get(target), target.kind == "possible"
        verdict: Verdict = "UNDETERMINED"
        if target in excluded:
            verdict = "REFUTED" if is_possible else "PROVED"
        elif run is not None:
            verdict = "REACHED" if is_possible else "REFUTED"
        vacuous = False if whens and all(when in runs for when in whens) else None
        return Outcome(verdict, run, True if excluded.intersection(whens) else vacuous)

    def derived(targets: list[Goal]) -> Outcome:
        if any(goal not in excluded and goal not in runs for goal in targets):
            return Outcome("UNDETERMINED")
        inside = [goal for goal in targets if goal in runs]
        longest = max((runs[goal] for goal in inside), key=len, default=None)
        met = {(c.low, c.high) for goal in targets if goal in runs and (c := goal.cell)}
        unmet = {(c.low, c.high) for goal in targets if goal not in runs and (c := goal.cell)}
        return Outcome("DERIVED", longest, None, joined(met), joined(met - unmet))

    recovers: Verdict = "PROVED" if induction.every_store_recovers() else "UNDETERMINED"
    outcomes = {key: settled(*question) for key, question in questions.items()}
    return outcomes | {("resolution.store_recoverable", None): Outcome(recovers)}


def main() -> None:
    """Print every verdict, and the time that they took."""
    begin = time.perf_counter()
    outcomes = verify()
    seconds = time.perf_counter() - begin
    print(f"{'claim':34} {'reading':12} {'verdict':13} steps  vacuous")
    for (name, variant), found in outcomes.items():
        steps = "" if found.steps is None else str(found.steps)
        vacuous = {None: "", False: "no", True: "YES"}[found.vacuous]
        print(f"{name:34} {variant or '':12} {found.verdict:13} {steps:>5}  {vacuous}".rstrip())
    print(f"{len(outcomes)} verdicts in {seconds:.2f} s")


if __name__ == "__main__":
    main()
