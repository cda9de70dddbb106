"""Discovery documents: the chosen fourteen, a sweep over others, and the edges."""

import json
from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.params import load
from stages.core.records import Api, Source
from stages.sources import discovery

DOCUMENTS = Path(".packages/googleapiclient/discovery_cache/documents")
SOURCE = Source(package="p", version="1", path="x.json", sha256="0" * 64, licence="MIT")


def read(document: dict, **kwargs) -> Api:
    return discovery.read(document, SOURCE, "office", **kwargs)


def tiny(**method) -> dict:
    schemas = {
        "Pet": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "description": "Assigned by the server."},
                "name": {"type": "string", "description": "Required. The name. Shown to all."},
                "age": {"type": "integer", "enum": ["1", "2"], "default": "2"},
                "mother": {"$ref": "Pet"},
                "etag": {"type": "string", "readOnly": True},
            },
        }
    }
    whole = {"httpMethod": "POST", "path": "pets/{id}", "id": "zoo.pets.insert", "request": {"$ref": "Pet"}, **method}
    return {"name": "zoo", "version": "v1", "schemas": schemas, "resources": {"pets": {"methods": {"insert": whole}}}}


def test_all_chosen_documents_parse_with_a_resource_that_is_created_read_and_listed():
    chosen = load("sources").google
    assert len(chosen) == 14
    for each in chosen:
        api = read(json.loads((DOCUMENTS / f"{each.document}.json").read_bytes()))
        methods: dict[str, set[str]] = {}
        for operation in api.operations:
            methods.setdefault(operation.resource, set()).add(operation.method)
        assert any(m & {"create", "insert"} and {"get", "list"} <= m for m in methods.values()), each.document
        assert all(o.response is None or o.response in api.schemas for o in api.operations)
        assert len({o.name for o in api.operations}) == len(api.operations)


def test_forty_other_documents_parse():
    others = sorted(DOCUMENTS.glob("*.json"), key=lambda path: path.stat().st_size)
    others = [path for path in others if path.stem != "index" and path.stat().st_size < 200_000][5::10][:40]
    assert len(others) == 40
    for path in others:
        try:
            read(json.loads(path.read_bytes()), depth=2)
        except UserError as error:
            assert "describes no method" in error.problem, path


def test_a_body_field_becomes_a_parameter_with_its_prose_flags():
    fields = {p.name: p for p in read(tiny()).operations[0].parameters}
    assert fields["name"].required and fields["name"].location == "body"
    assert fields["name"].description == "The name."
    assert fields["id"].read_only == "prose" and fields["etag"].read_only == "flag"


def test_integer_enums_and_defaults_written_as_text_become_numbers():
    age = next(p for p in read(tiny()).operations[0].parameters if p.name == "age")
    assert age.enum == (1, 2) and age.default == 2


def test_a_recursive_reference_is_cut_and_counted():
    api = read(tiny())
    mother = next(p for p in api.schemas["Pet"].properties if p.name == "mother")
    assert mother.truncated and mother.schema_name == "Pet" and api.left_out["recursive"] >= 1


def test_a_patch_demands_no_body_field():
    assert not any(p.required for p in read(tiny(httpMethod="PATCH")).operations[0].parameters)


def test_an_unknown_schema_is_named_with_the_file_and_the_method():
    with pytest.raises(UserError, match=r"x\.json: pets\.insert\.request: no schema named 'Cat'"):
        read(tiny(request={"$ref": "Cat"}))


@pytest.mark.parametrize("document", [[], {}, {"name": 3}, {"name": "a", "resources": []}, {"name": "a"}])
def test_what_is_no_discovery_document_is_one_named_error(document):
    with pytest.raises(UserError, match=r"^x\.json"):
        read(document)
