"""Values fit their names, their schemas and each other."""

import json
import random
import re
from datetime import UTC, datetime

import pytest

from stages.environments.accepts import accepts
from stages.environments.labels import words
from stages.environments.recognise import recognise
from stages.environments.scenarios import loadable
from stages.environments.times import in_order
from stages.environments.values import value_of
from tests.environments.described import botocore, google

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
COUNTS = {"simple": 1, "medium": 2, "complex": 3, "boundary": 3}


def rows(api, table):
    shape = recognise(api, 6)
    return [row for scenario in loadable(shape, 3, COUNTS) for row in scenario.tables[table]]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("timeZone", r"[A-Z][a-z]+/[A-Z][a-z]+"),
        ("contactEmail", r"[a-z]+\.[a-z]+@example\.com"),
        ("dnsName", r"denver-office\.example\."),
        ("room", r"Room \d+[ABC]?"),
        ("recoveryPhone", r"555-0\d+"),
        ("endpointIp", r"10\.0\.\d+\.\d+"),
        ("originalFilename", r"denver-office\.(pdf|docx|xlsx)"),
        ("spotPrice", r"\d+\.\d\d"),
        ("Surname", r"[A-Z][a-z]+"),
        ("flange", r"[a-z]+"),
    ],
)
def test_a_text_is_what_its_name_says(name, form):
    source = words(random.Random(1)).named("Denver office")
    assert re.fullmatch(form, str(value_of(name, {"type": "string"}, source, NOW)))


def test_a_name_inside_an_object_is_of_the_kind_that_the_object_is():
    source, schema = words(random.Random(1)), {"type": "object", "properties": {"displayName": {"type": "string"}}}
    assert re.fullmatch(r"[A-Z]\w+ [A-Z]\w+", value_of("author", schema, source, NOW)["displayName"])


def test_values_fit_their_schemas():
    schemas = [
        {"type": "object", "properties": {p: {"type": "integer"} for p in ("year", "month", "day")}},
        {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        {"type": "string", "format": "date"},
        {"type": "integer", "minimum": 3, "maximum": 4},
    ]
    for seed in range(20):
        source = words(random.Random(seed))
        assert all(accepts(schema, value_of("dueDate", schema, source, NOW)) for schema in schemas)
        date = value_of("dueDate", schemas[0], source, NOW)
        datetime(date["year"], date["month"], date["day"])


def test_times_are_put_in_order():
    row = in_order({
        "end": '{"dateTime":"2026-05-04T11:00:00Z"}', "start": '{"dateTime":"2026-05-05T09:00:00Z"}',
        "createdAt": "2026-05-03T00:00:00Z", "lastUpdated": "2026-05-02T00:00:00Z", "statusUpdateInterval": "600s",
        "calendarId": "c101",
    })  # fmt: skip
    begin, end = (json.loads(row[name])["dateTime"] for name in ("start", "end"))
    assert begin == "2026-05-05T09:00:00Z" and begin < end < "2026-05-05T11:30:00Z"
    assert row["createdAt"] < row["lastUpdated"]
    assert (row["statusUpdateInterval"], row["calendarId"]) == ("600s", "c101")


def test_events_end_after_they_begin_and_rows_change_after_they_are_made():
    for row in rows(google("calendar.v3"), "event"):
        assert json.loads(row["start"])["dateTime"] < json.loads(row["end"])["dateTime"]
        assert row["created"] <= row["updated"]


def test_a_completed_task_says_when_and_no_other_does():
    found = rows(google("tasks.v1"), "task")
    assert {row["status"] for row in found} == {"needsAction", "completed"}
    assert all((row["status"] == "completed") == (row["completed"] is not None) for row in found)


def test_a_users_name_and_address_are_one_persons():
    for row in rows(google("admin.directory_v1"), "user"):
        name = json.loads(row["name"])
        assert row["primaryEmail"] == f"{name['givenName']}.{name['familyName']}@example.com".lower()


def test_a_text_that_points_at_another_row_points_at_one_that_is_there():
    shape = recognise(google("jobs.v4"), 6)
    for scenario in loadable(shape, 3, COUNTS):
        companies = {row["name"] for row in scenario.tables["company"]}
        assert not companies or {row["company"] for row in scenario.tables["job"]} <= companies


def test_a_long_list_of_values_is_cut_and_holds_right_ones_only():
    kind = recognise(botocore("devicefarm"), 6).entity("upload").field("type")
    assert len(kind.one_of) == 8 and kind.one_of[0] == "ANDROID_APP"


def test_no_state_of_a_row_hides_it_from_lists():
    for field in recognise(google("classroom.v1"), 6).entity("announcement").fields:
        assert "DELETED" not in field.one_of


def test_values_listed_in_prose_reach_into_objects():
    scope = recognise(google("calendar.v3"), 6).entity("access_rule").field("scope")
    assert scope.json_schema["properties"]["type"]["enum"] == ["default", "user", "group", "domain"]


def test_events_are_listed_as_items():
    """The list's response has two arrays of objects; `defaultReminders` comes first."""
    shape = recognise(google("calendar.v3"), 6)
    assert next(tool for tool in shape.tools if tool.name == "events_list").items == "items"


@pytest.mark.parametrize(
    ("first", "last"), [("startedAt", "terminatedAt"), ("startTime", "stopTime"), ("submitTime", "completionTime")]
)
def test_nothing_ends_before_it_has_begun(first, last):
    row = in_order({last: "2026-01-18T17:00:00Z", first: "2026-01-27T09:30:00Z"})
    assert row == {last: "2026-01-27T09:30:00Z", first: "2026-01-18T17:00:00Z"}
