"""cvc5, as the solver that proves obligations again."""

from __future__ import annotations

import time
from importlib import metadata

from .folder import Refused

FIRST_SHARE = 0.5
"""So many seconds each way has at first; then twice as many, and so on."""

UNKNOWN = "unknown"

_WAYS: tuple[dict[str, str], ...] = ({}, {"enum-inst": "true"}, {"finite-model-find": "true"})
"""cvc5's own way; instances of all terms, where none calls for one; a finite model, which alone
shows that there is nothing to refute.
"""


class Solver:
    """cvc5. ``seconds`` limit each obligation; ``proofs`` has cvc5 check its own proofs."""

    def __init__(self, seconds: float, *, proofs: bool) -> None:
        try:
            import cvc5  # noqa: PLC0415  (what is missing is reported)
        except ImportError:
            raise Refused(
                "cvc5 is not installed; install it with: python -m pip install cvc5"
            ) from None
        self.cvc5 = cvc5
        self.seconds = seconds
        self.options: dict[str, str] = {}
        if proofs:
            self.options |= {"produce-proofs": "true", "check-proofs": "true"}
        self.version = metadata.version("cvc5")

    def answer(self, text: str) -> str:
        """``unsat``, ``sat``, ``UNKNOWN``, or what cvc5 complains about."""
        # Told to expect unsat, cvc5 calls another answer an error.
        text = text.replace("(set-info :status unsat)", "")
        quantified = "(forall " in text or "(exists " in text
        ways, said = list(_WAYS if quantified else _WAYS[:1]), UNKNOWN
        end = time.monotonic() + self.seconds
        share = FIRST_SHARE if quantified else self.seconds
        while ways:
            tried, ways = ways, []
            for way in tried:
                left = end - time.monotonic()
                if left <= 0:
                    return said
                said, in_time = self._ask(text, way, min(share, left))
                if said != UNKNOWN:
                    return said
                if not in_time:  # otherwise it will not know later, either
                    ways.append(way)
            share *= 2
        return said

    def _ask(self, text: str, way: dict[str, str], seconds: float) -> tuple[str, bool]:
        """The answer of cvc5, and false where it had more to do when its time was up."""
        cvc5 = self.cvc5
        solver = cvc5.Solver(cvc5.TermManager())
        said = ""
        try:
            limit = {"tlimit-per": str(max(1, int(seconds * 1000)))}
            for name, value in (self.options | limit | way).items():
                solver.setOption(name, value)
            parser = cvc5.InputParser(solver)
            parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
            symbols = parser.getSymbolManager()
            while not (command := parser.nextCommand()).isNull():
                said += str(command.invoke(solver, symbols))
        except RuntimeError as error:
            return " ".join(str(error).split()), True
        said = said.strip()
        if not said.startswith(UNKNOWN):
            return said, True
        # Some answers have the reason beside them, others not.
        return UNKNOWN, "timeout" not in str(solver.getInfo("reason-unknown")).lower()
