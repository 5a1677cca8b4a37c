"""cvc5, as the solver that proves obligations again."""

from __future__ import annotations

from importlib import metadata

from .folder import Refused


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
        self.options = {"tlimit-per": str(max(1, int(seconds * 1000)))}
        if proofs:
            self.options |= {"produce-proofs": "true", "check-proofs": "true"}
        self.version = metadata.version("cvc5")

    def answer(self, text: str) -> str:
        """``unsat``, ``sat``, ``unknown``, or what cvc5 complains about."""
        # Told to expect unsat, cvc5 calls another answer an error.
        text = text.replace("(set-info :status unsat)", "")
        said = self._ask(text, self.options)
        if said == "unknown":
            # Instances refute; only a finite model shows that there is nothing to refute.
            said = self._ask(text, self.options | {"finite-model-find": "true"})
        return said

    def _ask(self, text: str, options: dict[str, str]) -> str:
        cvc5 = self.cvc5
        solver = cvc5.Solver(cvc5.TermManager())
        said = ""
        try:
            for name, value in options.items():
                solver.setOption(name, value)
            parser = cvc5.InputParser(solver)
            parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
            symbols = parser.getSymbolManager()
            while not (command := parser.nextCommand()).isNull():
                said += str(command.invoke(solver, symbols))
        except RuntimeError as error:
            return " ".join(str(error).split())
        return said.strip()
