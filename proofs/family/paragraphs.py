"""Every paragraph of the articles beside Q271547, and what became of it.

`proofs.article` does the same for Q271547. Q276056 is not in the archive; nothing is known of its
paragraphs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """Paragraphs of a section of an article, by their numbers there, and what became of them.

    ``sentences`` are made of them, by id, or ``extension`` is the module that has what they say;
    else ``reason`` says why there is neither.
    """

    article: str
    section: str
    numbers: tuple[int, ...]
    reason: str = ""
    sentences: tuple[str, ...] = ()
    extension: str = ""


def _to(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1))


_FRAME = "frame of the archive's page, title or heading, no statement about the system"
_PRODUCT = "names the product that is modelled"
_END = "words for a search engine, keywords, rules, a disclaimer and the copyright notice"
_REFERENCE = "a reference to another article"
_CLICKS = "how to change a value of the registry, key by key"
_WARNING = "a warning about editing by hand"
_LOGGED = "an event or a message as it is logged or shown"
_DOWNLOAD = "how to get the fix, and what it costs"
_DELAY = "the length of a delay; the model has no clock (see the textual disagreements)"

ACCOUNTS: tuple[Account, ...] = (
    Account("Q264731", "Header", (1, 2), _FRAME),
    Account("Q264731", "Header", (3,), sentences=("q264731.move_times_out_on_sp4",)),
    Account("Q264731", "Header", (4, 5), _WARNING),
    Account("Q264731", "Symptoms", (1, 2), sentences=("q264731.client_times_out",)),
    Account("Q264731", "Symptoms", (3, 9, 10), sentences=("q264731.client_times_out",)),
    Account("Q264731", "Symptoms", (8,), sentences=("q264731.move_times_out_on_sp4",)),
    Account("Q264731", "Symptoms", (4, 5, 6, 7, 11, 12), _LOGGED),
    Account(
        "Q264731",
        "Cause",
        (1, 2),
        sentences=("q264731.client_times_out", "q264731.move_times_out_on_sp4"),
    ),
    Account("Q264731", "Workaround", (1,), _WARNING),
    Account("Q264731", "Workaround", (2,), extension="scanner"),
    Account("Q264731", "Workaround", (3,), "how often errors come; the model has no frequencies"),
    Account("Q264731", "Workaround", _to(4, 9), _CLICKS),
    Account("Q264731", "Workaround", (10,), sentences=("q264731.scan_begins_without_start",)),
    Account("Q264731", "Workaround", (11,), "the length of a scan; the model has no clock"),
    Account("Q264731", "Workaround", (12, 16, 18, 23), _DELAY),
    Account("Q264731", "Workaround", (13, 14, 15, 17, 19, 20, 21, 22, 24), _CLICKS),
    Account(
        "Q264731",
        "More Information",
        (1,),
        sentences=("q264731.scanner_submits", "q264731.update_outdates_all"),
    ),
    Account("Q264731", "More Information", (2,), extension="scanner"),
    Account("Q264731", "More Information", (3, 4), _DELAY),
    Account("Q264731", "More Information", (5,), sentences=("q264731.update_outdates_all",)),
    Account("Q264731", "More Information", _to(6, 10), _END),
    Account("Q267233", "Header", (1, 2), _FRAME),
    Account("Q267233", "Header", (3,), _PRODUCT),
    Account("Q267233", "Symptoms", (1,), sentences=("q267233.any_service_fails",)),
    Account("Q267233", "Symptoms", (2, 3), _LOGGED),
    Account("Q267233", "Cause", (1,), sentences=("q267233.any_service_fails",)),
    Account("Q267233", "Workaround", (1,), sentences=("q267233.quit_all",)),
    Account("Q267233", "More Information", (1, 2), _REFERENCE),
    Account("Q267233", "More Information", _to(3, 7), _END),
    Account("Q269439", "Header", (1, 2), _FRAME),
    Account("Q269439", "Header", (3,), _PRODUCT),
    Account("Q269439", "Header", (4, 5), _WARNING),
    Account("Q269439", "Symptoms", (1,), sentences=("q269439.synchronization_times_out",)),
    Account("Q269439", "Cause", (1,), sentences=("q269439.synchronization_times_out",)),
    Account("Q269439", "Resolution", (1, 10), extension="registry"),
    Account("Q269439", "Resolution", (2,), _WARNING),
    Account("Q269439", "Resolution", (3,), sentences=("q269439.enabling_outdates_all",)),
    Account("Q269439", "Resolution", _to(4, 8), _CLICKS),
    Account("Q269439", "Resolution", (9,), sentences=("q269439.change_takes_effect_later",)),
    Account("Q269439", "Resolution", (11, 12, 18, 20, 22), _DELAY),
    Account("Q269439", "Resolution", (13, 14, 15, 17, 19, 21), _CLICKS),
    Account("Q269439", "Resolution", (16,), "a key that is absent; the model has its value"),
    Account("Q269439", "Resolution", (23,), "whom to ask for help"),
    Account("Q269439", "Resolution", _to(24, 28), _END),
    Account("Q263947", "Header", (1, 2), _FRAME),
    Account("Q263947", "Header", (3,), _PRODUCT),
    Account("Q263947", "Symptoms", (1,), sentences=("q263947.avapi_came_with_sp3",)),
    Account("Q263947", "Cause", (1,), "the Outbox is not modelled; model.builds has its build"),
    Account("Q263947", "Resolution", _to(1, 8), _DOWNLOAD),
    Account("Q263947", "Status", (1,), "about the Outbox, which is not modelled"),
    Account("Q263947", "Status", _to(2, 6), _END),
    Account("Q288848", "Header", (1, 2), _FRAME),
    Account("Q288848", "Header", (3,), sentences=("q288848.mta_affected_before_sp3",)),
    Account("Q288848", "Symptoms", (1,), sentences=("q288848.mta_fails_before",)),
    Account("Q288848", "Symptoms", (2, 3, 4), _LOGGED),
    Account("Q288848", "Cause", (1,), sentences=("q288848.mta_fails_before",)),
    Account("Q288848", "Resolution", (1, 2, 3, 4, 5, 6), _DOWNLOAD),
    Account("Q288848", "Resolution", (7,), extension="consumers"),
    Account("Q288848", "Resolution", (8,), "files that a fix needs; model.builds has it"),
    Account("Q288848", "Workaround", (1,), "another kind of antivirus program, which has no AVAPI"),
    Account("Q288848", "Status", (1,), _PRODUCT),
    Account("Q288848", "More Information", (1, 2), _REFERENCE),
    Account("Q288848", "More Information", (3,), sentences=("q288848.mta_gets_unscanned",)),
    Account("Q288848", "More Information", _to(4, 8), _END),
    Account("Q290621", "Header", (1, 2), _FRAME),
    Account(
        "Q290621",
        "Header",
        (3,),
        sentences=("q290621.rules_affected_before_sp3", "q290621.rules_affected_on_sp4"),
    ),
    Account("Q290621", "Header", (4, 5), _WARNING),
    Account("Q290621", "Symptoms", (1,), sentences=("q290621.rules_affected_on_sp4",)),
    Account("Q290621", "Symptoms", (2, 3), _LOGGED),
    Account("Q290621", "Cause", (1,), sentences=("q290621.rules_affected_on_sp4",)),
    Account("Q290621", "Resolution", (1, 2, 3, 4, 5, 6), _DOWNLOAD),
    Account("Q290621", "Resolution", (7,), extension="consumers"),
    Account("Q290621", "Resolution", (8,), "files that a fix needs; model.builds has it"),
    Account("Q290621", "Workaround", (1, 8, 12), "how often delivery is tried; it has no clock"),
    Account("Q290621", "Workaround", (2,), _WARNING),
    Account("Q290621", "Workaround", (3, 4, 5, 6, 7, 9, 10, 11, 13), _CLICKS),
    Account("Q290621", "Status", (1,), _PRODUCT),
    Account("Q290621", "Status", _to(2, 6), _END),
    Account("Q252869", "Header", (1, 2), _FRAME),
    Account("Q252869", "Header", (3,), _PRODUCT),
    Account("Q252869", "Symptoms", (1,), extension="directory"),
    Account("Q252869", "Symptoms", (2, 4), sentences=("q252869.second_move_loses_mail",)),
    Account("Q252869", "Symptoms", (3,), _LOGGED),
    Account("Q252869", "Cause", (1,), extension="directory"),
    Account(
        "Q252869",
        "Cause",
        (2,),
        sentences=("q252869.second_move_loses_mail", "q252869.only_second_moves_lose_mail"),
    ),
    Account("Q252869", "Workaround", (1, 15), extension="directory"),
    Account("Q252869", "Workaround", (2,), _WARNING),
    Account("Q252869", "Workaround", _to(3, 14), "how to put the directory right, click by click"),
    Account("Q252869", "More Information", (1,), extension="directory"),
    Account("Q252869", "More Information", _to(2, 6), _END),
    Account("Q262491", "Header", (1, 2), _FRAME),
    Account("Q262491", "Header", (3,), _PRODUCT),
    Account("Q262491", "Symptoms", (1,), sentences=("q262491.store_crashes",)),
    Account("Q262491", "Symptoms", (2, 3), _LOGGED),
    Account("Q262491", "Resolution", _to(1, 7), _DOWNLOAD),
    Account("Q262491", "Status", (1,), sentences=("q262491.sp4_does_not_crash",)),
    Account("Q262491", "More Information", (1,), sentences=("q262491.crash_begins_with_2652_19",)),
    Account("Q262491", "More Information", _to(2, 6), _END),
)
"""Every paragraph of every article, once."""
