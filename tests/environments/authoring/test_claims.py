"""What a written tool says of itself is held to what it does: dialogues are planned by these words."""

import pytest

from tests.environments.authoring.pharmacy import CASES, TOOLS, case, good, play, scripted

BARE = "SELECT json_object('id', id) FROM prescription WHERE id = :args->>'$.prescription_id'"


def refused(tool: str, program=None, cases=None, **claims) -> str:
    """What the loop says of the good author's tool with other claims or another program."""
    replies = good()
    replies["write"]["tools"][tool] |= claims | ({"program": program} if program else {})
    replies["cases"]["cases"] += cases or []
    outcome = play(scripted(replies, {"fault": "programs"}))
    assert outcome.version is None
    return str(outcome.history)


@pytest.mark.parametrize(
    ("tool", "claims", "said"),
    [
        ("list_prescriptions", {"items": None}, "a list needs `items`"),
        ("list_prescriptions", {"items": "rows"}, "'rows' is no list of rows that show the columns of prescription"),
        (
            "list_prescriptions",
            {"table": "refill", "filters": {}},
            "a row that is shown is not in refill",
        ),
        ("get_prescription", {"key_parameter": None}, "a get needs `key_parameter`"),
        ("request_refill", {"verb": "get", "key_parameter": "prescription_id"}, "a get does not write"),
        ("request_refill", {"verb": "patch", "key_parameter": "prescription_id"}, "is no key of refill"),
        ("cancel_refill", {"verb": "create"}, "a create adds one row to refill; 0 were added"),
        ("cancel_refill", {"verb": "delete", "key_parameter": "refill_id"}, "the row is still there"),
    ],
)
def test_a_claim_that_a_case_belies_fails_the_tool(tool, claims, said):
    assert said in refused(tool, **claims)


def test_a_field_is_stored_where_the_tool_says():
    program = [dict(step) for step in TOOLS["request_refill"]["program"]]
    program[4]["run"] = program[4]["run"].replace(":args->>'$.note'", "upper(:args->>'$.note')")
    assert "note is stored in note, which holds" in refused("request_refill", program)


def test_a_row_is_shown_under_its_key_and_its_columns_own_types():
    there = TOOLS["get_prescription"]["program"][0]
    wrong = BARE.replace("'id', id", "'id', id, 'refills_left', refills_left || ''")
    assert "by their names and types" in refused("get_prescription", [there, {"return": wrong}])
    assert "does not show the row under its key" in refused(
        "get_prescription", [there, {"return": BARE.replace("'id', id", "'name', id")}]
    )


def test_a_delete_deletes():
    program = [
        TOOLS["cancel_refill"]["program"][0],
        TOOLS["cancel_refill"]["program"][2],
        {"run": "DELETE FROM refill WHERE id = :args->>'$.refill_id'"},
        {"return": "SELECT '{}'"},
    ]
    replies = good()
    replies["write"]["tools"]["cancel_refill"] = {
        "table": "refill", "verb": "delete", "key_parameter": "refill_id", "program": program,
    }  # fmt: skip
    kept = [one for one in CASES["cases"] if "cancel_refill" not in str(one)]
    replies["cases"]["cases"] = [
        *kept,
        case("valid", ("cancel_refill", {"refill_id": "r9"}, {}), gone={"refill": ["r9"]}),
        case("boundary", ("cancel_refill", {"refill_id": "r7"}, {}), ("cancel_refill", {"refill_id": "r7"}, "NOT_FOUND"),
             gone={"refill": ["r7"]}),
        case("boundary", ("request_refill", {"prescription_id": "p3"}, {"requested": "2026-03-02T09:01:00Z"}),
             ("cancel_refill", {"refill_id": "r101"}, {}),
             ("request_refill", {"prescription_id": "p3"}, {"id": "r102", "requested": "2026-03-02T09:03:00Z"}),
             rows={"refill": [{"id": "r102"}], "prescription": [{"id": "p3", "refills_left": 3}]}),
        case("error", ("cancel_refill", {"refill_id": "r1"}, "NOT_FOUND")),
    ]  # fmt: skip
    outcome = play(scripted(replies, {"fault": "programs"}))
    assert outcome.version is not None, outcome
    assert outcome.version.environment.tool("cancel_refill").verb == "delete"
