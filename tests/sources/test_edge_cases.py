"""One description with all that breaks peers in it, read, compiled and proved: nothing of it may cost more than itself."""

import pytest

from stages.core.engine import Runtime
from stages.core.params import load
from stages.environments.built import Built, build
from stages.environments.recognise import recognise
from stages.sources import user

ODD = """
openapi: 3.1.0
info: {title: Odd shop, version: 2024-01-01}
paths:
  /things:
    parameters:
      - {name: tenant-id, in: header, schema: {type: string}}
    post:
      operationId: createThing
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/NewThing'}}}}
      responses: {201: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
    get:
      operationId: listThings
      parameters:
        - {name: max-results, in: query, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: $filter, in: query, schema: {type: string}}
        - {name: class, in: query, schema: {type: string}}
      responses:
        200: {content: {application/json: {schema: {$ref: '#/components/schemas/Things'}}}}
  /things/{thing.id}:
    parameters:
      - {name: thing.id, in: path, required: true, schema: {type: string}}
    get:
      operationId: getThing
      responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
    patch:
      operationId: createThing
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/NewThing'}}}}
      responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
    delete:
      operationId: import
      responses: {204: {}}
components:
  schemas:
    NewThing:
      type: object
      required: [title]
      properties:
        title: {type: string}
        class: {type: string, description: A keyword of Python.}
        from: {type: string}
        weight: {type: [number, 'null'], minimum: 1e-5}
        made: {type: string, format: date, example: 2020-01-01}
        grade: {type: integer, enum: [1, 2, 3]}
        size: {$ref: '#/$defs/Size'}
        extra: {type: object, additionalProperties: true}
        kind: {oneOf: [{type: string}, {type: integer}]}
        note: {anyOf: [{type: string}, {type: 'null'}]}
        parent: {$ref: '#/components/schemas/NewThing'}
        "dash-ed": {type: string}
        "$ref2": {type: string}
    Things:
      type: object
      properties: {items: {type: array, items: {$ref: '#/components/schemas/Thing'}}}
    Thing:
      allOf:
        - {$ref: '#/components/schemas/NewThing'}
        - {type: object, properties: {id: {type: string, readOnly: true}}}
$defs:
  Size: {type: object, properties: {width: {type: number}, unit: {type: string}}}
"""


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    path = tmp_path_factory.mktemp("odd") / "odd.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + ODD.encode())  # with a byte order mark
    (found,) = user.read(path, "other")
    return found


@pytest.fixture(scope="module")
def built(api):
    made = build(recognise(api, 9, ("state",)), load("environments"), False)
    assert isinstance(made, Built), made
    return made


def test_path_level_parameters_belong_to_every_method_and_are_no_tool(api):
    assert [operation.http_method for operation in api.operations] == ["POST", "GET", "GET", "PATCH", "DELETE"]
    assert all(any(p.name == "tenant-id" for p in o.parameters) for o in api.operations if o.path == "/things")


def test_an_operation_id_that_stands_twice_or_is_a_keyword_harms_nobody(api, built):
    assert len({operation.name for operation in api.operations}) == 5 and api.left_out["duplicate_operation_id"] == 1
    assert [tool.name for tool in built.environment.tools] == [
        "things_create", "things_list", "things_get", "things_patch", "things_delete",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("class", {"type": "string"}),
        ("from", {"type": "string"}),
        ("weight", {"type": "number", "minimum": 1e-5}),
        ("made", {"type": "string", "format": "date"}),
        ("grade", {"type": "integer", "enum": [1, 2, 3]}),
        ("note", {"type": "string"}),
        ("size", {"type": "object", "properties": {"width": {"type": "number"}, "unit": {"type": "string"}}}),
    ],
    ids=[
        "a keyword",
        "another",
        "a type list and 1e-5",
        "a date that YAML knows",
        "an integer enum",
        "anyOf null",
        "$defs",
    ],
)
def test_each_kind_of_field_is_an_argument_as_it_was_described(built, name, expected):
    argument = built.environment.tool("things_create").parameters["properties"][name]
    assert {key: argument[key] for key in expected} == expected


def test_what_cannot_be_said_is_counted_and_costs_its_own_field(api, built):
    assert api.left_out == {"duplicate_operation_id": 1, "recursive": 3, "union": 3}
    left = built.environment.left_out
    assert (left["free_form_map"], left["odd_name"], left["too_deep"]) == (1, 2, 1)
    assert left["optional_argument"] == 3  # the header, twice, and $filter, whose syntax nobody describes


def test_names_with_dashes_and_dots_work_when_called(built):
    session = Runtime(built.environment).open(next(s for s in built.scenarios if s.expect == "load"))
    made = session.call("things_create", {"title": "a", "class": "b", "from": "c", "grade": 2, "made": "2020-01-01"})
    assert made.ok and made.value["class"] == "b"
    assert session.call("things_get", {"thing.id": made.value["id"]}).value == made.value
    assert len(session.call("things_list", {"max-results": 1, "class": "b"}).value["items"]) == 1
    assert session.call("things_create", {"title": "a", "grade": 4}).error == "INVALID_ARGUMENT"


def test_the_gate_proves_it(built):
    assert built.gate["passed"] and built.gate["mutation"]["score"] == 1.0
