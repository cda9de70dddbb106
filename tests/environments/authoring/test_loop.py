"""EnvGen's loop without a network: what passes, what is mended, what is given up (envfactory.md 1 to 6; section 8)."""

import json

import pytest

from stages.core.engine import Runtime, ScenarioRefused
from stages.core.llm.request import Failure
from stages.core.records import canonical
from stages.environments.authoring import loop, prompts
from stages.environments.authoring.loop import Bounds
from stages.environments.authoring.mistakes import LAYERS
from tests.environments.authoring.pharmacy import (
    BOUNDS,
    CASES,
    GOOD,
    PROPOSAL,
    PROPOSED,
    TABLES,
    TICK,
    TOOLS,
    answer,
    case,
    good,
    play,
    scripted,
    step_of,
    told,
)

FORGETFUL = [step for step in TOOLS["request_refill"]["program"] if "refills_left - 1" not in step.get("run", "")]
"""A refill that costs nothing."""
MENDED = {"fault": "programs", "tools": {"request_refill": TOOLS["request_refill"]}}


def spoilt(**tools):
    """The good author's replies with other programs."""
    replies = good()
    for name, program in tools.items():
        replies["write"]["tools"][name]["program"] = program
    return replies


def test_a_good_author_is_asked_four_times_and_the_environment_passes():
    asked = []
    outcome = play(lambda step, ask, count: asked.append(step) or GOOD[step])
    assert asked == ["propose", "write", "scenarios", "cases"] and outcome.version
    gate = outcome.version.verdict.gate
    assert gate["passed"] and gate["expected"] == "author" and gate["mutation"]["score"] == 1.0
    assert gate["mutation"]["seeded"] >= 25 and all(check["passed"] for check in gate["checks"].values())
    assert [call["tool"] for call in gate["session"]] == ["request_refill", "get_prescription", "list_prescriptions"]


def test_what_is_saved_loads_again_and_each_broken_field_is_turned_away():
    """envfactory.md 1."""
    version = play(scripted(GOOD)).version
    assert version
    runtime = Runtime(version.environment)
    refused = [scenario for scenario in version.verdict.scenarios if scenario.expect == "refuse"]
    for scenario in version.verdict.scenarios:
        if scenario.expect == "load":
            session = runtime.open(scenario)
            again = runtime.open(session.save())
            assert (again.state(), again.meta()) == (session.state(), session.meta())
        else:
            with pytest.raises(ScenarioRefused):
                runtime.open(scenario)
    broken = {scenario.id.rpartition("-")[0] for scenario in refused}
    columns = {column["name"] for column in TABLES[1]["columns"]}
    assert {f"wrong_type_{name}" for name in columns} <= broken  # the first table with rows, each of its columns
    assert {"refused", "unknown_table", "unknown_column", "duplicate_key", "null_key"} <= broken


def test_tools_are_exactly_those_proposed_and_none_of_them_is_life_cycle():
    """envfactory.md 2."""
    version = play(scripted(GOOD)).version
    assert version
    for tool, proposed in zip(version.environment.tools, PROPOSED.tools, strict=True):
        assert (tool.name, tool.description) == (proposed.name, proposed.description)
        assert tool.parameters == {**proposed.parameters, "additionalProperties": False}
    replies = good()
    replies["propose"]["tools"][0]["name"] = "load_scenario"
    outcome = play(scripted(replies))
    assert outcome.version is None and outcome.reason == "author_propose" and "life cycle" in outcome.detail


def test_the_same_calls_give_the_same_bytes_and_sessions_do_not_see_each_other():
    """envfactory.md 3 and 4."""
    version = play(scripted(GOOD)).version
    assert version
    runtime = Runtime(version.environment)
    start = next(scenario for scenario in version.verdict.scenarios if scenario.expect == "load")
    one, two, idle = (runtime.open(start) for _ in range(3))
    untouched = idle.digest()
    for session in (one, two):
        session.call("request_refill", {"prescription_id": "p1"})
        session.call("cancel_refill", {"refill_id": "r7"})
    assert one.digest() == two.digest() != untouched == idle.digest()
    assert canonical([entry.result.value for entry in one.log]) == canonical([entry.result.value for entry in two.log])


@pytest.mark.parametrize(
    "sql", ["random()", "date('now')", "datetime()", "strftime('%s', 'now')", "hex(randomblob(4))"]
)
def test_neither_chance_nor_a_clock_is_within_reach(sql):
    """Section 8: ten of 86 server files mention clock, uuid or random calls."""
    program = [*TOOLS["cancel_refill"]["program"][:-1], {"return": f"SELECT json_object('x', {sql})"}]
    outcome = play(scripted(spoilt(cancel_refill=program), MENDED))
    assert outcome.version is None
    # Functions of chance are refused; a clock is NULL, so that no case which expects a time can pass.
    assert outcome.reason in ("author_program", "author_case")


def test_a_seeded_bug_fails_and_its_revision_is_run_as_new_code():
    """envfactory.md 5; section 8: revised code was saved after the loop, so the old server was tried again."""
    outcome = play(scripted(spoilt(request_refill=FORGETFUL), MENDED))
    first, revised = outcome.history[-2:]
    assert (
        first["step"] == "first" and not first["passed"] and any("refills_left" in line for line in first["mistakes"])
    )
    assert revised == {"step": "revise", "kept": True, "fault": "programs", "passed": True, "mistakes": []}
    assert outcome.version and len(outcome.version.environment.tool("request_refill").program) == 7


def test_the_author_is_told_what_went_wrong_and_shown_the_code_it_goes_on_from():
    seen = []

    def author(step, ask, count):
        if step == "revise":
            seen.append(told(ask.messages))
        return MENDED if step == "revise" else spoilt(request_refill=FORGETFUL)[step]

    play(author)
    (shown,) = seen
    assert any("case 6" in line and '"refills_left":1' in line for line in shown["mistakes"])
    assert len(shown["tools"]["request_refill"]["program"]) == len(FORGETFUL)
    assert [one["number"] for one in shown["cases"]] == list(range(len(CASES["cases"])))


def test_a_worse_revision_never_replaces_a_better_one():
    """Section 8: a worse revision replaced a better one."""
    worse = {
        "fault": "programs",
        "tools": {"cancel_refill": {"table": "refill", "program": [{"return": "SELECT '{}'"}]}},
    }
    outcome = play(scripted(spoilt(request_refill=FORGETFUL), worse, MENDED))
    bad, last = outcome.history[-2:]
    assert (bad["kept"], last["kept"], last["passed"]) == (False, True, True)
    assert outcome.version and len(outcome.version.environment.tool("cancel_refill").program) == 5


def test_what_did_not_help_is_told_so_that_it_is_not_tried_again():
    shown = []

    def author(step, ask, count):
        if step != "revise":
            return spoilt(request_refill=FORGETFUL)[step]
        shown.append((told(ask.messages)["failed_revisions"], ask.sample))
        return {"fault": "programs", "tools": {"request_refill": {**TOOLS["request_refill"], "program": FORGETFUL}}}

    play(author)
    assert shown[0] == ([], 0) and len(shown[1][0]) == 1 and shown[1][1] == 1 and shown[2][1] == 2


def test_half_a_mending_is_kept_and_the_loop_goes_on_from_there():
    """Section 8: the test for no improvement compared a report with itself and ended the loop after two revisions."""
    loose = [step for step in TOOLS["cancel_refill"]["program"] if step.get("error") != "FAILED_PRECONDITION"]
    replies = spoilt(request_refill=FORGETFUL, cancel_refill=loose)
    other = {"fault": "programs", "tools": {"cancel_refill": TOOLS["cancel_refill"]}}
    same = {"fault": "programs", "tools": {}}
    outcome = play(scripted(replies, MENDED, same, other))
    assert [(one["kept"], one["passed"]) for one in outcome.history[-3:]] == [
        (True, False),
        (False, False),
        (True, True),
    ]


@pytest.mark.parametrize("revisions", [0, 1, 4])
def test_the_loop_stops_at_its_limit(revisions):
    """envfactory.md 5."""
    asked = []

    def author(step, ask, count):
        asked.append(step)
        return {"fault": "programs"} if step == "revise" else spoilt(request_refill=FORGETFUL)[step]

    outcome = play(author, bounds=Bounds(8, 2, revisions))
    assert asked.count("revise") == revisions
    assert outcome.version is None and outcome.reason == "author_case" and "refills_left" in outcome.detail


def test_a_fault_of_the_cases_leaves_the_programs_as_they_are():
    """envfactory.md 5."""
    replies = good()
    replies["cases"]["cases"][4]["calls"][0]["value"] = {"drug": "Aspirin"}
    revision = {
        "fault": "scenarios",
        "cases": CASES["cases"],
        "tools": {"get_prescription": {"table": "prescription", "program": []}},
    }
    revision["tools"]["get_prescription"]["program"] = [{"return": "SELECT '{}'"}]
    outcome = play(scripted(replies, revision))
    assert outcome.history[-1] == {"step": "revise", "kept": True, "fault": "scenarios", "passed": True, "mistakes": []}
    assert outcome.version and len(outcome.version.environment.tool("get_prescription").program) == 2


def test_a_failing_case_is_put_right_and_not_got_rid_of():
    replies = good()
    replies["cases"]["cases"][4]["calls"][0]["value"] = {"drug": "Aspirin"}
    fewer = [one for number, one in enumerate(CASES["cases"]) if number != 4]
    outcome = play(scripted(replies, {"fault": "scenarios", "cases": fewer}))
    assert outcome.version is None
    assert outcome.history[-1]["mistakes"] == ["get_prescription was tried 3 times and now less"]


def test_an_unreadable_revision_costs_a_revision_and_nothing_else():
    outcome = play(scripted(spoilt(request_refill=FORGETFUL), "I am sorry, I cannot.", MENDED))
    assert outcome.history[-2]["mistakes"][0].startswith("the reply is not one JSON object")
    assert outcome.version is not None


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        ("Sure! Here is your environment.", "not one JSON object"),
        ("", "not one JSON object"),
        (json.dumps(PROPOSAL)[:-40], "not one JSON object"),
        (f"Sure:\n```json\n{json.dumps(PROPOSAL)}\n```", "not one JSON object"),
        ("[" * 100_000, "not one JSON object"),
        ("x" * 300_000, "more than 200000 characters"),
        ({**PROPOSAL, "ddl": "CREATE TRIGGER"}, "ddl: Extra inputs are not permitted"),
        ({"title": "x"}, "description: Field required"),
        ({**PROPOSAL, "tools": []}, "tools: Tuple should have at least 1 item"),
        ({**PROPOSAL, "tools": [PROPOSAL["tools"][0]]}, "no tool writes"),
        ({**PROPOSAL, "tools": PROPOSAL["tools"] * 2}, "two tools have this name"),
        ({**PROPOSAL, "tools": PROPOSAL["tools"] * 3}, "12 tools; at most 8"),
    ],
)
def test_a_reply_that_is_no_proposal_is_told_back_and_asked_again(said, mistake):
    talks = []

    def author(step, ask, count):
        if step == "propose":
            talks.append(ask.messages)
            return said if not count else PROPOSAL
        return GOOD[step]

    outcome = play(author)
    assert outcome.version is not None and len(talks[0]) == 2
    again = talks[1]
    assert [message["role"] for message in again] == ["system", "user", "assistant", "user"]
    assert mistake in again[3]["content"] and len(again[2]["content"]) <= prompts.CUT


@pytest.mark.parametrize(
    "fence", ["```json\n{}\n```", "```\n{}\n```", "<think>Let me {{see}}.\n</think>\n{}", "\n {} \n"]
)
def test_fences_and_thoughts_around_a_reply_do_no_harm(fence):
    def author(step, ask, count):
        return fence.replace("{}", json.dumps(GOOD[step]), 1)

    assert play(author).version is not None


def test_a_reply_that_was_cut_off_is_asked_for_again_and_then_given_up():
    outcome = play(lambda step, ask, count: answer(json.dumps(PROPOSAL), finish="length"))
    assert (outcome.version, outcome.reason) == (None, "author_propose")
    assert [one["mistakes"] for one in outcome.history] == [
        ["the reply was cut off: it must be shorter"]
    ] * BOUNDS.attempts


def test_a_question_without_an_answer_ends_this_environment_alone():
    outcome = play(lambda step, ask, count: Failure(key="k", reason="timeout", detail="5 s"))
    assert (outcome.version, outcome.reason, outcome.detail) == (None, "timeout", "5 s")


def _tables(change):
    replies = good()
    change(replies["write"]["tables"])
    return replies


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (lambda tables: tables[0]["columns"][1].update(references="nothing"), "references no table of yours"),
        (lambda tables: tables[0].update(parent="refill"), "the parent is not the table"),
        (lambda tables: tables[1]["columns"][0].update(kind="text"), "exactly one column of kind key"),
        (lambda tables: tables[1]["columns"][1].update(references="refill"), "in a ring"),
        (lambda tables: tables[1].update(name="drugs"), "there is no table 'prescription'"),
        (lambda tables: tables.pop(0), "there is no table 'refill'"),
        (lambda tables: tables[1]["columns"][1].update(type="BLOB"), "Input should be 'TEXT', 'INTEGER' or 'REAL'"),
        (lambda tables: tables[1].update(sql="CREATE VIEW v AS SELECT 1"), "sql: Extra inputs are not permitted"),
    ],
)
def test_tables_that_do_not_hold_together_are_told_back(change, mistake):
    outcome = play(scripted(_tables(change)))
    assert outcome.version is None and outcome.reason == "author_write" and mistake in outcome.detail


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (lambda tools: tools.pop("cancel_refill"), "cancel_refill: no program"),
        (lambda tools: tools.update(verify=tools["cancel_refill"]), "verify: no such tool was asked for"),
        (lambda tools: tools["cancel_refill"].update(key_parameter="id"), "there is no argument 'id'"),
        (lambda tools: tools["request_refill"].update(fields={"note": "text"}), "has no column 'text'"),
        (
            lambda tools: tools["request_refill"].update(parents={"prescription_id": "x"}),
            "parents: there is no table 'x'",
        ),
        (lambda tools: tools["cancel_refill"].update(program=[]), "Tuple should have at least 1 item"),
        (lambda tools: tools["cancel_refill"].update(program=[{"exec": "import os"}]), "exec"),
    ],
)
def test_programs_that_do_not_fit_the_interface_are_told_back(change, mistake):
    replies = good()
    change(replies["write"]["tools"])
    outcome = play(scripted(replies))
    assert outcome.version is None and outcome.reason == "author_write" and mistake in outcome.detail


@pytest.mark.parametrize(
    "column",
    [
        {"name": 'x" TEXT); DROP TABLE refill; --'},
        {"name": "x", "default": "'); DROP TABLE refill; --"},
        {"name": "sqlite_sequence"},
        {"name": "x", "default": "\0"},
        {"name": "x", "type": "INTEGER", "default": "one"},
    ],
)
def test_no_table_can_say_more_than_a_table(column):
    replies = _tables(lambda tables: tables[1]["columns"].append({"type": "TEXT", "kind": "text", **column}))
    outcome = play(scripted(replies, {"fault": "programs"}))
    if column.get("default", "").startswith("')"):
        assert outcome.version is not None  # a text like any other, in its quotes
    else:
        assert outcome.version is None and outcome.reason in ("author_schema", "author_load")


HOSTILE = {
    "attach": {"run": "ATTACH 'x' AS y"},
    "pragma": {"run": "PRAGMA writable_schema = 1"},
    "schema": {"run": "DELETE FROM sqlite_master"},
    "ddl": {"run": "CREATE TABLE x(y)"},
    "trigger": {"run": "CREATE TRIGGER t AFTER INSERT ON refill BEGIN DELETE FROM refill; END"},
    "two": {"run": "DELETE FROM refill; DELETE FROM prescription"},
    "extension": {"let": "SELECT load_extension('x') AS x"},
    "meta": {"run": "UPDATE _meta SET now = 'x'"},
    "endless": {"let": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"},
    "huge": {"let": "SELECT zeroblob(1000000000) AS x"},
    "wide": {"let": "SELECT printf('%.999999999c', 'x') AS x"},
}


@pytest.mark.parametrize("step", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_program_is_refused_by_name_and_does_nothing(step):
    program = [step, *TOOLS["cancel_refill"]["program"]]
    outcome = play(scripted(spoilt(cancel_refill=program), {"fault": "programs"}), bounds=Bounds(8, 2, 1))
    assert (outcome.version, outcome.reason) == (None, "author_program")
    assert "cancel_refill" in outcome.detail


def test_a_case_may_not_expect_that_a_program_breaks():
    replies = spoilt(cancel_refill=[{"run": "DELETE FROM sqlite_master"}, {"return": "SELECT '{}'"}])
    replies["cases"]["cases"] = [
        one
        if one["calls"][0]["tool"] != "cancel_refill"
        else case("error", ("cancel_refill", {"refill_id": "r9"}, "INTERNAL"))
        for one in CASES["cases"]
    ]
    assert play(scripted(replies, {"fault": "programs"})).reason == "author_program"


def test_a_change_that_no_case_names_is_a_mistake():
    program = TOOLS["cancel_refill"]["program"]
    greedy = [*program[:-1], {"run": "UPDATE refill SET note = 'x' WHERE id = 'r8'"}, program[-1]]
    outcome = play(scripted(spoilt(cancel_refill=greedy), {"fault": "programs"}))
    assert outcome.version is None and "a row changed that the case does not name" in str(outcome.history)


def test_a_tool_that_says_it_reads_may_not_write_not_even_the_clock():
    program = TOOLS["get_prescription"]["program"]
    for step in (TICK, {"run": "UPDATE prescription SET drug = drug || '!'"}):
        outcome = play(scripted(spoilt(get_prescription=[program[0], step, program[1]]), {"fault": "programs"}))
        assert outcome.version is None and "it says that it only reads" in str(outcome.history)


def test_cases_that_let_seeded_bugs_pass_are_told_which():
    replies = good()
    cases = replies["cases"]["cases"]
    # Nobody looks whether a refill that is cancelled already can be cancelled again.
    cases[10]["calls"][1] = {"tool": "cancel_refill", "arguments": {"refill_id": "none"}, "error": "NOT_FOUND"}
    outcome = play(scripted(replies, {"fault": "scenarios", "cases": CASES["cases"]}))
    assert outcome.history[-2]["mistakes"] and all(
        line.startswith("mutation: ") for line in outcome.history[-2]["mistakes"]
    )
    assert outcome.history[-1]["kept"] and outcome.version is not None


def test_a_tool_that_no_case_tries_is_named():
    replies = good()
    replies["cases"]["cases"] = [one for one in CASES["cases"] if "cancel_refill" not in str(one)]
    outcome = play(scripted(replies, {"fault": "scenarios"}))
    assert outcome.reason == "author_coverage"
    assert "it needs a passing case in which it succeeds and a passing case in which it fails" in outcome.detail


def test_whoever_writes_cases_sees_no_program_and_whoever_writes_states_sees_tables_alone():
    seen = {}
    play(lambda step, ask, count: seen.setdefault(step, told(ask.messages)) and GOOD[step])
    assert set(seen["scenarios"]) == {"tables"} and set(seen["cases"]) == {"interface", "tables", "scenarios"}
    assert "program" not in json.dumps(seen["cases"]) and "SELECT" not in json.dumps(seen["scenarios"])


def test_a_fault_of_ours_is_not_swallowed(monkeypatch):
    """Section 8: a registration method that does not exist was called and the error swallowed."""
    monkeypatch.setattr(loop, "judge", lambda *_: [].no_such_method())
    with pytest.raises(AttributeError):
        play(scripted(GOOD))


def test_every_layer_of_mistakes_has_its_place():
    assert len(set(LAYERS)) == len(LAYERS) and step_of([{"content": prompts.WRITE}]) == "write"


def test_odd_types_where_names_and_keys_are_expected_are_mistakes_and_no_tracebacks():
    replies = good()
    replies["propose"]["tools"][1]["parameters"]["required"] = [["prescription_id"]]
    assert "a list of names in `properties` is expected" in play(scripted(replies)).detail
    replies = good()
    replies["propose"]["tools"][1]["parameters"]["properties"]["prescription_id"] = {"type": "array"}
    replies["write"]["tools"]["get_prescription"]["program"] = [{"return": "SELECT '{}'"}]
    replies["cases"]["cases"].append(case("valid", ("get_prescription", {"prescription_id": ["p1"]}, {})))
    outcome = play(scripted(replies, {"fault": "programs"}))
    assert outcome.version is None and "`key_parameter` is no key of prescription" in str(outcome.history)
