"""What a parameter is, what a person calls it, and which values and words it gets."""

from datetime import datetime
from random import Random

import pytest

from stages.core.records import Field
from stages.trajectories import amounts, content
from stages.trajectories.call_values import Stated, Values
from stages.trajectories.clauses import clause, implies
from stages.trajectories.meaning import about, examples, kind, noun, unit
from stages.trajectories.requests import imperative, opened
from stages.trajectories.schemas import schema
from stages.trajectories.setting import COUNTS, PLACES, WORK, setting
from stages.trajectories.spoken import supports
from stages.trajectories.weaving import Argument, together, weave


def field(name: str, description: str = "", type_: str = "string", **more: object) -> Field:
    return Field.model_validate({"name": name, "description": description, "type": type_, **more})


@pytest.mark.parametrize(
    ("name", "description", "type_", "expected"),
    [
        ("city", "Where it lies", "string", "place"),
        ("origin", "Starting point address", "string", "place_from"),
        ("query", "Search query", "string", "query"),
        ("query", "Author name to search for", "string", "author"),
        ("name", "Name of the playlist", "string", "title"),
        ("note_name", "The name of the note", "string", "title"),
        ("startDate", "Start date in YYYY-MM-DD format", "string", "date"),
        ("to", "Recipient phone number (E.164 format)", "string", "phone"),
        ("to", "Recipient address", "string", "email"),
        ("symbol", "The stock symbol", "string", "ticker"),
        ("country", "ISO 3166-1 country code", "string", "country_code"),
        ("issue_id", "The key of the issue", "string", "id"),
        ("max_results", "Maximum number of papers to return", "integer", "limit"),
        ("lat", "Latitude in decimal degrees", "number", "latitude"),
        ("V", "Velocity [m/s]", "number", "amount"),
        ("archived", "Whether to include archived ones", "boolean", "switch"),
        ("gizmo", "The gizmo to use", "string", ""),
    ],
)
def test_the_kind_of_a_parameter(name, description, type_, expected):
    assert kind(field(name, description, type_)) == expected


@pytest.mark.parametrize(
    ("name", "description", "expected"),
    [
        ("V", "Velocity [m/s]", "velocity"),
        ("Di", "Inside diameter of pipe, [m]", "inside diameter of pipe"),
        ("Re", "Reynolds number with respect to cylinder diameter, [-]", "Reynolds number"),
        ("wind_speed", "Wind speed at 10 m", "wind speed"),
        ("lastdays", "Number of days of historical data", "number of days of historical data"),
        ("n", "If None, all of them", "n"),
    ],
)
def test_a_symbol_is_called_by_its_meaning(name, description, expected):
    assert noun(field(name, description, "number")) == expected


def test_unit_and_examples_are_read_from_the_description():
    town = field("town", "City name (e.g. 'Paris', 'Oslo')")
    assert (about(town), examples(town)) == ("City name", ["Paris", "Oslo"])
    assert [unit(field("x", text, "number")) for text in ("Speed [m/s]", "Ratio [-]", "Length in meters", "Any")] == [
        "m/s", "", "meters", "",
    ]  # fmt: skip


def test_numbers_are_plausible_and_inside_the_bounds():
    rng = Random(3)
    for _ in range(60):
        assert 2000 <= (amounts.draw(field("Re", "Reynolds number [-]", "number"), rng) or 0) <= 120000
        assert 1 <= (amounts.draw(field("day", "Days (0-92)", "integer", minimum=1, maximum=5), rng) or 0) <= 5
        assert amounts.draw(field("style", "Either 0 or 1", "integer"), rng) in (0, 1)
        drawn = amounts.draw(field("glucose", "Glucose (e.g. '90', '110')", "number"), rng)
        assert drawn is not None and 60 <= drawn <= 145
    assert amounts.draw(field("export_escape", "", "integer"), rng) is None


@pytest.mark.parametrize(
    ("name", "description", "type_", "more"),
    [
        ("city", "City", "string", {}),
        ("when", "Date in YYYY-MM-DD format", "string", {}),
        ("rate", "Interest rate as a decimal", "number", {}),
        ("tags", "Colors to use", "array", {"items": {"name": "", "type": "string"}}),
        ("sizes", "Sizes in meters", "array", {"items": {"name": "", "type": "number"}}),
        ("mode", "How to travel", "string", {"enum": ("driving", "by_train")}),
        ("loan_amount", "Loan amount in dollars", "number", {}),
        ("matrix", "The matrix to invert", "array", {"items": {"name": "", "type": "number"}}),
        ("points", "Points in the plane", "array", {"items": {"name": "", "type": "number"}}),
    ],
)
def test_every_drawn_value_is_proved_by_its_words(name, description, type_, more):
    for seed in range(40):
        stated = Values(Random(seed)).draw(field(name, description, type_, **more))
        assert stated is not None and supports(stated.text, stated.value)


def test_money_is_often_said_with_its_sign_and_nothing_else_is():
    loan, term = field("loan_amount", "The loan", "number"), field("loan_term", "Years of the loan", "integer")
    said = [stated.text for seed in range(40) if (stated := Values(Random(seed)).draw(loan))]
    assert 10 < sum(text.startswith("$") for text in said) < 40
    plain = [stated.text for seed in range(40) if (stated := Values(Random(seed)).draw(term))]
    assert plain and not any(text.startswith("$") for text in plain)


def test_a_matrix_is_a_table_of_rows_and_its_schema_says_so():
    matrix = field("matrix", "The matrix to invert", "array", items={"name": "", "type": "number"})
    stated = Values(Random(2)).draw(matrix)
    assert stated is not None and isinstance(stated.value, list)
    assert all(isinstance(row, list) and len(row) == len(stated.value) for row in stated.value)
    shown = schema([matrix], {}, Random(1))["properties"]
    assert isinstance(shown, dict) and isinstance(shown["matrix"], dict)
    assert shown["matrix"]["items"] == {"type": "array", "items": {"type": "number"}}


def test_a_count_of_things_is_said_before_them():
    counts = [Argument(field("Ntp", "Number of tube passes [-]", "integer"), Stated(4, "4"))]
    seen = {together(counts, Random(seed)) for seed in range(60)}
    assert any(text.endswith(" 4 tube passes") for text in seen)
    assert not any("a number of tube passes of" in text for text in seen)


def test_what_is_told_around_a_request_could_be_no_argument_of_the_tool():
    told = [setting(set(), Random(seed)) for seed in range(200)]
    assert 0.2 < sum(map(bool, told)) / len(told) < 0.5
    for kinds, words in (
        (PLACES, content.CITIES),
        (WORK, (*content.COMPANIES, *content.JOBS)),
        (COUNTS, ("question ", " of us")),
    ):
        assert any(word in text for text in told for word in words)
        for one in kinds:
            beside = [setting({one}, Random(seed)) for seed in range(100)]
            assert not any(word in text for text in beside for word in words)


def test_nothing_that_is_told_depends_on_when_it_is_told(monkeypatch):
    class NoClock(datetime):
        @classmethod
        def now(cls, tz=None):
            raise AssertionError("the clock was read")

    told = [setting(set(), Random(seed)) for seed in range(200)]
    monkeypatch.setattr("faker.providers.date_time.datetime", NoClock)
    assert [setting(set(), Random(seed)) for seed in range(200)] == told
    assert any("since" in text for text in told) and any("hand this in by" in text for text in told)


def test_what_no_one_can_name_gets_no_value():
    assert Values(Random(1)).draw(field("gizmo", "The gizmo to use")) is None
    assert Values(Random(1)).draw(field("gizmo", "The gizmo to use (e.g. 'round one')")) is not None


@pytest.mark.parametrize(
    ("name", "description", "value", "words"),
    [
        ("spam", "Whether to include spam and trash", True, "include spam and trash"),
        ("all", "If True, replies to all recipients", False, "reply to all recipients"),
        ("x", "Whether the list is private", True, "list should be private"),
        ("includeHerbs", "Herbs too.", False, "herbs"),
    ],
)
def test_a_truth_value_is_implied_by_words(name, description, value, words):
    said = clause(field(name, description, "boolean"), value, Random(2))
    assert said is not None and words in said and implies(said, value) and not implies(said, not value)


def test_a_switch_that_has_no_words_is_not_said():
    assert clause(field("labels", "Determines whether to use the", "boolean"), True, Random(1)) is None
    assert clause(field("pretty", "If set to `true`, `x` is used", "boolean"), True, Random(1)) is None


def woven(request: str, *said: tuple[Field, object]) -> str:
    arguments = [Argument(one, Values(Random(5)).draw(one)) for one, _ in said]
    arguments = [
        argument._replace(stated=argument.stated._replace(value=value, text=str(value)))
        for argument, (_, value) in zip(arguments, said, strict=True)
        if argument.stated is not None
    ]
    found = weave(request, arguments, Random(1))
    assert found is not None
    return found.text + found.tail


def test_an_argument_takes_the_place_of_the_words_that_speak_of_it():
    text = woven("get the weather for a city", (field("city", "City"), "Oslo"))
    assert text in ("get the weather for Oslo", "get the weather for the city Oslo")
    text = woven("get balance sheets for a ticker", (field("ticker", "Stock ticker symbol"), "KO"))
    assert text in ("get balance sheets for KO", "get balance sheets for the ticker KO")


def test_ranges_and_places_keep_their_order():
    both = ((field("origin", "From where"), "Oslo"), (field("destination", "Where to"), "Rome"))
    assert woven("get directions", *both) == "get directions from Oslo to Rome"
    assert woven("get directions", *reversed(both)) == "get directions from Oslo to Rome"
    dates = ((field("end_date", "End date"), "2026-05-02"), (field("start_date", "Start date"), "2026-04-01"))
    assert "2026-04-01" in (text := woven("find free rooms", *dates)) and text.index("04-01") < text.index("05-02")


@pytest.mark.parametrize(
    ("description", "request_"),
    [
        ("Calculates Reynolds number or `Re` for a fluid with the given V.", "calculate the Reynolds number for a fluid"),
        ("Use this function to get the latest news from the web.", "get the latest news from the web"),
        ("Retrieves a paginated list of reports via query parameters.", "retrieve reports"),
        ("Get elevation using Google Maps Elevation API.", "get elevation"),
        ("Creates a new task in a specified project.", "create a new task"),
        ("Initialises the {thing}.", None),
        ("A wrapper.", None),
    ],
)  # fmt: skip
def test_requests_lose_what_only_a_manual_says(description, request_):
    assert imperative(description) == request_


def test_one_thing_is_and_many_are():
    starts = {opened("calculate the loss coefficient", Random(n))[0] for n in range(60)}
    assert "What is the loss coefficient" in starts and not any(start.startswith("What are") for start in starts)
    assert any(opened("get the balance sheets", Random(n))[0] == "What are the balance sheets" for n in range(60))


def test_a_shown_example_is_never_the_value_asked_for():
    town = field("town", "City name (e.g. 'Paris', 'Oslo')")
    texts = [str(schema([town], {"town": "Oslo"}, Random(n))) for n in range(40)]
    assert any("Paris" in text for text in texts) and not any("Oslo" in text for text in texts)
