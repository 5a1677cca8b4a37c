"""Where the parts of a graph go: Graphviz decides, from sizes alone, so that no font matters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from graphviz import Digraph

from statecheck.drawing.canvas.scene import Point
from statecheck.drawing.layout.renderers import render

_INCH = 72.0


@dataclass(frozen=True)
class Node:
    """A node of a size, in pixels."""

    id: str
    width: float
    height: float


@dataclass(frozen=True)
class Edge:
    """An edge with room for a label. Where it starts or ends at a cluster, the node is in it.

    One that goes ``back`` leads to what comes earlier. A ``hidden`` one only orders its ends.
    """

    id: str
    tail: str
    head: str
    label: tuple[float, float] = (0, 0)
    tail_cluster: str = ""
    head_cluster: str = ""
    weight: int = 1
    length: int = 1
    back: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Cluster:
    """Nodes in a frame, with room for a label on top."""

    id: str
    label: tuple[float, float]
    nodes: tuple[Node, ...]
    clusters: tuple[Cluster, ...] = ()

    def all(self) -> Iterator[Cluster]:
        """The cluster and those in it."""
        yield self
        for cluster in self.clusters:
            yield from cluster.all()


@dataclass(frozen=True)
class Graph:
    """A graph to be laid out, from left to right (``LR``) or from the top down (``TB``).

    Nodes of one of the ``rows`` are beside each other.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    clusters: tuple[Cluster, ...] = ()
    direction: str = "LR"
    gap: float = 34
    rank_gap: float = 46
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Laid:
    """A layout: centres of nodes, courses and label centres of edges, frames of clusters.

    Pixels, from the upper left corner. A course is a first point and three more for each curve; its
    last point is the tip of the arrow.
    """

    width: float
    height: float
    nodes: dict[str, Point]
    courses: dict[str, tuple[Point, ...]]
    labels: dict[str, Point]
    frames: dict[str, tuple[float, float, float, float]]


# -- the graph in DOT ---------------------------------------------------------------------------


def dot(graph: Graph) -> str:
    """The graph in DOT: sizes, no texts, and numbers in place of names."""
    return _numbered(graph)[0]


@cache
def _numbered(graph: Graph) -> tuple[str, dict[str, str]]:
    """A graph in DOT with numbers for names, and what they stand for: renderers see no names."""
    ids = [*(node.id for node in _nodes(graph)), *(cluster.id for cluster in _clusters(graph))]
    ids += [edge.id for edge in graph.edges]
    numbers = {id_: str(number) for number, id_ in enumerate(dict.fromkeys(ids))}
    return _source(graph, numbers), {number: id_ for id_, number in numbers.items()}


def _clusters(graph: Graph) -> Iterator[Cluster]:
    for cluster in graph.clusters:
        yield from cluster.all()


def _nodes(graph: Graph) -> Iterator[Node]:
    yield from graph.nodes
    for cluster in _clusters(graph):
        yield from cluster.nodes


def _source(graph: Graph, numbers: Mapping[str, str]) -> str:
    digraph = Digraph()
    digraph.attr(
        rankdir=graph.direction,
        compound="true",
        nodesep=_inches(graph.gap),
        ranksep=_inches(graph.rank_gap),
    )
    digraph.attr("node", shape="box", fixedsize="true", label="")
    digraph.attr("edge", arrowsize="0.8")
    _add_nodes(digraph, graph.nodes, numbers)
    for row in graph.rows:
        with digraph.subgraph() as same_rank:
            same_rank.attr(rank="same")
            for id_ in row:
                same_rank.node(numbers[id_])
    for cluster in graph.clusters:
        _add_cluster(digraph, cluster, numbers)
    for edge in graph.edges:
        _add_edge(digraph, edge, numbers)
    source: str = digraph.source
    return source


def _inches(pixels: float) -> str:
    return f"{pixels / _INCH:.3f}"


def _add_nodes(digraph: Digraph, nodes: Iterable[Node], numbers: Mapping[str, str]) -> None:
    for node in nodes:
        digraph.node(numbers[node.id], width=_inches(node.width), height=_inches(node.height))


def _add_cluster(digraph: Digraph, cluster: Cluster, numbers: Mapping[str, str]) -> None:
    with digraph.subgraph(name=f"cluster_{numbers[cluster.id]}") as frame:
        frame.attr(label=_room(cluster.label), labeljust="l", margin="16")
        _add_nodes(frame, cluster.nodes, numbers)
        for inner in cluster.clusters:
            _add_cluster(frame, inner, numbers)


def _add_edge(digraph: Digraph, edge: Edge, numbers: Mapping[str, str]) -> None:
    number = numbers[edge.id]
    if edge.hidden:
        tail, head = numbers[edge.tail], numbers[edge.head]
        digraph.edge(tail, head, id=number, style="invis", minlen="0", weight=str(edge.weight))
        return
    ends = (edge.tail, edge.tail_cluster), (edge.head, edge.head_cluster)
    (tail, tail_cluster), (head, head_cluster) = ends[::-1] if edge.back else ends
    digraph.edge(
        numbers[tail],
        numbers[head],
        id=number,
        label=_room(edge.label) if edge.label[0] else None,
        ltail=f"cluster_{numbers[tail_cluster]}" if tail_cluster else None,
        lhead=f"cluster_{numbers[head_cluster]}" if head_cluster else None,
        weight=str(edge.weight) if edge.weight != 1 else None,
        minlen=str(edge.length) if edge.length != 1 else None,
        dir="back" if edge.back else None,
    )


def _room(size: tuple[float, float]) -> str:
    """A label of a size, with nothing in it."""
    width, height = (max(1, round(side)) for side in size)
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" FIXEDSIZE="TRUE" '
        f'WIDTH="{width}" HEIGHT="{height}"><TR><TD></TD></TR></TABLE>>'
    )


# -- its layout ---------------------------------------------------------------------------------


def lay_out(graph: Graph) -> Laid:
    """The layout. Raises NoRenderer."""
    prepare([graph])
    source, names = _numbered(graph)
    laid = _LAID[source]
    return replace(
        laid,
        nodes={names[key]: value for key, value in laid.nodes.items()},
        courses={names[key]: value for key, value in laid.courses.items()},
        labels={names[key]: value for key, value in laid.labels.items()},
        frames={names[key]: value for key, value in laid.frames.items()},
    )


def prepare(graphs: Iterable[Graph]) -> None:
    """Lay several graphs out together, to be had from `lay_out`. Raises NoRenderer.

    A renderer takes longer to start than to lay out a graph.
    """
    sources = dict.fromkeys(dot(graph) for graph in graphs)
    fresh = [source for source in sources if source not in _LAID]
    if fresh:
        _LAID.update(zip(fresh, render(fresh, _read), strict=True))


_LAID: dict[str, Laid] = {}


def _read(answer: dict[str, Any]) -> Laid:
    _, _, width, height = map(float, answer["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return round(float(x), 1), round(height - float(y), 1)

    nodes: dict[str, Point] = {}
    frames: dict[str, tuple[float, float, float, float]] = {}
    numbers: dict[int, str] = {}
    for thing in answer.get("objects", ()):
        if "bb" in thing and "pos" not in thing:
            x0, y0, x1, y1 = map(float, thing["bb"].split(","))
            name = thing["name"].removeprefix("cluster_")
            frames[name] = (x0, round(height - y1, 1), x1, round(height - y0, 1))
        elif "pos" in thing:
            numbers[thing["_gvid"]] = thing["name"]
            nodes[thing["name"]] = point(thing["pos"])
    courses, labels = {}, {}
    for edge in answer.get("edges", ()):
        if edge.get("style") != "invis":
            courses[edge["id"]] = tuple(_course(edge["pos"], point))
        if "lp" in edge:
            labels[edge["id"]] = point(edge["lp"])
    return Laid(width, height, nodes, courses, labels, frames)


def _course(text: str, point: Callable[[str], Point]) -> Iterable[Point]:
    """A spline's points in order, with the arrow's tip at the end; one that goes back is turned."""
    parts = text.split(" ")
    points = [point(p) for p in parts if not p.startswith(("e,", "s,"))]
    for part in parts:
        if part.startswith("e,"):
            return [*points, point(part[2:])]
        if part.startswith("s,"):
            return [*points[::-1], point(part[2:])]
    return points
