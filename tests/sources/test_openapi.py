"""Swagger 2.0 and OpenAPI 3: the real Jupyter file, every edge, hostile references. FAULTS 29 to 32."""

from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.records import Api, Field, Source
from stages.sources import files, openapi, user

JUPYTER = Path(".packages/jupyter_server/services/api/api.yaml")
SOURCE = Source(package="path", version="1", path="a.yaml", sha256="0" * 64, licence="MIT")


def read(text: str, **others: str) -> Api:
    documents = {"a.yaml": files.parse_yaml(text.encode(), "a.yaml")}
    documents |= {f"{name}.yaml": files.parse_yaml(body.encode(), name) for name, body in others.items()}
    return openapi.read(documents, "a.yaml", SOURCE, id="user-a", domain="other")


def body(schema: str) -> dict[str, Field]:
    """The fields of a request body of one property `x` with that schema (flow YAML)."""
    api = read(
        "openapi: 3.1.0\npaths:\n  /pets:\n    post:\n      requestBody:\n        content:\n"
        "          application/json:\n"
        f"            schema: {{type: object, required: [x], properties: {{x: {schema}}}}}\n"
    )
    return {p.name: p for p in api.operations[0].parameters}


def with_reference(reference: str) -> str:
    return (
        "openapi: 3.0.0\npaths:\n  /pets:\n    get:\n      responses:\n        200:\n          content:\n"
        f"            application/json:\n              schema: {{$ref: '{reference}'}}\n"
        "components:\n  schemas:\n    Pet: {type: object, properties: {mother: {$ref: '#/components/schemas/Pet'}}}\n"
    )


def test_the_jupyter_file_has_all_its_operations_and_no_ghost():
    document = files.parse(JUPYTER.read_bytes(), JUPYTER.name)
    api = openapi.read({"api.yaml": document}, "api.yaml", SOURCE, id="jupyter-server", domain="developer")
    assert len(api.operations) == 32
    assert {o.http_method for o in api.operations} <= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    get = next(o for o in api.operations if o.path.endswith("/sessions/{session}") and o.method == "get")
    assert [(p.name, p.location, p.required) for p in get.parameters] == [("session", "path", True)]


def test_path_level_parameters_belong_to_each_method_and_are_no_tool():
    """FAULTS 29."""
    api = read(
        "openapi: 3.0.0\npaths:\n  /pets/{id}:\n    parameters:\n    - {name: id, in: path, schema: {type: string}}\n"
        "    get: {operationId: get_pet}\n    delete: {operationId: delete_pet}\n"
    )
    assert [o.name for o in api.operations] == ["get_pet", "delete_pet"]
    assert all([p.name for p in o.parameters] == ["id"] for o in api.operations)


def test_all_of_keeps_every_part_of_the_body():
    """FAULTS 29."""
    fields = body("{allOf: [{properties: {a: {type: string}}, required: [a]}, {properties: {b: {type: integer}}}]}")
    assert [(p.name, p.type, p.required) for p in fields["x"].properties] == [
        ("a", "string", True),
        ("b", "integer", False),
    ]


def test_a_recursive_reference_is_cut():
    """FAULTS 30."""
    api = read(with_reference("#/components/schemas/Pet"))
    assert api.schemas["Pet"].properties[0].truncated and api.left_out["recursive"] == 1


def test_integer_enums_stay_integers():
    """FAULTS 31."""
    assert body("{type: integer, enum: [1, 2]}")["x"].enum == (1, 2)


def test_one_union_costs_its_field_the_type_and_nothing_else():
    """FAULTS 32."""
    fields = body("{oneOf: [{type: object, properties: {a: {type: string}}}, {type: string}]}, y: {type: string}")
    assert fields["x"].type == "any" and fields["x"].truncated and fields["y"].type == "string"


@pytest.mark.parametrize(
    "schema",
    ["{type: [string, 'null']}", "{type: string, nullable: true}", "{anyOf: [{type: string}, {type: 'null'}]}"],
)
def test_the_three_ways_to_say_nullable_are_one_type(schema):
    assert body(schema)["x"].type == "string"


def test_an_exponent_in_yaml_is_a_number():
    assert body("{type: number, minimum: 1e-5, default: 1e-5}")["x"].minimum == 1e-5


def test_a_default_json_cannot_hold_is_dropped():
    assert body("{type: number, default: .nan, maximum: .inf}")["x"].default is None


def test_a_shared_operation_id_leaves_both_operations_with_names_of_their_own():
    api = read("openapi: 3.0.0\npaths:\n  /a: {get: {operationId: x}}\n  /b: {get: {operationId: x}}\n")
    assert [o.name for o in api.operations] == ["x", "get /b"] and api.left_out["duplicate_operation_id"] == 1


@pytest.mark.parametrize(
    "reference",
    ["file:///etc/passwd", "http://h/x.yaml#/A", "../x.yaml#/A", "/etc/passwd", "C:\\x.yaml", "other.yaml#/A", "#/no"],
)
def test_a_reference_never_leaves_the_given_files(reference):
    with pytest.raises(UserError, match=r"a\.yaml: \$ref"):
        read(with_reference(reference))


def test_a_reference_into_another_given_file_is_followed():
    api = read(with_reference("pets.yaml#/Pet"), pets="Pet: {type: object, properties: {name: {type: string}}}")
    assert api.schemas["Pet"].properties[0].name == "name"


def test_references_in_a_ring_are_an_error_not_a_hang():
    text = with_reference("#/components/schemas/A") + "    A: {$ref: '#/components/schemas/A'}\n"
    with pytest.raises(UserError, match="leads through more than"):
        read(text)


@pytest.mark.parametrize("text", ["[]", "openapi: 3.0.0", "openapi: 3.0.0\npaths: []", "openapi: 3.0.0\npaths: {}"])
def test_what_is_no_openapi_document_is_one_named_error(text):
    with pytest.raises(UserError, match=r"^a\.yaml: (openapi|paths)"):
        read(text)


def test_a_users_folder_is_read_without_links_that_leave_it(tmp_path):
    folder = tmp_path / "apis"
    folder.mkdir()
    (folder / "zoo.yaml").write_text("openapi: 3.0.0\npaths: {/pets: {get: {}}}\n")
    (tmp_path / "secret.yaml").write_text("openapi: 3.0.0\npaths: {/keys: {get: {}}}\n")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    assert [api.id for api in user.read(folder, "other")] == ["user-zoo"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match="no such file or folder"):
        user.read(tmp_path / "none", "other")


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ("{type: string, example: kale}", ("kale",)),
        ("{type: [string, 'null'], examples: [kale, garlic]}", ("kale", "garlic")),
        ('{type: string, description: \'What grows, e.g. "kale" or "garlic".\'}', ("kale", "garlic")),
        ("{type: integer, description: 'How many, e.g. 3.'}", ()),
        ("{type: string, enum: [a, b], description: 'Such as \"a\".'}", ()),
    ],
)
def test_values_that_a_description_shows_come_along(schema, shown):
    assert body(schema)["x"].examples == shown


def test_an_example_of_a_whole_object_shows_one_of_each_property():
    found = body(
        "{type: object, example: {name: Rex, legs: 4}, properties: {name: {type: string}, legs: {type: integer}}}"
    )
    assert {field.name: field.examples for field in found["x"].properties} == {"name": ("Rex",), "legs": (4,)}


def test_a_field_without_examples_is_written_as_before():
    assert "examples" not in Field(name="a", type="string").model_dump_json()
    shown = Field(name="a", type="string", examples=("x",))
    assert Field.model_validate_json(shown.model_dump_json()) == shown
