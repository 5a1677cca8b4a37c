"""Where the parts of a graph go: Graphviz decides, from sizes alone, so that no font matters.

The first renderer that works is taken: ``graphviz-pure`` (a wheel with one program in it, the same
answer on every platform), then a ``dot`` on the path, then pygraphviz. One that fails, or says
anything on stderr, is passed over with a note.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from statecheck.drawing.canvas.scene import Point

_INCH = 72.0
BEST = "graphviz-pure"
"""The renderer of the committed pictures."""

SECONDS = 60
"""A renderer that takes longer is given up."""


Renderer = Callable[[Sequence[str]], Sequence[Any]]
"""What Graphviz says of graphs in DOT, in its JSON."""


class NoRenderer(Exception):  # noqa: N818  (a fact about the machine, reported as it is)
    """No renderer could lay out a graph; says what was tried and what to do."""


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
    """What is to be laid out, from left to right (``LR``) or from the top down (``TB``).

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


def dot(graph: Graph, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """The graph in DOT: sizes, no texts. ``names`` are other ones for what is in it."""
    name = _Names(names)
    lines = [
        "digraph {",
        (
            f"rankdir={graph.direction} compound=true nodesep={graph.gap / _INCH:.3f} "
            f"ranksep={graph.rank_gap / _INCH:.3f}"
        ),
        'node [shape=box fixedsize=true label=""]',
        "edge [arrowsize=0.8]",
        *(_node(node, name) for node in graph.nodes),
        *(f"{{rank=same; {'; '.join(map(name, row))}}}" for row in graph.rows),
    ]
    for cluster in graph.clusters:
        lines += _cluster(cluster, name)
    lines += (_edge(edge, name) for edge in graph.edges)
    return "\n".join([*lines, "}"]) + "\n"


class _Names:
    """What things are called in DOT."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def __call__(self, id_: str, before: str = "") -> str:
        return quoted(before + self.names.get(id_, id_))


def quoted(name: str) -> str:
    """A name as a DOT string."""
    name = re.sub(r"[\x00-\x09\x0b-\x1f]", "\ufffd", name)
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _node(node: Node, name: _Names) -> str:
    size = f"width={node.width / _INCH:.3f} height={node.height / _INCH:.3f}"
    return f"{name(node.id)} [{size}]"


def _room(size: tuple[float, float]) -> str:
    width, height = (max(1, round(side)) for side in size)
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" FIXEDSIZE="TRUE" '
        f'WIDTH="{width}" HEIGHT="{height}"><TR><TD></TD></TR></TABLE>>'
    )


def _cluster(cluster: Cluster, name: _Names) -> Iterator[str]:
    yield f"subgraph {name(cluster.id, 'cluster_')} {{"
    yield f"label={_room(cluster.label)} labeljust=l margin=16"
    yield from (_node(node, name) for node in cluster.nodes)
    for inner in cluster.clusters:
        yield from _cluster(inner, name)
    yield "}"


def _edge(edge: Edge, name: _Names) -> str:
    if edge.hidden:
        ends = f"{name(edge.tail)} -> {name(edge.head)}"
        return f"{ends} [id={name(edge.id)} style=invis minlen=0 weight={edge.weight}]"
    tail, head = (edge.tail, edge.tail_cluster), (edge.head, edge.head_cluster)
    first, last = (head, tail) if edge.back else (tail, head)
    attributes = [f"id={name(edge.id)}"]
    if edge.label[0]:
        attributes.append(f"label={_room(edge.label)}")
    if first[1]:
        attributes.append(f"ltail={name(first[1], 'cluster_')}")
    if last[1]:
        attributes.append(f"lhead={name(last[1], 'cluster_')}")
    if edge.weight != 1:
        attributes.append(f"weight={edge.weight}")
    if edge.length != 1:
        attributes.append(f"minlen={edge.length}")
    if edge.back:
        attributes.append("dir=back")
    return f"{name(first[0])} -> {name(last[0])} [{' '.join(attributes)}]"


# -- renderers ----------------------------------------------------------------------------------


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
    sources = dict.fromkeys(_numbered(graph)[0] for graph in graphs)
    fresh = [source for source in sources if source not in _LAID]
    if fresh:
        _LAID.update(zip(fresh, _laid_out(fresh), strict=True))


_LAID: dict[str, Laid] = {}


@cache
def _numbered(graph: Graph) -> tuple[str, dict[str, str]]:
    """A graph in DOT with numbers for names, and what they stand for: renderers see no names."""
    ids = [*(node.id for node in _nodes(graph)), *(cluster.id for cluster in _clusters(graph))]
    ids += [edge.id for edge in graph.edges]
    numbers = {id_: str(number) for number, id_ in enumerate(dict.fromkeys(ids))}
    return dot(graph, numbers), {number: id_ for id_, number in numbers.items()}


def _clusters(graph: Graph) -> Iterator[Cluster]:
    for cluster in graph.clusters:
        yield from cluster.all()


def _nodes(graph: Graph) -> Iterator[Node]:
    yield from graph.nodes
    for cluster in _clusters(graph):
        yield from cluster.nodes


_NOTES: dict[str, None] = {}


def notes() -> tuple[str, ...]:
    """Which renderers were passed over in this process, and why."""
    return tuple(_NOTES)


def _laid_out(sources: Sequence[str]) -> list[Laid]:
    failures: list[str] = []
    for name, run in renderers():
        try:
            found = [_read(answer) for answer in run(sources)]
        except (OSError, ValueError, KeyError, RuntimeError, subprocess.SubprocessError) as error:
            failures.append(f"{name}: {' '.join(str(error).split())[:300]}")
            continue
        _NOTES.update(dict.fromkeys(f"passed over: {failure}" for failure in failures))
        if name != BEST:
            _NOTES[f"{name} lays out, not {BEST}: pictures may differ from those elsewhere"] = None
        return found
    tried = f" ({'; '.join(failures)})" if failures else ""
    raise NoRenderer(
        f"no renderer for graphs works here{tried}; run: pip install graphviz-pure; "
        "--format dot and --format mermaid need none"
    )


@cache
def renderers() -> Sequence[tuple[str, Renderer]]:
    """What can lay out a graph here, the best first, by name."""
    found: list[tuple[str, Renderer]] = []
    scripts = Path(sysconfig.get_path("scripts"))
    pure = shutil.which("graphviz-pure", path=str(scripts)) or shutil.which("graphviz-pure")
    for name, program in ((BEST, pure), ("dot", shutil.which("dot"))):
        if program is not None:
            found.append((name, _program(program)))
    if importlib.util.find_spec("pygraphviz") is not None:
        found.append(("pygraphviz", _pygraphviz))
    return found


def _program(path: str) -> Renderer:
    def run(sources: Sequence[str]) -> list[Any]:
        done = subprocess.run(  # noqa: S603  (a program that was looked up, and no shell)
            [path, "-Tjson0"],
            input="".join(sources),
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        if done.returncode or done.stderr.strip():
            raise RuntimeError(f"exit code {done.returncode}: {done.stderr.strip()}")
        answers = list(_values(done.stdout))
        if len(answers) != len(sources):
            raise RuntimeError(f"{len(answers)} layouts of {len(sources)} graphs")
        return answers

    return run


def _values(text: str) -> Iterator[Any]:
    """The JSON values in a text, one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while text := text[at:].lstrip():
        value, at = decoder.raw_decode(text)
        yield value


def _pygraphviz(sources: Sequence[str]) -> list[Any]:
    module: Any = importlib.import_module("pygraphviz")
    graphs = (module.AGraph(string=source) for source in sources)
    return [json.loads(graph.draw(format="json0", prog="dot")) for graph in graphs]


# -- the answer ---------------------------------------------------------------------------------


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
