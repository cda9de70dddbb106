"""How good links are, on pairs known by construction: keys of one environment, which link when their types agree.

The types are hidden and the embedder finds what it can in environments whose pairs had no say in the threshold.
"""

from stages.toolgraph import links
from stages.toolgraph.flatten import Node

FOLDS = 5


def measure(outputs: list[Node], inputs: list[Node], embedder: links.Embedder, precision: float) -> dict[str, float]:
    """Precision and recall over all held-out pairs; 0 where there is nothing to divide by."""
    outputs, inputs = [node for node in outputs if node.entity], [node for node in inputs if node.entity]
    names = sorted({_environment(node) for node in (*outputs, *inputs)})
    fold = {name: place % FOLDS for place, name in enumerate(names)}
    true: set[tuple[str, str]] = set()
    for a in outputs:
        true.update((a.id, b.id) for b in inputs if a.entity == b.entity and a.tool != b.tool)
    found: set[tuple[str, str]] = set()
    for number in sorted(set(fold.values())):
        makers, takers = (_side(side, fold, number, held=False) for side in (outputs, inputs))
        threshold = links.calibrate(makers, takers, embedder, precision).threshold
        makers, takers = (_side(side, fold, number, held=True) for side in (outputs, inputs))
        found.update((link.source, link.target) for link in links.likely(makers, takers, embedder, threshold, False))
    return {
        "link_precision": _share(len(found & true), len(found)),
        "link_recall": _share(len(found & true), len(true)),
    }


def _side(nodes: list[Node], fold: dict[str, int], number: int, held: bool) -> list[Node]:
    """The nodes outside a fold as they are, or those inside it without their types."""
    own = [node for node in nodes if (fold[_environment(node)] == number) is held]
    return [node._replace(entity=None) for node in own] if held else own


def _environment(node: Node) -> str:
    return node.tool.split("/")[0]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
