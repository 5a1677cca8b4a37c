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
found at the first depth that admits it, so every lesser depth was unsatisfiable.

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

Verdict: TypeAlias = Literal["PROVED", "REACHED", "REFUTED", "UNDETERMINED"]
Kind: TypeAlias = Literal["always", "always of a state", "possible", "finding"]
Key: TypeAlias = tuple[str, str | None]
Term: TypeAlias = Any  # z3 ships no types
Field: TypeAlias = Callable[[Term], Term]

DEPTH = 10
"""Longer runs are not searched for; what neither proof nor search settles is UNDETERMINED."""


@dataclass(frozen=True)
class Outcome:
    """What was found out about one claim, under one reading.

    `steps` is the length of the shortest run in actions (REACHED and REFUTED). `vacuous`, of a
    claim of the kind 'always', is False when a run reaches every antecedent, True when one is
    proven unreachable, and None when neither is known.
    """

    verdict: Verdict
    steps: int | None = None
    vacuous: bool | None = None


# --- vocabulary -----------------------------------------------------------------------------------

Server, Mailbox, Attachment = map(z3.DeclareSort, ("Server", "Mailbox", "Attachment"))
mailbox = z3.Function("mailbox", Attachment, Mailbox)
STICKY = z3.Bool("sticky")

Action, (START, STOP, REPLACE, ENABLE, DISABLE, UPDATE, SCAN, COMPLETE, OPEN, MOVE, COPY, FINISH) = (
    z3.EnumSort(
        "Action",
        "start_store stop_store replace_store enable_antivirus disable_antivirus update_signatures "
        "background_scan complete_scan client_open start_move copy_attachment finish_move".split(),
    )
)
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
FIX = packed(5, 5, 2653, 12)
SP4 = packed(5, 5, 2653, 23)


def native(version: Term) -> Term:
    """The database format that a Store.exe writes: 0 before 2.45, 1 for 2.45, 2 for 2.46."""
    newer = If(version >= FORMAT_245, z3.IntVal(1), z3.IntVal(0))
    return If(version >= FORMAT_246, z3.IntVal(2), newer)


def fixed(version: Term) -> Term:
    """Whether a Store.exe holds the Move Mailbox fix."""
    return version >= FIX


# --- states ---------------------------------------------------------------------------------------

FLAG = z3.BoolSort()
SERVER_DATA = {
    "running": FLAG,
    "version": z3.IntSort(),
    "format": z3.IntSort(),
    "log": Log,
    "antivirus": FLAG,
}
MAILBOX_DATA = {"phase": Phase, "target": Server, "home": Server}
ATTACHMENT_DATA = {"scan": Scan, "scanned": FLAG, "copied": FLAG}
SERVER_HISTORY = dict.fromkeys(("always_on", "never_on", "ran_sp4"), FLAG)
MAILBOX_HISTORY = {
    **dict.fromkeys(("source", "origin"), Server),
    **dict.fromkeys(("on_at_start", "off_at_start", "on_since", "off_since"), FLAG),
    **dict.fromkeys(("arrived", "origin_fixed"), FLAG),
}
ATTACHMENT_HISTORY = dict.fromkeys(("ever", "fresh", "copied_now", "raw_at_start"), FLAG)


@dataclass(frozen=True)
class State:
    """The machines' data and the observed histories, each as a function of its entity."""

    # The machines of a server, of a mailbox, of an attachment.
    running: Field
    version: Field
    format: Field
    log: Field
    antivirus: Field
    phase: Field
    target: Field
    home: Field
    scan: Field
    scanned: Field
    copied: Field
    # Of a server: AVAPI was enabled in every state so far, in none; SP4's Store.exe has run.
    always_on: Field
    never_on: Field
    ran_sp4: Field
    # Of a mailbox: where its latest move started, and AVAPI there, at the start and since.
    source: Field
    on_at_start: Field
    off_at_start: Field
    on_since: Field
    off_since: Field
    # Of a mailbox: whether a move ever finished, whence the latest, whether that store was fixed.
    arrived: Field
    origin: Field
    origin_fixed: Field
    # Of an attachment: its scans, and in the latest move: was copied, was unscanned at the start.
    ever: Field
    fresh: Field
    copied_now: Field
    raw_at_start: Field

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
    sorts = (
        (Server, SERVER_DATA | SERVER_HISTORY),
        (Mailbox, MAILBOX_DATA | MAILBOX_HISTORY),
        (Attachment, ATTACHMENT_DATA | ATTACHMENT_HISTORY),
    )
    return State(
        **{
            name: z3.Function(name, entity, value)
            for entity, values in sorts
            for name, value in values.items()
        }
    )


def initial_state() -> State:
    """Any versions, AVAPI settings, homes and targets; the rest is as the machines begin."""
    free = any_state()

    def constant(value: Term) -> Field:
        return lambda _: value

    no = constant(z3.BoolVal(False))
    return replace(
        free,
        running=constant(z3.BoolVal(True)),
        format=remembered(lambda x: native(free.version(x))),
        log=constant(NOTHING),
        phase=constant(IDLE),
        scan=constant(UNSCANNED),
        always_on=free.antivirus,
        never_on=lambda x: Not(free.antivirus(x)),
        ran_sp4=lambda x: free.version(x) == SP4,
        **dict.fromkeys(("on_at_start", "off_at_start", "on_since", "off_since"), no),
        **dict.fromkeys(("arrived", "origin_fixed", "ever", "fresh", "scanned"), no),
        **dict.fromkeys(("copied", "copied_now", "raw_at_start"), no),
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


def guard(now: State, do: Step, action: Term, named: Iterable[Term]) -> Term:
    """When an action is enabled; `named` are the attachments that the formula mentions."""
    s, t, m, a = do.s, do.t, do.m, do.a
    running, antivirus, copying = now.running(s), now.antivirus(s), now.phase(m) == COPYING
    of_mailbox = s == now.home(m)
    of_attachment = And(m == mailbox(a), of_mailbox)
    if action in (START, REPLACE):
        return Not(running)
    if action == STOP:
        return running
    if action == ENABLE:
        return Not(antivirus)
    if action in (DISABLE, UPDATE):
        return antivirus
    if action == SCAN:
        return And(of_attachment, running, antivirus, now.scan(a) == UNSCANNED)
    if action == COMPLETE:
        return And(of_attachment, now.scan(a) == SCANNING)
    if action == OPEN:
        return And(of_attachment, running)
    if action == MOVE:
        return And(of_mailbox, Not(copying), t != s, running, now.running(t))
    if action == COPY:
        return And(of_attachment, copying, t == now.target(m), Not(now.copied(a)))
    every = [all_copied(now, m, z) for z in named]
    return And(of_mailbox, copying, t == now.target(m), *every)
