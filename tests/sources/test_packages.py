"""Packages: AWS models, Python functions, pins, and the rule of breadth."""

import ast
import json
from pathlib import Path

import pytest

from stages.core.errors import UserError
from stages.core.params import load
from stages.core.records import Api, Source
from stages.sources import aws, aws_examples, discovery, files, prose
from stages.sources.breadth import candidates
from stages.sources.numpydoc import parameters, typed
from stages.sources.pins import distribution, read_pinned
from stages.sources.python import _functions, read_module
from stages.sources.text import brief

ROOT = Path(".packages")
SOURCE = Source(package="p", version="1", path="x.json", sha256="0" * 64, licence="MIT")


def service(name: str, date: str) -> Api:
    path = f"botocore/data/{name}/{date}/service-2.json.gz"
    document = json.loads(files.unpack((ROOT / path).read_bytes(), path))
    return aws.read(document, SOURCE, "data", name)


def test_every_chosen_service_parses_with_short_plain_descriptions():
    for each in load("sources").aws:
        api = service(each.service, each.date)
        assert api.operations and not any("<" in o.description and ">" in o.description for o in api.operations)
        assert all(len(o.description) <= 160 for o in api.operations)


def test_a_service_keeps_its_own_error_names_and_required_members():
    create = next(o for o in service("codecommit", "2015-04-13").operations if o.name == "CreateRepository")
    assert "RepositoryNameExistsException" in create.errors
    assert [p.name for p in create.parameters if p.required] == ["repositoryName"]


def test_an_example_file_shows_what_real_calls_held():
    path = "botocore/data/appconfig/2019-10-09/service-2.json.gz"
    model = files.parse_json(files.unpack((ROOT / path).read_bytes(), path), path)
    shown = aws_examples.beside(ROOT, path, {"package": "botocore", "version": "1", "licence": "MIT"})
    plain, coloured = (aws.read(model, SOURCE, "data", "appconfig", calls=one) for one in (None, shown))
    deployment = {field.name: field.examples for field in coloured.schemas["Deployment"].properties}
    assert deployment["State"] == ("COMPLETE", "DEPLOYING") and not deployment["ConfigurationName"]  # Example-...
    create = next(o for o in coloured.operations if o.name == "CreateDeploymentStrategy")
    assert {p.name: p.examples for p in create.parameters}["DeploymentDurationInMinutes"] == ()  # shown once
    assert not any(field.examples for field in plain.schemas["Deployment"].properties)


MODEL = {
    "operations": {"Put": {"input": {"shape": "In"}}, "Get": {"output": {"shape": "Out"}}},
    "shapes": {
        "In": {"type": "structure", "members": {"name": {"shape": "Text"}, "size": {"shape": "Whole"}}},
        "Out": {"type": "structure", "members": {"rows": {"shape": "Rows"}, "byKey": {"shape": "ByKey"}}},
        "Rows": {"type": "list", "member": {"shape": "In"}},
        "ByKey": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "In"}},
        "Text": {"type": "string"},
        "Whole": {"type": "integer"},
    },
}


@pytest.mark.parametrize(
    ("operation", "example", "found"),
    [
        ("Put", {"input": {"name": "a", "size": 3}}, {"name": ("a",)}),
        ("Put", {"input": {"name": 5, "size": "3", "gone": 1}}, {}),
        ("Put", {"input": {"name": "arn:<account>"}}, {}),
        ("Put", {"input": {"name": "myuser"}}, {}),
        ("Put", {"input": {"name": "mysql"}}, {"name": ("mysql",)}),
        ("Put", {"input": {"name": "x" * 201, "size": True}}, {}),
        ("Put", {"input": ["name"]}, {}),
        ("Put", "prose", {}),
        ("Gone", {"input": {"name": "a"}}, {}),
        ("Get", {"output": {"rows": [{"size": 1}, {"size": 2}, {"size": 1}]}}, {"size": (1, 2)}),
        ("Get", {"output": {"byKey": {"k": {"name": "b"}}, "rows": 7}}, {"name": ("b",)}),
    ],
)
def test_an_example_counts_where_it_fits_the_model(operation, example, found):
    seen = aws_examples.seen({"examples": {operation: [example]}}, MODEL, "x.json")
    assert seen == {("In", member): values for member, values in found.items()}


@pytest.mark.parametrize(
    ("description", "shown"),
    [
        ('The friendly name, typically a nearby city. For example, "Tokyo".', ("Tokyo",)),
        ("Role of the `members`. For example, `roles/viewer`, `roles/editor`, or `roles/owner`.",
         ("roles/viewer", "roles/editor", "roles/owner")),
        ("A row that shows a tool (e.g. The lighthouse CLI, Chrome DevTools).", ()),
        ('For example: `"projects/example-project/locations/us-east1"`', ()),
        ("The format, e.g. `{name}/{version}`.", ()),
        ("A name, such as `my-cluster` or `Example-Name`.", ()),
        ("The name of the thing.", ()),
    ],
)  # fmt: skip
def test_a_text_takes_the_examples_that_its_description_quotes(description, shown):
    assert prose.shown(description) == shown


def test_both_packages_quote_examples_and_only_who_asks_gets_them():
    path = "googleapiclient/discovery_cache/documents/jobs.v4.json"
    plain, coloured = (
        discovery.read(json.loads((ROOT / path).read_bytes()), SOURCE, "other", examples=asked)
        for asked in (False, True)
    )
    company = {field.name: field.examples for field in coloured.schemas["Company"].properties}
    assert company["displayName"] == ("Google LLC",) and not company["externalId"]
    assert not any(field.examples for field in plain.schemas["Company"].properties)


def test_a_file_that_holds_no_examples_is_named():
    with pytest.raises(UserError, match=r"x\.json: examples: not a file of examples"):
        aws_examples.seen([], MODEL, "x.json")


def test_a_service_model_without_shapes_names_the_field():
    with pytest.raises(UserError, match=r"x\.json: shapes"):
        aws.read({"metadata": {}, "operations": {}}, SOURCE, "data", "s")


def test_a_wrong_hash_and_a_wrong_version_are_user_errors(tmp_path):
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(UserError, match=r"p: a\.json: sha256 is .* but params pin"):
        read_pinned(tmp_path, "a.json", package="p", version="1", licence="MIT", sha256="0" * 64)
    with pytest.raises(UserError, match=r"packages\.botocore: pinned at 0\.0"):
        distribution("botocore", ROOT, "0.0")
    with pytest.raises(UserError, match="not unpacked"):
        distribution("botocore", tmp_path, None)


def test_python_functions_are_read_with_types_defaults_and_choices():
    api = read_module("fluids", {}, 500, folder=ROOT)
    number = next(o for o in api.operations if o.method == "Reynolds")
    assert [(p.name, p.type, p.required) for p in number.parameters][:2] == [
        ("V", "number", True),
        ("D", "number", True),
    ]
    assert number.parameters[0].description == "Velocity [m/s]"
    assert all(1 <= len(o.parameters) <= 6 and o.description for o in api.operations)


def test_a_module_that_is_absent_or_misspelt_is_a_user_error():
    with pytest.raises(UserError, match="not installed"):
        read_module("no_such_package", {}, 5)
    with pytest.raises(UserError, match="no module's name"):
        read_module("../etc", {}, 5)


def test_a_licence_that_is_only_partly_permissive_is_refused():
    with pytest.raises(UserError, match="not among the permissive"):
        read_module("tqdm", {}, 5)


def test_methods_are_functions_and_of_a_pair_the_plain_one_is_read(tmp_path):
    code = '''
class Weather:
    def forecast(self, city: str, days: int = 3):
        """Get the weather forecast for a city.

        Args:
            city (str): Name of the city (e.g., "Oslo").
            days (int): Number of days. Defaults to 3.
        """
    async def aforecast(self, city: str):
        """Get the weather forecast for a city.

        Args:
            city (str): Name of the city.
        """
    def _hidden(self, city: str):
        """Get nothing at all, really.

        Args:
            city (str): Name of the city.
        """
'''
    operations = list(_functions(ast.parse(code), "kit.tools.weather"))
    assert [operation.name for operation in operations] == ["kit.weather.forecast"]
    city, days = operations[0].parameters
    assert city.required and city.description == "Name of the city (e.g. 'Oslo')"
    assert (days.type, days.default, days.required) == ("integer", 3, False)


def test_only_the_named_modules_of_a_package_are_read():
    api = read_module("fluids", {}, 50, folder=ROOT, only=("pump",))
    assert api.operations and {o.resource for o in api.operations} == {"fluids.pump"}


def test_a_docstrings_choice_is_an_enum():
    doc = "Do.\n\nParameters\n----------\nside, kind : {'left', 'right'}, optional\n    Which side.\n"
    doc += "n : int\n    Count.\n"
    found = parameters(doc)
    assert list(found) == ["side", "kind", "n"]
    field = typed("side", *found["side"], required=False, default="left")
    assert field and field.enum == ("left", "right") and field.description == "Which side"


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("int, optional", "integer"),
        ("float", "number"),
        ("list of str", "array"),
        ("str | None", "string"),
        ("bool", "boolean"),
        ("float or np.ndarray [shape=(n,)]", "number"),
        ("`pint.Quantity`", "number"),
        ("scalar or array_like of shape(M, )", "number"),
        ("Optional[List[str]]", "array"),
        ("(N,) array_like", "array"),
        ("array_like", "array"),
    ],
)
def test_simple_types_are_read(kind, type_):
    field = typed("x", kind, "", required=True, default=None)
    assert field and field.type == type_


@pytest.mark.parametrize("kind", ["ndarray", "NetworkX graph", "callable", "", "int or tuple"])
def test_other_types_are_refused(kind):
    assert typed("x", kind, "", required=True, default=None) is None


def test_breadth_takes_the_newest_stable_version_and_no_version_of_a_chosen_api():
    names = ["drive.v2", "drive.v3", "run.v1", "run.v2", "run.v3alpha", "books.v1"]
    wanted = ["run", "books", "drive"]
    assert [each.document for each in candidates(names, ["drive.v3"], wanted)] == ["books.v1", "run.v2"]
    assert not candidates(names, [], [])


def test_a_description_is_its_first_sentence():
    assert brief("Optional. <p>A name, e.g. Bob. More text.</p>") == "A name, e.g. Bob."
    assert len(brief("word " * 100)) <= 160
