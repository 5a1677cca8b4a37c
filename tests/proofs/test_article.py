"""Every paragraph of the article is accounted for, and every claim comes from somewhere."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

import pytest

from model.assumptions import ASSUMPTIONS
from proofs.article import BEYOND_THE_ARTICLE, PARAGRAPHS
from proofs.catalogue import CLAIMS

ROOT = Path(__file__).parents[2]
ARTICLE = next(iter(ROOT.parent.glob("shared/seed/*.txt")), None)
CONTENTS = Path(__file__).parents[1] / "data" / "article.json"
"""The article's sections with the SHA-256 of each paragraph;
`python tests/proofs/test_article.py ARTICLE` prints it."""


def contents(text: str) -> dict[str, list[str]]:
    """The digests of the paragraphs by section; headings are underlined capitals."""
    found: dict[str, list[str]] = {}
    own = found.setdefault("Header", [])
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip().split("\n")
        if not lines[0]:
            continue
        if len(lines) > 1 and lines[0].isupper() and re.fullmatch("=+", lines[1].strip()):
            own = found.setdefault(lines[0].title(), [])
            continue
        words = " ".join(block.split())
        own.append(hashlib.sha256(words.encode()).hexdigest())
    return found


def test_no_paragraph_is_missing() -> None:
    known: dict[str, list[str]] = json.loads(CONTENTS.read_text(encoding="utf-8"))
    assert [(p.section, p.number, p.fingerprint) for p in PARAGRAPHS] == [
        (section, number, digest[:12])
        for section, digests in known.items()
        for number, digest in enumerate(digests, 1)
    ]


def test_the_contents_are_those_of_the_article() -> None:
    if ARTICLE is None:
        pytest.skip("the article is not here")
    known = json.loads(CONTENTS.read_text(encoding="utf-8"))
    assert known == contents(ARTICLE.read_text(encoding="utf-8"))


def test_no_sentence_of_the_article_is_in_the_project() -> None:
    if ARTICLE is None:
        pytest.skip("the article is not here")
    words = ARTICLE.read_text(encoding="utf-8").split()
    phrases = {" ".join(words[i : i + 12]).lower() for i in range(len(words) - 11)}
    for path in [*ROOT.glob("*.md"), *ROOT.rglob("model/**/*.py"), *ROOT.rglob("proofs/**/*.py")]:
        text = path.read_text(encoding="utf-8").split()
        own = {" ".join(text[i : i + 12]).lower() for i in range(len(text) - 11)}
        assert not own & phrases, f"{path} copies {min(own & phrases)!r}"


def test_each_paragraph_is_claimed_or_explained() -> None:
    claims = {claim.id for claim in CLAIMS}
    assumptions = {assumption.id for assumption in ASSUMPTIONS}
    for paragraph in PARAGRAPHS:
        assert bool(paragraph.claims) != bool(paragraph.not_modelled), paragraph
        assert set(paragraph.claims) <= claims, paragraph
        assert set(paragraph.assumptions) <= assumptions, paragraph


def test_each_claim_comes_from_somewhere() -> None:
    made = {claim for paragraph in PARAGRAPHS for claim in paragraph.claims}
    assert {claim.id for claim in CLAIMS} == made | set(BEYOND_THE_ARTICLE)
    assert not made & set(BEYOND_THE_ARTICLE)


if __name__ == "__main__":
    article = Path(sys.argv[1]).read_text(encoding="utf-8")
    sys.stdout.write(json.dumps(contents(article), indent=1) + "\n")
