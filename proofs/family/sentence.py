"""Sentences of articles, declared as claims about the whole family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from proofs.family.site import FAMILY
from statecheck.claims.catalogue import Catalogue
from statecheck.claims.claim import Claim, Kind, Section

Condition = tuple[tuple[str, bool], ...]
"""Readings, and whether they are taken; all of them together."""

ANY: tuple[Condition, ...] = ((),)
NEVER: tuple[Condition, ...] = ()

Declare = Callable[[Callable[..., Any]], Callable[..., Any]]
"""A decorator of a claim's body."""


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of an article, as a claim. ``place`` is its section and paragraph there.

    ``holds`` are conditions, one of which holds in each reading that one expects it to hold in.
    """

    claim: Claim
    article: str
    place: str
    holds: tuple[Condition, ...]

    @property
    def id(self) -> str:
        """The article's number and a name."""
        return self.claim.id

    @property
    def is_possibility(self) -> bool:
        """It says that some run gets somewhere."""
        return self.claim.kind is Kind.POSSIBLE


class Sentences:
    """Sentences in the order in which they are declared."""

    def __init__(self) -> None:
        self.catalogue = Catalogue(FAMILY)
        self.declared: list[Sentence] = []

    def always(self, article: str, place: str, holds: tuple[Condition, ...] = ANY) -> Declare:
        """Declare what an article says holds always."""
        return self._declare(self.catalogue.always, article, place, holds)

    def possible(self, article: str, place: str, holds: tuple[Condition, ...] = ANY) -> Declare:
        """Declare what an article says may happen."""
        return self._declare(self.catalogue.possible, article, place, holds)

    def _declare(
        self,
        declare: Callable[[str, Section], Declare],
        article: str,
        place: str,
        holds: tuple[Condition, ...],
    ) -> Declare:
        def register(body: Callable[..., Any]) -> Callable[..., Any]:
            name = article.lower().replace(" ", "_")
            declare(f"{name}.{body.__name__}", Section(article, part=place))(body)
            self.declared.append(Sentence(self.catalogue.claims[-1], article, place, holds))
            return body

        return register
