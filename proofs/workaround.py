"""Q271547, Workaround: disable the antivirus program before the move."""

from __future__ import annotations

from model.entities import Mailbox
from proofs.vocabulary import (
    CATALOGUE,
    fails,
    source_unprotected_throughout,
    started_unprotected,
)
from statecheck.claims.claim import Section
from statecheck.modeling import Step, assume


@CATALOGUE.always("workaround.disable_first", "Workaround", assumptions=("A3",))
def disable_first(step: Step, mailbox: Mailbox) -> bool:
    """A move does not fail, on any Store.exe, if AVAPI on the source is disabled from its start to
    its end.
    """
    assume(mailbox.move.copying.is_active and source_unprotected_throughout(mailbox))
    return not fails(step, mailbox)


@CATALOGUE.finding(
    "workaround.must_stay_disabled", Section("Workaround", label="F2"), assumptions=("A3",)
)
def must_stay_disabled(step: Step, mailbox: Mailbox) -> bool:
    """A move that starts with AVAPI disabled on the source does not fail, on any Store.exe.

    The program has to stay disabled until the move has ended: enabling it while the move copies
    makes the move fail.
    """
    assume(mailbox.move.copying.is_active and started_unprotected(mailbox))
    return not fails(step, mailbox)
