"""The greatest entity by a number that another claim compares, not the one to be shown."""

from __future__ import annotations

from pathlib import Path

from statecheck.modeling import NO_VARIANT
from statecheck.prover.context import ProofContext
from statecheck.prover.induction_results import lemma_of_claim
from statecheck.safety.joint.consequences import Consequence, consequences
from tests.statecheck.reference.modules import written

TREE = """
from __future__ import annotations

from statemachine import State

from statecheck import Catalogue, Entity, Machine, Many, System, action, anything, assume


class Place(Machine):
    out = State(initial=True)
    within = State()
    parent: Node = anything()
    depth: int = 0
    join = out.to(within, on="note")
    turn = within.to.itself(on="note")
    leave = within.to(out)

    def note(self, parent: Node, depth: int) -> None:
        self.parent = parent
        self.depth = depth


class Node(Entity):
    place: Place


class Tree(System):
    nodes: Many[Node]

    @action
    def plant(self, node: Node) -> None:
        node.place.join(parent=node, depth=0)

    @action
    def join(self, node: Node, parent: Node) -> None:
        if parent.place.within.is_active:
            node.place.join(parent=parent, depth=parent.place.depth + 1)

    @action
    def leave(self, node: Node) -> None:
        if not any(
            other.place.within.is_active and other.place.parent == node and other != node
            for other in self.nodes
        ):
            node.place.leave()


CATALOGUE = Catalogue(Tree)


@CATALOGUE.always("deeper", "Safety")
def deeper(tree: Tree, node: Node) -> bool:
    assume(node.place.within.is_active and node.place.parent != node)
    parent = node.place.parent.place
    return parent.within.is_active and parent.depth < node.place.depth


@CATALOGUE.always("leaf", "Safety")
def leaf(tree: Tree, node: Node) -> bool:
    assume(node.place.within.is_active)
    return any(
        one.place.within.is_active
        and not any(
            other.place.within.is_active and other.place.parent == one and other != one
            for other in tree.nodes
        )
        for one in tree.nodes
    )
"""

ON_LEVEL = "parent.within.is_active and parent.depth <= node.place.depth"


def followed(path: Path, text: str, *names: str) -> list[Consequence]:
    """The proofs of *leaf* from the claims of these names, with no clause that is mined."""
    catalogue = written(path, text).CATALOGUE
    context = ProofContext(catalogue.system, catalogue.claims, ())
    lemmas = {claim.id: lemma_of_claim(context, claim) for claim in catalogue.claims}
    known = [lemmas[name] for name in names]
    asked = context.induction, [lemmas["leaf"]], known, (), NO_VARIANT
    return [*consequences(*asked, alone=True)]


def test_the_deepest_is_a_leaf_where_another_claim_is_about_depth(tmp_path: Path) -> None:
    (found,) = followed(tmp_path / "tree.py", TREE, "deeper")
    assert found.extreme is not None
    assert found.extreme.text.startswith("some Node has the greatest node.place.depth")


def test_where_children_are_no_deeper_no_leaf_follows(tmp_path: Path) -> None:
    deeper = "parent.within.is_active and parent.depth < node.place.depth"
    text = TREE.replace(deeper, ON_LEVEL)
    assert text != TREE
    assert followed(tmp_path / "level.py", text, "deeper") == []
    assert followed(tmp_path / "alone.py", TREE) == []
