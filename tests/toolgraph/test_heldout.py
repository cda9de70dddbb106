"""Links measured on environments that had no say in the threshold."""

from stages.toolgraph.flatten import Node
from stages.toolgraph.heldout import measure
from tests.toolgraph.test_graph import vectors


def nodes(environment: str, told: str) -> tuple[list[Node], list[Node]]:
    """Two tables; the key of the first is described as `told` where it is returned."""
    outputs, inputs = [], []
    for table, name in (("a", "zebra"), ("b", "quorum")):
        about = told if table == "a" else name
        entity = f"{environment}:{table}"
        make, get = f"{environment}/make_{table}", f"{environment}/get_{table}"
        outputs.append(Node(f"{make}#out.{table}", make, about, "out", "string", about, False, entity))
        inputs.append(Node(f"{get}#in.{table}", get, name, "in", "string", name, True, entity))
    return outputs, inputs


def test_the_held_out_environment_is_judged_by_the_others_threshold():
    known = [nodes("one", "zebra"), nodes("two", "quorum")]
    outputs, inputs = [[node for pair in known for node in pair[side]] for side in (0, 1)]
    found = measure(outputs, inputs, vectors, 0.9)
    # No threshold is precise enough in `two`, so nothing is found in `one`; exact links do not err.
    assert found == measure(outputs, inputs, vectors, 0.9)
    # `one` says that equal texts link: in `two` that finds the second key's link and a wrong one of the first key.
    assert found["link_recall"] == 0.25 and found["link_precision"] == 0.5


def test_one_environment_alone_has_nothing_to_calibrate_on():
    assert measure(*nodes("one", "zebra"), vectors, 0.9)["link_recall"] == 0
