"""What descriptions tell beside their meaning, and which functions a layman could ask for."""

import json

import pytest

from stages.core.errors import UserError
from stages.core.records import Operation, Parameter
from stages.sources.args_section import arguments
from stages.sources.hints import hints, literal, shown
from stages.sources.layman import plain, sayable, spread
from stages.sources.toolspecs import read_specs

PINNED = {"package": "made-up", "version": "1", "licence": "MIT"}


def parameter(name: str, **more: object) -> Parameter:
    body = {"type": "string", "description": "What it is.", "location": "body", **more}
    return Parameter.model_validate({"name": name, **body})


def operation(description: str, *parameters: Parameter, name: str = "shop.find", resource: str = "shop") -> Operation:
    method = name.rpartition(".")[2]
    return Operation(
        name=name, resource=resource, method=method, http_method="CALL", path="", description=description,
        parameters=parameters,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "about", "examples", "choices", "default"),
    [
        ("City name (e.g., 'Paris', 'Oslo'). Defaults to 'Paris'.", "City name", ("Paris", "Oslo"), (), "Paris"),
        ("Period ('annual', 'quarterly', or 'ttm')", "Period", (), ("annual", "quarterly", "ttm"), None),
        ("Gene symbol (e.g., TP53, BRCA1)", "Gene symbol", ("TP53", "BRCA1"), (), None),
        ("Latitude (-90 to 90). Examples: 52.52 (Berlin), 40.71", "Latitude (-90 to 90)", ("52.52", "40.71"), (), None),
        ("Maximum number of papers (default 10, max 100)", "Maximum number of papers", (), (), "10"),
        ("Determines whether to use the default labels.", "Determines whether to use the default labels", (), (), None),
        ("Velocity [m/s]", "Velocity [m/s]", (), (), None),
        ("", "", (), (), None),
    ],
)
def test_a_description_is_taken_apart(text, about, examples, choices, default):
    assert hints(text) == (about, examples, choices, default)


def test_examples_are_written_in_one_form_and_a_default_gets_its_type():
    assert shown(hints("Town, for example 'Bergen'.")) == "Town (e.g. 'Bergen')"
    assert len(shown(hints("A very long meaning " * 9 + "(e.g., 'x')"))) <= 160
    assert (literal("5", "integer"), literal("true", "boolean"), literal("5", "string")) == (5, True, None)


def test_an_args_section_is_read_in_its_dialects():
    doc = "Do.\n\nArgs:\n    city (str, optional): The city,\n        or town.\n    size: int. How many.\n"
    doc += "    board_id (string): board_id\n\nReturns:\n    dict: x\n"
    found = arguments(doc)
    assert found["city"] == ("str", "The city, or town.")
    assert found["size"] == ("int", "How many.")
    assert found["board_id"] == ("string", "")
    assert "dict" not in found and arguments("Do.") == {}


def test_plumbing_is_refused_and_what_nobody_says_is_left_out():
    town, mark = parameter("town", required=True), parameter("page_token")
    assert plain(operation("Finds shops in a town", town, mark)) == operation("Finds shops in a town", town)
    assert plain(operation("Registers a callback for a town", town)) is None
    assert plain(operation("Finds shops in a town", parameter("api_key", required=True))) is None
    ids = [parameter("shop_id", required=True), parameter("town_id", required=True)]
    assert plain(operation("Finds shops in a town", *ids)) is None


@pytest.mark.parametrize(
    "name", ["etag", "fields", "onBehalfOf", "updateMask", "_x", "parent", "pageToken", "api_version"]
)
def test_unsayable_names(name):
    assert not sayable(parameter(name))


def test_functions_are_spread_over_collections_those_with_more_parameters_first():
    many = [operation("Finds a shop", name=f"a.f{n}", resource="a") for n in range(30)]
    rich = operation("Finds a shop", parameter("x"), parameter("y"), name="a.g", resource="a")
    few = [operation("Finds a house", name="b.f", resource="b")]
    kept = spread([*many, rich, *few], 4)
    assert {o.resource for o in kept} == {"a", "b"} and rich in kept and len(kept) <= 4


def test_tool_specifications_give_functions_with_their_examples(tmp_path):
    spec = {
        "name": "Sky_get_forecast",
        "description": "Get the weather forecast for a city. More.",
        "parameter": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "City name"},
                "days": {"type": ["integer", "null"], "description": "Number of days (default 3)", "maximum": 9},
                "shape": {"type": "object"},
                "unit": {"type": "string", "enum": ["metric", "imperial"], "description": "Unit system"},
            },
            "required": ["city"],
        },
        "test_examples": [{"city": "Oslo", "days": 5}],
    }
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "a.json").write_text(json.dumps([spec, {"name": "no_schema"}]))
    (tmp_path / "kit" / "b.json").write_text("{broken")
    api = read_specs(tmp_path, "kit", PINNED, 10, 5, ("sky",))
    (found,) = api.operations
    assert found.description == "Get the weather forecast for a city."
    assert [(p.name, p.required, p.default) for p in found.parameters] == [
        ("city", True, None), ("days", False, 3), ("unit", False, None),
    ]  # fmt: skip
    assert found.parameters[0].description == "City name (e.g. 'Oslo')"
    assert found.parameters[1].maximum == 9 and found.parameters[2].enum == ("metric", "imperial")
    assert api.left_out["unreadable_file"] == 1
    with pytest.raises(UserError, match="no tool specification"):
        read_specs(tmp_path, "kit", PINNED, 10, 5, ("sea",))
