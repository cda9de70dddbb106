"""Lists of tools in three dialects become one API, and one that names its verbs becomes an environment."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.core.errors import UserError
from stages.core.params import load
from stages.core.records import Api, Source
from stages.environments.built import Built, build
from stages.environments.recognise import recognise
from stages.sources import tool_list, user

SOURCE = Source(package="path", version="", path="shop.json", sha256="0" * 64, licence="MIT")
TEXT = {"type": "string"}


def takes(required: str = "", **properties: dict) -> dict:
    return {"type": "object", "properties": properties, "required": required.split()}


ORDER = {"title": TEXT, "note": TEXT, "priority": {"type": "string", "enum": ["low", "high"]}}
TOOLS = {
    "create_order": takes("title", **ORDER),
    "get_order": takes("order_id", order_id=TEXT),
    "list_orders": takes(),
    "update_order": takes("order_id", order_id=TEXT, **ORDER),
    "delete_order": takes("order_id", order_id=TEXT),
    "add_order_item": takes("order_id name", order_id=TEXT, name=TEXT, quantity={"type": "integer"}),
    "list_order_items": takes("order_id", order_id=TEXT),
    "remove_order_item": takes("order_id order_item_id", order_id=TEXT, order_item_id=TEXT),
    "estimate_shipping": takes("country", country=TEXT),
}
DIALECTS = {
    "openai": [
        {"type": "function", "function": {"name": name, "description": f"Does {name}.", "parameters": schema}}
        for name, schema in TOOLS.items()
    ],
    "responses": [
        {"type": "function", "name": name, "description": f"Does {name}.", "parameters": schema, "strict": True}
        for name, schema in TOOLS.items()
    ],
    "anthropic": {
        "tools": [
            {"name": name, "description": f"Does {name}.", "input_schema": schema} for name, schema in TOOLS.items()
        ]
    },
    "mcp": {
        "jsonrpc": "2.0",
        "id": 1,
        "result": {
            "tools": [
                {"name": name, "description": f"Does {name}.", "inputSchema": schema} for name, schema in TOOLS.items()
            ]
        },
    },
}


def read(document: object) -> Api:
    return tool_list.read(document, SOURCE, id="user-shop", domain="commerce")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_says_the_same(dialect):
    assert tool_list.is_tool_list(DIALECTS[dialect])
    api = read(DIALECTS[dialect])
    assert api == read(DIALECTS["openai"])
    assert [operation.name for operation in api.operations] == list(TOOLS)
    made = api.operations[0]
    assert [(p.name, p.type, p.required, p.enum) for p in made.parameters] == [
        ("title", "string", True, ()), ("note", "string", False, ()), ("priority", "string", False, ("low", "high")),
    ]  # fmt: skip


def test_a_list_that_names_its_verbs_becomes_an_environment_that_the_gate_proves():
    shape = recognise(read(DIALECTS["mcp"]), 5)
    assert {tool.name: tool.verb for tool in shape.tools} == {
        "create_order": "create", "get_order": "get", "list_orders": "list", "update_order": "patch",
        "delete_order": "delete", "add_order_item": "create", "list_order_items": "list", "remove_order_item": "delete",
    }  # fmt: skip
    assert shape.entity("order_item").parent == "order" and shape.left_out["no_rule"] == 1
    assert isinstance(build(shape, load("environments"), False), Built)


def test_a_result_that_is_described_is_what_a_row_shows():
    order = takes(
        "", id=TEXT, title=TEXT, state={"type": "string"}, updatedAt={"type": "string", "format": "date-time"}
    )
    tools = [
        {"name": name, "inputSchema": schema, "outputSchema": order}
        for name, schema in TOOLS.items()
        if name in ("create_order", "get_order", "delete_order")
    ]
    shape = recognise(read({"tools": tools}), 5)
    assert {field.name for field in shape.entity("order").fields} == {"id", "title", "updatedAt"}


@pytest.mark.parametrize(
    ("name", "method"),
    [("create_order", "CreateOrder"), ("createOrder", "CreateOrder"), ("orders.create", "CreateOrders"),
     ("shop_create_order", "CreateOrder"), ("list-order-items", "ListOrderItems"), ("GetHTTPRoute", "GetHttpRoute"),
     ("weather", "Weather")],
)  # fmt: skip
def test_a_name_is_read_as_verb_and_noun(name, method):
    assert tool_list.spoken(name) == method


def test_a_reference_stays_inside_its_own_tool():
    inside = takes("item", item={"$ref": "#/$defs/Item"}) | {"$defs": {"Item": takes("", name=TEXT)}}
    api = read([{"name": "add_item", "inputSchema": inside}])
    assert api.operations[0].parameters[0].properties[0].name == "name"
    for reference in ("#/$defs/Nothing", "https://example.com/x.json", "file:///etc/passwd", "other.json#/x"):
        bad = takes("item", item={"$ref": reference}) | {"$defs": {"Item": takes()}}
        with pytest.raises(UserError, match="add_item"):
            read([{"name": "add_item", "inputSchema": bad}])


def test_a_tool_named_twice_counts_once():
    api = read([{"name": "get_it", "inputSchema": takes()}, {"name": "get_it", "inputSchema": takes("a", a=TEXT)}])
    assert len(api.operations) == 1 and api.left_out == {"duplicate_tool": 1}


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"tools": []}, {"tools": {}}, [3], [{"inputSchema": {}}], [{"name": ""}], [{"name": 3}],
     [{"name": "x", "inputSchema": 3}], [{"name": "x", "outputSchema": [1]}], [{"type": "function", "function": []}],
     [{"name": f"t{n}"} for n in range(3_000)]],
)  # fmt: skip
def test_what_is_no_tool_list_is_one_line(document):
    with pytest.raises(UserError, match=r"shop\.json: tools"):
        read(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)
WORDS = st.sampled_from(
    [
        "type",
        "properties",
        "required",
        "items",
        "enum",
        "anyOf",
        "allOf",
        "$ref",
        "$defs",
        "default",
        "minimum",
        "format",
    ]
)


@given(
    schema=st.dictionaries(WORDS, JSON | st.dictionaries(WORDS, JSON, max_size=4), max_size=6),
    name=st.text(max_size=12),
)
def test_whatever_a_schema_holds_it_is_an_api_or_a_user_error(schema, name):
    try:
        api = read([{"name": name, "inputSchema": schema, "outputSchema": schema}])
    except UserError:
        return
    assert isinstance(recognise(api, 5, ("state", "existing")).operations, int)


@given(document=JSON, key=st.sampled_from(["tools", "result", "functions"]))
def test_whatever_a_file_holds_it_is_an_api_or_a_user_error(document, key):
    for whole in (document, {key: document}, [document], {key: [document]}):
        tool_list.is_tool_list(whole)
        with pytest.raises(UserError):
            read(whole)
            raise UserError("read", "it was a list of tools after all")


def test_a_users_file_may_be_a_list_of_tools_beside_openapi(tmp_path):
    (tmp_path / "shop.json").write_text(json.dumps(DIALECTS["mcp"]))
    (tmp_path / "pets.yaml").write_text("openapi: 3.0.0\npaths:\n  /pets:\n    get: {operationId: list_pets}\n")
    assert [api.id for api in user.read(tmp_path, "commerce")] == ["user-pets", "user-shop"]
    (tmp_path / "pets.yaml").unlink()
    (tmp_path / "shop.json").write_text('{"tool": []}')
    with pytest.raises(UserError, match=r"no OpenAPI document .* and no list of tools"):
        user.read(tmp_path, "commerce")
