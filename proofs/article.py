"""Every paragraph of Q271547, and what became of it: claimed, assumed, or not modelled and why.

A paragraph is named by its section and its number there, and by the first twelve digits of the
SHA-256 of its text (words joined by single blanks), so that a test can tell that none is missing
without the article's sentences being here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, the claims and assumptions made of it, or the reason why there are none.

    ``modelled_by`` names changes that take what it says out of the model (`python -m proofs mutate
    --list` has them all), ``prevents`` the claim that is broken then.
    """

    section: str
    number: int
    fingerprint: str
    claims: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    not_modelled: str = ""
    modelled_by: tuple[str, ...] = ()
    prevents: str = ""


_FRAME = "frame of the archive's page, no statement about the system"
_REFERENCE = "a reference to another article; what is used of it is cited where it is used"

PARAGRAPHS: tuple[Paragraph, ...] = (
    Paragraph("Header", 1, "c6f8d30edec3", not_modelled=_FRAME),
    Paragraph("Header", 2, "f72c2041f971", not_modelled=_FRAME),
    Paragraph("Header", 3, "20672423d716", not_modelled=_FRAME),
    Paragraph("Header", 4, "1d2da4626432", not_modelled="the title; Symptoms says the same"),
    Paragraph("Header", 5, "5ecebe27733f", not_modelled="product, keywords and dates"),
    Paragraph("Header", 6, "e1f3d16ff208", not_modelled="the heading of what the article is about"),
    Paragraph("Header", 7, "d6329515fc88", not_modelled="names the product that is modelled"),
    Paragraph(
        "Symptoms",
        1,
        "93b279a702aa",
        claims=("symptoms.move_may_fail", "symptoms.move_may_succeed", "symptoms.source_only"),
        assumptions=("A3", "A5", "A6"),
        modelled_by=("machines.AttachmentLifecycle.copy.2:drop-transition",),
        prevents="symptoms.source_only",
    ),
    Paragraph(
        "Symptoms",
        2,
        "b85c6b93ca31",
        claims=("symptoms.move_may_fail",),
        modelled_by=("machines.MoveMailbox.copy.1:drop-guard:was_handed_over",),
        prevents="cause.always_fails",
    ),
    Paragraph(
        "Cause",
        1,
        "d9af289b1f48",
        claims=(
            "cause.scan_before_move",
            "cause.arrives_scanned",
            "cause.scan_before_client",
            "liveness.client_served",
        ),
        assumptions=("A1", "A2"),
        modelled_by=(
            "machines.AttachmentLifecycle.open.2:drop-guard:protected",
            "machines.AttachmentLifecycle.copy.2:drop-guard:protected",
        ),
        prevents="cause.scan_before_client [per_request]",
    ),
    Paragraph(
        "Cause",
        2,
        "de4e666d5eec",
        claims=("cause.only_cause", "cause.client_waits"),
        assumptions=("A4",),
        modelled_by=("machines.MoveMailbox.copy.1:drop-guard:was_handed_over",),
        prevents="cause.always_fails",
    ),
    Paragraph(
        "Resolution",
        1,
        "8c14c679cb36",
        claims=(
            "resolution.no_move_fails",
            "resolution.no_move_fails_forever",
            "liveness.fixed_move_succeeds",
        ),
        assumptions=("A4", "A7", "A8"),
        modelled_by=("machines.AttachmentLifecycle.bypassed:false",),
        prevents="resolution.no_move_fails",
    ),
    Paragraph("Resolution", 2, "3c44ec801784", not_modelled=_REFERENCE),
    Paragraph(
        "Resolution",
        3,
        "038c414318a7",
        claims=(
            "resolution.upgrade_is_automatic",
            "resolution.old_store_cannot_start",
            "resolution.newer_store_starts",
            "resolution.rollback_window",
        ),
        assumptions=("A8",),
        modelled_by=("machines.InformationStore.start.2:drop-guard:format_is_older",),
        prevents="resolution.old_store_cannot_start",
    ),
    Paragraph(
        "Resolution",
        4,
        "b082e84307ff",
        claims=("resolution.format_never_falls", "resolution.store_recoverable"),
        modelled_by=("machines.InformationStore.refuse:drop:log",),
        prevents="resolution.events_are_logged",
    ),
    Paragraph("Resolution", 5, "fdc155acda32", not_modelled="announces the downloads"),
    Paragraph("Resolution", 6, "2f8671ed6494", not_modelled="download links"),
    Paragraph("Resolution", 7, "13b470bc7808", not_modelled=_REFERENCE),
    Paragraph("Resolution", 8, "00f65b6a4f31", not_modelled=_REFERENCE),
    Paragraph(
        "Resolution",
        9,
        "da4d7d4b8c88",
        not_modelled="about the download's own safety, not Exchange",
    ),
    Paragraph(
        "Workaround",
        1,
        "6e7d4362cd10",
        claims=("workaround.disable_first", "workaround.must_stay_disabled"),
        assumptions=("A1",),
        modelled_by=("machines.AttachmentLifecycle.copy.2:drop-transition",),
        prevents="workaround.disable_first",
    ),
    Paragraph(
        "Status",
        1,
        "2b54b8eb46b4",
        claims=("resolution.no_move_fails",),
        modelled_by=("machines.AttachmentLifecycle.bypassed:false",),
        prevents="resolution.no_move_fails",
    ),
    Paragraph(
        "More Information",
        1,
        "0a0c7a3b030f",
        claims=(
            "more.bypass",
            "more.bypass_only_for_moves",
            "more.destination_protects",
            "more.destination_exposes",
            "more.sticky_exposes",
        ),
        assumptions=("A2", "A9"),
        modelled_by=("machines.AttachmentLifecycle.copy.4:drop-transition",),
        prevents="resolution.no_move_fails",
    ),
    Paragraph("More Information", 2, "b2899572bb96", not_modelled="words for a search engine"),
    Paragraph("More Information", 3, "e010b550fb1d", not_modelled="keywords of the archive"),
    Paragraph("More Information", 4, "e2217ae7d6be", not_modelled="a rule across the page"),
    Paragraph("More Information", 5, "42dd7021eac9", not_modelled="a legal disclaimer"),
    Paragraph("More Information", 6, "1c28f2f5c894", not_modelled="the copyright notice"),
)

_UNNOTICED = "without it a change of the model would go unnoticed (python -m proofs mutate)"

BEYOND_THE_ARTICLE: dict[str, str] = {
    "safety.no_loss": "any user would expect it",
    "safety.scan_is_served": "any user would expect it",
    "safety.no_deadlock": "any user would expect it",
    "safety.begins_at_rest": _UNNOTICED,
    "safety.move_is_served": _UNNOTICED,
    "safety.move_is_asked_for": _UNNOTICED,
    "safety.target_is_kept": _UNNOTICED,
    "safety.move_can_be_asked_for": _UNNOTICED,
    "safety.can_be_asked_for": _UNNOTICED,
    "safety.scan_is_remembered": _UNNOTICED,
    "safety.copy_is_remembered": _UNNOTICED,
    "safety.attachment_is_handled": _UNNOTICED,
    "safety.request_is_answered": _UNNOTICED,
    "safety.switches_obey": _UNNOTICED,
    "cause.always_fails": _UNNOTICED,
    "more.bypass_leaves_it": _UNNOTICED,
    "more.bypass_releases": _UNNOTICED,
    "resolution.events_are_logged": _UNNOTICED,
    "resolution.any_store_is_installed": _UNNOTICED,
    "resolution.only_a_start_upgrades": _UNNOTICED,
    "resolution.any_store_at_first": _UNNOTICED,
    "liveness.move_ends": "any user would expect it",
}
"""Claims that no paragraph makes, and why they are there."""
