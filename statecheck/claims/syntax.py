"""The syntax of claims that are written as expressions, about systems and about single machines.

``P ==> Q`` has a premise; ``P ~> Q`` says that Q comes after P. Each part is a Python expression,
whose code is made to check each truth value. Beside the claims stand assumptions about runs.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from statecheck.claims.claim import Kind
from statecheck.modeling import ModelError

IMPLIES, LEADS_TO = "==>", "~>"

TRUTH = "__truth"
"""The name, in the code of a claim, of the function that checks a truth value."""


def premise_and_conclusion(kind: Kind, text: str) -> tuple[str, str]:
    """The premise, empty where there is none, and the conclusion. Raises ModelError."""
    for sign, wanted in ((LEADS_TO, True), (IMPLIES, False)):
        is_right = (kind is Kind.EVENTUALLY) is wanted
        if text.count(sign) > 1:
            raise ModelError(f"{text!r} has {sign} more than once; use not, and, or inside")
        if sign in text and not is_right:
            other = LEADS_TO if sign == IMPLIES else IMPLIES
            raise ModelError(f"{text!r}: what is {kind} is written with {other}, not with {sign}")
        if sign in text:
            premise, _, conclusion = text.partition(sign)
            return premise.strip(), conclusion.strip()
    if kind is Kind.EVENTUALLY:
        raise ModelError(f"{text!r}: what happens in the end is written P {LEADS_TO} Q")
    return "", text.strip()


def parsed(part: str, text: str) -> ast.Expression:
    """The tree of a part of a claim's text. Raises ModelError if it is no expression, or is nested
    too deeply.
    """
    try:
        tree = ast.parse(part, mode="eval")
    except (SyntaxError, ValueError) as error:
        message = getattr(error, "msg", error)
        raise ModelError(f"{text!r} is not a Python expression: {_hint(part) or message}") from None
    except (RecursionError, MemoryError):
        raise _too_deep(text) from None
    layer: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        layer = [inner for outer in layer for inner in ast.iter_child_nodes(outer)]
        if not layer:
            return tree
    raise _too_deep(text)


DEEPEST = 300
"""So many levels an expression may have."""


def _too_deep(text: str) -> ModelError:
    return ModelError(
        f"{text[:40]!r}, which goes on, is nested in more than {DEEPEST} levels; say it in parts"
    )


_OTHER_LANGUAGES = (
    (r"^\s*$", "a part of it is empty"),
    (r"&&", "write and, not &&"),
    (r"\|\|", "write or, not ||"),
    (r"!(?!=)", "write not, not !"),
    (r"[=-]>", "write P ==> Q for a premise, >= for a comparison"),
    (r"(?<![=!<>:])=(?!=)", "write == for a comparison, not ="),
)
"""Signs that other languages have, and what to write in their place."""


def _hint(part: str) -> str:
    """The advice for a part that is no Python; empty where there is none."""
    return next((advice for sign, advice in _OTHER_LANGUAGES if re.search(sign, part)), "")


class TruthChecks(ast.NodeTransformer):
    """Puts a check around each part of an expression that has to be a truth value."""

    def truth(self, node: ast.expr) -> ast.expr:
        """A part that has to be a truth value."""
        if isinstance(node, ast.BoolOp):
            return ast.BoolOp(node.op, [self.truth(value) for value in node.values])
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ast.UnaryOp(node.op, self.truth(node.operand))
        return self.checked(node)

    def checked(self, node: ast.expr) -> ast.expr:
        """A part that has to be a truth value, and is not made of others."""
        shown = ast.Constant(ast.unparse(node))
        return ast.Call(ast.Name(TRUTH, ast.Load()), [self.visit(node), shown], [])

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Its operands are truth values."""
        return self.truth(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """A negated expression is a truth value."""
        if isinstance(node.op, ast.Not):
            return self.truth(node)
        self.generic_visit(node)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """A deciding expression is a truth value."""
        return ast.IfExp(self.truth(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        """A selecting expression is a truth value."""
        node.iter = self.visit(node.iter)
        node.ifs = [self.truth(condition) for condition in node.ifs]
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """All() and any() ask for truth values."""
        match node:
            case ast.Call(func=ast.Name(id="all" | "any"), args=[ast.GeneratorExp() as each]):
                each.elt = self.truth(each.elt)
                each.generators = [self.visit_comprehension(part) for part in each.generators]
            case _:
                self.generic_visit(node)
        return node


@dataclass(frozen=True)
class AssumedTexts:
    """Actions to which runs are weakly or strongly fair, steps that are ``never`` seen from a
    premise on or only ``finitely`` often, and what holds ``initially``.
    """

    fair: tuple[str, ...] = ()
    strongly_fair: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    finitely: tuple[str, ...] = ()
    initially: tuple[str, ...] = ()

    def about_ends(self) -> tuple[str, str] | None:
        """The first option that only --eventually has a use for, and its value."""
        for option, texts in (
            ("--strongly-fair", self.strongly_fair),
            ("--never", self.never),
            ("--finitely", self.finitely),
        ):
            if texts:
                return option, texts[0]
        return None


def check_use(assumed: AssumedTexts, *, has_ends: bool) -> None:
    """Raise ModelError where an assumption about the end of runs would go without a claim."""
    unused = None if has_ends else assumed.about_ends()
    if unused is not None:
        raise ModelError(of_no_use(*unused))


def of_no_use(option: str, text: str) -> str:
    """The message for an assumption about the end of runs that no claim has a use for."""
    return (
        f"{option} {text}: only --eventually 'P ~> Q' has a use for it; leave it out, or claim "
        "what happens in the end"
    )
