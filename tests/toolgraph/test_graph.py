"""The graph: flattening, edges, links, labels, audit. envfactory.md 7, 9."""

from itertools import pairwise

import numpy as np

from stages.core.records import Environment
from stages.toolgraph import links
from stages.toolgraph.flatten import inputs
from stages.toolgraph.graph import audit, build, parts
from tests.fixtures.tasks import tasks_environment


def vectors(texts: list[str]) -> np.ndarray:
    """Hashed letters, unit length: equal texts have cosine 1."""
    rows = np.zeros((len(texts), 64))
    for row, text in zip(rows, texts, strict=True):
        for a, b in pairwise(text):
            row[(ord(a) * 31 + ord(b)) % 64] += 1
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def with_tool(**changes) -> Environment:
    """The tasks environment with its first tool's copy changed."""
    environment = tasks_environment()
    tools = (environment.tools[0].model_copy(update=changes), *environment.tools[1:])
    return environment.model_copy(update={"tools": tools})


def test_object_fields_and_array_items_flatten_and_inherit_the_required_flag():
    """envfactory.md 7."""
    schema = {
        "type": "object",
        "required": ["when"],
        "properties": {
            "when": {"type": "object", "properties": {"start": {"type": "string"}}},
            "guests": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        },
    }
    environment = with_tool(parameters=schema, parents={}, key_parameter=None)
    assert [(n.name, n.required) for n in inputs(environment, environment.tools[0])] == [
        ("when.start", True),
        ("guests.name", False),
    ]


def test_the_four_kinds_of_edges_are_there_and_no_tool_follows_itself():
    """envfactory.md 7."""
    environment = tasks_environment()
    known = parts([environment])
    graph = build([environment], links.exact(known.outputs, known.inputs))
    assert {edge["kind"] for _, _, edge in graph.edges(data=True)} == {"input", "output", "fill", "follow"}
    assert not any(a == b for a, b in graph.edges)
    assert graph.edges["google-tasks-v1/tasks_get#in.task", "google-tasks-v1/tasks_get"]["required"]


def test_exact_links_join_only_keys_of_one_table():
    known = parts([tasks_environment()])
    entity = {node.id: node.entity for node in (*known.inputs, *known.outputs)}
    found = links.exact(known.outputs, known.inputs)
    assert found and all(entity[link.source] == entity[link.target] is not None for link in found)


def test_a_likely_link_needs_the_threshold_and_crosses_environments_only_when_asked():
    """envfactory.md 7: just at and just above, cross-server."""
    known = parts([tasks_environment()])
    source = next(n for n in known.outputs if not n.entity and n.type == "string")
    target = source._replace(id="other/t#in.x", tool="other/t", side="in")
    assert list(links.likely([source], [target], vectors, 1.0, True))
    assert not list(links.likely([source], [target], vectors, 1.0, False))
    other = target._replace(description="quite something else")
    cosine = float(np.prod([vectors([source.text]) @ vectors([other.text]).T]))
    assert list(links.likely([source], [other], vectors, cosine - 0.001, True))
    assert not list(links.likely([source], [other], vectors, cosine + 0.001, True))


def test_a_likely_link_never_overrules_a_type():
    known = parts([tasks_environment()])
    typed = {node.id for node in (*known.inputs, *known.outputs) if node.entity}
    found = list(links.likely(known.outputs, known.inputs, vectors, 0.0, True))
    assert found and not any(link.source in typed or link.target in typed for link in found)


def test_the_threshold_reaches_the_precision_asked_for():
    known = parts([tasks_environment()])
    found = links.calibrate(known.outputs, known.inputs, vectors, 0.5)
    assert found.threshold <= 1 and found.precision >= 0.5 and found.true_pairs > 0


def test_minted_keys_are_internal_and_words_and_dates_external():
    environment = tasks_environment()
    graph = build([environment], [])
    label = {about["name"]: about["label"] for _, about in graph.nodes(data=True) if "label" in about}
    assert label["task"] == label["tasklist"] == label["pageToken"] == "internal"
    assert label["title"] == label["due"] == label["status"] == "external"


def test_the_audit_names_inputs_that_nobody_can_supply():
    """envfactory.md 9."""
    environment = tasks_environment()
    known = parts([environment])
    assert audit(build([environment], links.exact(known.outputs, known.inputs))) == []
    found = dict(audit(build([environment], [])))
    assert "no tool returns one" in found["google-tasks-v1/tasks_get#in.task"]
    assert "google-tasks-v1/tasks_list#in.pageToken" not in found
