"""Lists that are searched, narrowed by several values and times, and put in order: proved with every bug seeded."""

from functools import cache
from typing import Any

import pytest

from stages.core.engine import Runtime, Session
from stages.core.records import Api, Field, Operation, Parameter
from stages.environments.compile import compile
from stages.environments.gate import Settings, failing, judge
from stages.environments.recognise import recognise
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from stages.environments.shapes import ApiShape, ToolShape
from tests.environments.described import SOURCE, botocore, google, text

RULES = ("query",)
COUNTS = {"simple": 1, "medium": 1, "complex": 1, "boundary": 3}
NOW = "2026-03-02T09:00:00Z"


def given(name: str, said: str = "", *, type: str = "string", **more: Any) -> Parameter:
    return Parameter.model_validate({"name": name, "type": type, "location": "body", "description": said, **more})


def several(name: str, said: str = "", **item: Any) -> Parameter:
    return given(name, said, type="array", items=Field.model_validate({"name": "", "type": "string", **item}))


EVERYTHING = (
    given("NameContains", "A string in the form name."),
    given("NamePrefix", "Names that begin with this."),
    several("Statuses"),
    given("CreationTimeAfter", "Forms created after that time.", format="date-time"),
    given("LastModifiedTimeBefore", "Forms changed at or before that time.", format="date-time"),
    given("SortBy", "The field.", enum=("NAME", "CREATION_TIME", "STATUS", "LENGTH")),
    given("SortOrder", "The way.", enum=("Ascending", "Descending")),
)


def forms(*asked: Parameter, rules: tuple[str, ...] = RULES, paged: bool = True) -> ApiShape:
    """Forms that the caller names, with a status, a size and times; listed with these arguments."""
    status = text("Status", enum=("DRAFT", "OPEN", "CLOSED"))
    row = Field(name="", type="object", schema_name="Form", properties=(
        text("FormName"), text("Title"), status, Field(name="Pages", type="integer"),
        text("CreationTime", format="date-time"), text("LastModifiedTime", format="date-time"),
    ))  # fmt: skip
    rows = Field(name="Forms", type="array", items=row)
    page = Field(name="", type="object", properties=(rows, text("NextToken")))

    def call(name: str, *parameters: Parameter, response: str | None = None) -> Operation:
        return Operation(
            name=name, resource="", method=name, http_method="POST", path="/", parameters=parameters, response=response,
            errors=("FormNotFoundFault", "FormAlreadyExistsFault", "InvalidTokenFault"), description=f"Does {name}.",
        )  # fmt: skip

    key = given("FormName", required=True)
    size, token = given("MaxResults", type="integer"), given("NextToken")
    written = (given("Title"), given("Status", enum=status.enum), given("Pages", type="integer"))
    operations = (
        call("CreateForm", key, *written, response="Form"),
        call("GetForm", key, response="Form"),
        call("UpdateForm", key, *written, response="Form"),
        call("DeleteForm", key),
        call("ListForms", *asked, *((size, token) if paged else ()), response="Page"),
    )
    api = Api(id="aws-forms", name="forms", title="Forms", publisher="aws", version="1", domain="office", source=SOURCE,
              operations=operations, schemas={"Form": row, "Page": page})  # fmt: skip
    return recognise(api, 6, rules)


def lister(shape: ApiShape) -> ToolShape:
    return next(tool for tool in shape.tools if tool.verb == "list")


def asks(*asked: Parameter) -> dict[str, tuple[str, ...]]:
    """Argument -> kind and columns, as read."""
    return {name: (query.kind, *query.columns) for name, query in lister(forms(*asked)).queries.items()}


@pytest.mark.parametrize(
    ("parameter", "query"),
    [
        (given("NameContains", "A string in the form name."), ("contains", "FormName")),
        (given("FormNameContains"), ("contains", "FormName")),
        (given("TitleContains"), ("contains", "Title")),
        (given("namePrefixFilter", "Names with the given prefix."), ("prefix", "FormName")),
        (given("Prefix", "The prefix of the forms."), ("prefix", "FormName")),
        (given("query", "Searches for forms by name."), ("contains", "FormName")),
        (given("searchString", "Searches by name. Wildcards (*) are allowed."), ("wild", "FormName")),
        (several("FormNames", said="Only forms of these names."), ("any_of", "FormName")),
        (several("NameFilter"), ("any_of", "FormName")),
        (several("statuses", enum=("DRAFT", "OPEN")), ("any_of", "Status")),
        (several("StatusFilter"), ("any_of", "Status")),
        (given("CreatedAfter", format="date-time"), ("after", "CreationTime")),
        (given("updatedMin", "Lower bound for a form's last modification time."), ("from", "LastModifiedTime")),
        (given("CreationTimeBefore", "Created on or before that."), ("until", "CreationTime")),
        (given("updatedMax", "Upper bound (exclusive)."), ("before", "LastModifiedTime")),
    ],
)
def test_a_name_says_what_is_asked_for(parameter, query):
    assert asks(parameter) == {parameter.name: query}


@pytest.mark.parametrize(
    "parameter",
    [
        given("query", "Search by name in the format given at List query operators."),
        given("query", "Query string for searching user fields."),
        given("q", "Free text search terms."),
        given("search", "What to look for."),
        given("namePattern", "A pattern of names."),
        given("NameContains", "A regular expression."),
        given("ModelNameContains", "A string in the model's name."),
        given("CreationTimeAfter", format="int64"),
        given("ExpiryAfter", format="date-time"),
        several("Owners"),
        several("FormNames", said="The forms to describe."),
        several("Statuses", type="integer"),
        several("Titles", enum=("a", "b")),
        given("filter", "An expression."),
    ],
    ids=lambda parameter: f"{parameter.name}: {parameter.description}",
)
def test_what_speaks_a_syntax_or_of_nothing_here_is_left_out(parameter):
    shape = forms(parameter)
    assert not lister(shape).queries and parameter.name not in lister(shape).more


def test_a_filter_may_have_another_name():
    assert lister(forms(given("StatusEquals"))).filters == {"StatusEquals": "Status"}


def test_an_order_takes_the_columns_there_are_and_both_ways():
    sort = lister(forms(*EVERYTHING)).sort
    assert sort is not None and sort.columns == {
        "NAME": "FormName",
        "CREATION_TIME": "CreationTime",
        "STATUS": "Status",
    }
    assert (sort.by, sort.order, sort.down) == ("SortBy", "SortOrder", "Descending")
    assert lister(forms(*EVERYTHING)).more["SortBy"]["enum"] == ["NAME", "CREATION_TIME", "STATUS"]
    assert lister(forms(given("order", enum=("UP", "DOWN")))).sort is None
    assert lister(forms(given("orderBy", "A comma-separated list of fields."))).sort is None


def test_without_the_family_nothing_of_it_is_there():
    shape = forms(*EVERYTHING, rules=())
    assert not lister(shape).queries and lister(shape).sort is None and not lister(shape).more


@cache
def opened(paged: bool = True) -> Session:
    shape = forms(*EVERYTHING, paged=paged)
    scenario = next(s for s in loadable(shape, 11, COUNTS) if s.complexity == "simple")
    rows = [
        ("beta", "OPEN", 3, "2026-03-01T10:00:00Z"),
        ("Alpha_1", None, 1, "2026-03-01T10:00:00Z"),
        ("gamma", "DRAFT", None, "2026-03-02T10:00:00Z"),
        ("alphabet", "OPEN", 2, "2026-02-27T10:00:00Z"),
    ]
    found = tuple(
        {
            "FormName": name,
            "Title": None,
            "Status": status,
            "Pages": pages,
            "CreationTime": made,
            "LastModifiedTime": made,
        }
        for name, status, pages, made in rows
    )
    return Runtime(compile(shape, "train")).open(scenario.model_copy(update={"now": NOW, "tables": {"form": found}}))


def listed(session: Session, **arguments: Any) -> list[str]:
    value = session.call("list_forms", arguments)
    assert value.ok, value
    return [row["FormName"] for row in value.value["Forms"]]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"NameContains": "LPHA"}, ["Alpha_1", "alphabet"]),
        ({"NameContains": "_"}, ["Alpha_1"]),
        ({"NamePrefix": "alpha"}, ["alphabet"]),
        ({"NamePrefix": "bet"}, ["beta"]),
        ({"Statuses": ["OPEN"]}, ["alphabet", "beta"]),
        ({"Statuses": ["DRAFT", "OPEN"], "NameContains": "a"}, ["alphabet", "beta", "gamma"]),
        ({"Statuses": []}, ["Alpha_1", "alphabet", "beta", "gamma"]),
        ({"CreationTimeAfter": "2026-03-01T10:00:00Z"}, ["gamma"]),
        ({"CreationTimeAfter": "2026-03-01T11:59:59+02:00"}, ["Alpha_1", "beta", "gamma"]),
        ({"LastModifiedTimeBefore": "2026-03-01T10:00:00Z"}, ["Alpha_1", "alphabet", "beta"]),
        ({"SortBy": "STATUS"}, ["Alpha_1", "gamma", "alphabet", "beta"]),
        ({"SortBy": "STATUS", "SortOrder": "Descending"}, ["beta", "alphabet", "gamma", "Alpha_1"]),
        ({"SortBy": "CREATION_TIME", "SortOrder": "Descending"}, ["gamma", "beta", "Alpha_1", "alphabet"]),
        ({"SortOrder": "Descending"}, ["gamma", "beta", "alphabet", "Alpha_1"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("paged", [True, False], ids=["paged", "whole"])
def test_a_list_gives_what_it_is_asked_for(paged, asked, names):
    session = opened(paged)
    session.reset()
    assert listed(session, **asked) == names
    if paged:
        found, token = [], None
        for _ in range(9):
            value = session.call(
                "list_forms", {**asked, "MaxResults": 1, **({"NextToken": token} if token else {})}
            ).value
            found += [row["FormName"] for row in value["Forms"]]
            token = value.get("NextToken")
            if token is None:
                break
        assert found == names


def test_a_page_belongs_to_its_query_its_order_and_its_row():
    session = opened()
    session.reset()
    asked = {"SortBy": "STATUS", "MaxResults": 1}
    token = session.call("list_forms", asked).value["NextToken"]
    for other in (
        {"SortBy": "NAME"},
        {"SortBy": "STATUS", "SortOrder": "Descending"},
        {"SortBy": "STATUS", "Statuses": ["OPEN"]},
    ):
        assert session.call("list_forms", {**other, "NextToken": token}).error == "InvalidTokenFault"
    assert session.call("list_forms", {**asked, "NextToken": token}).ok
    session.call("delete_form", {"FormName": "Alpha_1"})
    assert session.call("list_forms", {**asked, "NextToken": token}).error == "InvalidTokenFault"


@pytest.mark.parametrize(
    "wrong", [{"SortBy": "LENGTH"}, {"Statuses": ["X"]}, {"CreationTimeAfter": "yesterday"}, {"NameContains": ""}]
)
def test_what_nobody_described_is_an_invalid_argument(wrong):
    assert opened().call("list_forms", wrong).error == "INVALID_ARGUMENT"


WILD = given("searchString", "Searches by name. Wildcards (*) are allowed.")


@cache
def judged(name: str) -> tuple[ApiShape, dict[str, Any]]:
    """A shape and the gate's verdict on it."""
    shapes = {
        "everything": lambda: forms(*EVERYTHING),
        "whole": lambda: forms(*EVERYTHING, paged=False),
        "wild": lambda: forms(WILD, given("updatedMin"), given("CreatedBefore", format="date-time")),
        "one way": lambda: forms(given("SortBy", enum=("NAME", "STATUS"))),
        "key alone": lambda: forms(given("SortOrder", enum=("asc", "dsc"))),
    }
    shape = shapes[name]() if name in shapes else _real(name)
    scenarios = loadable(shape, 11, COUNTS)
    scenarios += refused(shape, max(scenarios, key=lambda s: sum(map(len, s.tables.values()))), 3)
    return shape, judge(shape, compile(shape, "train"), scenarios, Settings(11, 50, 0.95))


def _real(name: str) -> ApiShape:
    return recognise(botocore(name.removeprefix("aws ")) if name.startswith("aws ") else google(name), 5, RULES)


@pytest.mark.parametrize("name", ["everything", "whole", "wild", "one way", "key alone"])
def test_the_gate_passes_queries_and_notices_every_bug_seeded_into_them(name):
    _, gate = judged(name)
    assert gate["passed"], failing(gate)
    kind = gate["mutation"]["kinds"]["wrong_query"]
    assert kind["seeded"] == kind["killed"] > 0 and not gate["mutation"]["survivors"]


@pytest.mark.parametrize(
    ("name", "tools"),
    [
        ("tasks.v1", 1),
        ("aws pipes", 1),
        ("aws events", 3),
        ("aws kafkaconnect", 1),
        ("aws machinelearning", 3),
        ("aws transcribe", 4),
    ],
)
def test_real_lists_are_asked_and_proved(name, tools):
    shape, gate = judged(name)
    assert gate["passed"], failing(gate)
    assert sum(bool(tool.queries or tool.sort) for tool in shape.tools) == tools
    assert gate["mutation"]["kinds"]["wrong_query"]["killed"] == gate["mutation"]["kinds"]["wrong_query"]["seeded"]
