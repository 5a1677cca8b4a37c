"""Every paragraph of the articles is accounted for, and every sentence comes from one."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from pathlib import Path

from proofs.family.paragraphs import ACCOUNTS
from proofs.family.sentences import ARTICLES, SENTENCES

CONTENTS = Path(__file__).parents[2] / "data" / "family.json"
"""For each article and section the first twelve digits of each paragraph's SHA-256, as
`tests/proofs/test_article.py` takes them."""
KNOWN: dict[str, dict[str, list[str]]] = json.loads(CONTENTS.read_text(encoding="utf-8"))


def test_every_paragraph_is_accounted_for_once() -> None:
    accounted = Counter(
        (account.article, account.section, number)
        for account in ACCOUNTS
        for number in account.numbers
    )
    assert accounted == Counter(
        (article, section, number)
        for article, sections in KNOWN.items()
        for section, digests in sections.items()
        for number in range(1, len(digests) + 1)
    )


def test_an_account_says_one_thing() -> None:
    ids = {sentence.id for sentence in SENTENCES}
    for account in ACCOUNTS:
        assert sum(map(bool, (account.reason, account.sentences, account.extension))) == 1, account
        assert set(account.sentences) <= ids, account
        assert all(id_.startswith(account.article.lower()) for id_ in account.sentences), account
        if account.extension:
            documented = importlib.import_module(f"model.family.{account.extension}").__doc__
            assert account.article in str(documented), account


def test_every_sentence_is_made_of_the_paragraph_that_it_names() -> None:
    made = {
        (id_, f"{account.section} {number}")
        for account in ACCOUNTS
        for number in account.numbers
        for id_ in account.sentences
    }
    for sentence in SENTENCES:
        if sentence.article in KNOWN:
            assert (sentence.id, sentence.place) in made, sentence.id
    assert set(ARTICLES) - set(KNOWN) == {"Q271547", "Q276056", "any user"}


def test_paragraphs_that_articles_share_have_one_fate() -> None:
    """The same words, such as a disclaimer's, are no statement in any article."""
    shared = Counter(d for sections in KNOWN.values() for own in sections.values() for d in own)
    for account in ACCOUNTS:
        for number in account.numbers:
            digest = KNOWN[account.article][account.section][number - 1]
            if shared[digest] > 2:
                assert account.reason, account
