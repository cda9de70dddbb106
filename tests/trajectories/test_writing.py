"""Dialogues that LLMs write from chains: only what is executed, agreed on and proved is taken."""

import json
from pathlib import Path

import pytest

from stages.core import jsonl
from stages.core.engine import Runtime
from stages.core.errors import UserError
from stages.core.params.writing import Written
from stages.core.records import Dialogue
from stages.core.replay import replay
from stages.trajectories import proof, tokens
from stages.trajectories.making import Wish
from stages.trajectories.writing.dialogue import Story
from stages.trajectories.writing.write import Writing, dialogues
from tests.core.llm.server import Reply, Server
from tests.fixtures.tasks import tasks_scenario
from tests.trajectories import scripted
from tests.trajectories.scripted import CHAINS, Script, call, kind_of, native
from tests.trajectories.test_author import WIDE
from tests.trajectories.test_dialogues import ENVIRONMENT, RUNTIME, _second
from tests.trajectories.test_run import PARAMS

NONE = dict.fromkeys(("implicit_reference", "action_compression", "ambiguity", "goal_expansion"), 0.0)
NAME = ENVIRONMENT.id


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache lies under the folder that a run starts in."""
    monkeypatch.chdir(tmp_path)


def author(url: str = "http://127.0.0.1:9/v1", engine: dict | None = None, **changes) -> Written:
    settings = {"method": "endpoint", "base_url": url, "model": "any", "key_variable": None, "concurrency": 4}
    settings |= {"timeout": 5.0, "attempts": 1, "patience": 0.0, "input_price": 1.0, "output_price": 2.0}
    settings |= {"max_cost": None, **(engine or {})}
    same = {"engine": {"method": "same"}, "max_new_tokens": 300}
    made = {
        "method": "written",
        "writer": {"engine": settings, "temperature": 0.7, "max_new_tokens": 400},
        "solver": {**same, "temperature": 0.9},
        "judge": {**same, "temperature": 0.0},
        "candidates": 2,
        "steps": 5,
        "calls": 4,
        "tries": 2,
        "longest": 300,
        "rows": 8,
        "spare": 0.0,
        "refine": NONE,
        "structured": False,
        "dry_run": False,
    }
    return Written.model_validate({**made, **changes})


def written(who: Written, wanted: int = 1, chains: list | None = None, base: Path = Path("none"), **changes) -> Writing:
    params = PARAMS.model_copy(update={**WIDE, "author": who, **changes})
    return dialogues(
        params,
        who,
        [Wish("train", wanted, [NAME])],
        {NAME: RUNTIME},
        {NAME: [tasks_scenario(), _second()]},
        {NAME: CHAINS if chains is None else chains},
        tokens.estimate,
        base,
        Path(),
    )


def one(script: Script, chain: int = 0, **changes) -> Writing:
    """One dialogue about one chain."""
    with Server(script) as endpoint:
        return written(author(endpoint.url, **changes), chains=[CHAINS[chain]])


def failed(script: Script, chain: int = 0, **changes) -> Writing:
    """The same where a first dialogue comes to something, so that the run does not end for want of rows."""
    good = Script()

    def behave(body: dict, count: int) -> Reply:
        text = json.dumps(body["messages"])
        return script(body, count) if "Groceries" in text or "Work" in text else good(body, count)

    with Server(behave) as endpoint:
        return written(author(endpoint.url, **changes), 2, chains=[CHAINS[chain]])


def test_written_dialogues_replay_and_are_proved() -> None:
    """envfactory.md 15, 16 and 18."""
    with Server(Script()) as endpoint:
        made = written(author(endpoint.url), 4)
    assert len(made.dialogues) == 4 and not made.rejected
    for row in made.dialogues:
        again = Dialogue.model_validate_json(row.model_dump_json(by_alias=True))
        assert replay(Runtime(ENVIRONMENT), again) is None
        assert not proof.leaks(row, ENVIRONMENT) and not proof.unproved(row, ENVIRONMENT)
        assert not proof.weak_goals(RUNTIME, row)
        assert {turn.template for turn in row.turns} == {"written/plain"}
    assert {row.parents[1] for row in made.dialogues} == {name for name, _ in CHAINS}
    assert made.metrics["accuracy_mean"] == made.metrics["agreement_mean"] == 1.0
    stories = list(jsonl.read(Path("written.jsonl"), Story))
    assert [story.parents[0] for story in stories] == [row.id for row in made.dialogues for _ in row.turns]


def test_all_questions_of_a_round_go_out_together_and_solvers_see_no_hidden_state() -> None:
    with Server(Script()) as endpoint:
        made = written(author(endpoint.url), 3)
        kinds = [kind_of(body) for body in endpoint.seen]
    assert kinds[:3] == ["plan"] * 3 and kinds[3:6] == ["query"] * 3
    assert made.metrics["requests"] == len(kinds) and made.spent["llm_calls"] == len(kinds)
    told = [json.dumps(body["messages"]) for body in endpoint.seen if kind_of(body) in ("plan", "query", "refine")]
    keys = {str(row["id"]) for rows in tasks_scenario().tables.values() for row in rows}
    assert told and not [key for key in keys for text in told if f'"{key}' in text]
    for body in endpoint.seen:
        if kind_of(body) == "judge":
            assert set(json.loads(body["messages"][1]["content"])) == {"conversation", "query", "candidates"}


def test_each_turn_starts_where_the_winner_of_the_last_one_ended() -> None:
    """envfactory.md 16: the second turn deletes what the first one added."""
    made = one(Script(), 3)
    [row] = made.dialogues
    assert len(row.turns) == 2 and row.turns[1].calls[-1].tool == "tasks_delete"
    key = row.turns[0].outcomes[-1].value["id"]
    assert row.turns[1].calls[-1].arguments["task"] == key
    session = RUNTIME.open(row.scenario)
    before = session.goal_digest()
    assert row.turns[0].goal.digest != before == row.turns[1].goal.digest


def test_needless_calls_are_taken_out_and_the_rest_really_executed_again() -> None:
    def step(user: str, results: list[dict]) -> object:
        if len(results) == 1 and len(results[0]["items"]) > 1:
            return "".join([call("tasklists_list"), call("tasklists_list", maxResults=50)])
        if results[1:] and "items" in results[-1]:
            where = next(row["id"] for row in results[0]["items"] if row["title"] in user)
            return call("tasks_insert", tasklist=where, title="Buy stamps")
        return scripted.step(user, results)

    made = one(Script(step=step))
    [row], [story] = made.dialogues, jsonl.read(Path("written.jsonl"), Story)
    assert [one.tool for one in row.turns[0].calls] == ["tasklists_list", "tasks_insert"]
    assert story.calls_dropped == 2 and replay(RUNTIME, row) is None


def test_an_optional_argument_that_nobody_spoke_of_is_left_out() -> None:
    def step(user: str, results: list[dict]) -> object:
        return scripted.step(user, results) if results else call("tasklists_list", maxResults=50)

    made = one(Script(step=step))
    assert made.dialogues[0].turns[0].calls[0].arguments == {}
    assert made.metrics["arguments_dropped"] == 1


def test_a_value_that_nobody_said_is_rejected() -> None:
    """envfactory.md 15."""

    def step(user: str, results: list[dict]) -> object:
        said = scripted.step(user, results)
        return said.replace("Buy stamps", "Buy envelopes") if isinstance(said, str) else said

    made = failed(Script(step=step))
    assert made.rejected[0].reason == "unproved" and made.rejected[0].detail == "tasks_insert.title"
    assert made.refused["settle_unproved"] == 2


def test_no_pass_ends_the_chain_and_earlier_turns_stay() -> None:
    def judge(given: dict) -> dict:
        said = scripted.judge(given)
        for verdict in said["verdicts"]:
            verdict["passes"] = "delete" not in given["query"]
        return said

    [row] = one(Script(judge=judge), 3).dialogues
    assert len(row.turns) == 1 and replay(RUNTIME, row) is None


def test_the_winner_is_of_the_majority_whatever_the_judge_likes() -> None:
    """Three candidates, one of which also deletes a task; the judge passes all and ranks that one first."""
    seen: list[str] = []

    def step(user: str, results: list[dict]) -> object:
        said = scripted.step(user, results)
        if "tasks_insert" in str(said):
            seen.append("insert")
            if len(seen) == 2:
                where = json.loads(said[11:-12])["arguments"]["tasklist"]
                return said + call("tasks_delete", tasklist=where, task="t101" if where == "l101" else "t106")
        return said

    def judge(given: dict) -> dict:
        said = scripted.judge(given)
        said["ranking"].sort(key=lambda place: -len(given["candidates"][place - 1]["calls"]))
        return said

    with Server(Script(step=step, judge=judge)) as endpoint:
        who = author(endpoint.url, {"concurrency": 1}, candidates=3)
        made = written(who, chains=[("add", ["tasklists_list", "tasks_delete", "tasks_insert"])], max_turns=1)
        judged = [body for body in endpoint.seen if kind_of(body) == "judge"]
    shown = json.loads(judged[0]["messages"][1]["content"])["candidates"]
    assert [len(one["calls"]) for one in shown] == [2, 3, 2]
    assert "tasks_delete" not in [one.tool for one in made.dialogues[0].turns[0].calls]
    assert made.metrics["accuracy_mean"] == 1.0 and made.metrics["agreement_mean"] == 0.6667


def test_a_judge_that_likes_only_the_odd_one_out_has_no_winner() -> None:
    seen: list[str] = []

    def step(user: str, results: list[dict]) -> object:
        said = scripted.step(user, results)
        seen.extend(["insert"] * ("tasks_insert" in str(said)))
        return said.replace("Buy stamps", "buy stamps") if len(seen) == 2 and isinstance(said, str) else said

    def judge(given: dict) -> dict:
        said = scripted.judge(given)
        for verdict, shown in zip(said["verdicts"], given["candidates"], strict=True):
            verdict["passes"] = "buy stamps" in json.dumps(shown["calls"])
        return said

    with Server(Script(step=step, judge=judge)) as endpoint:
        who = author(endpoint.url, {"concurrency": 1}, candidates=3)
        with pytest.raises(UserError, match="against_the_majority"):
            written(who, chains=CHAINS[:1])


def test_a_question_says_what_all_accepted_answers_say_and_names_who_shows_it() -> None:
    """The second answer chats about the first task; only the number was asked for."""
    answers: list[str] = []

    def step(user: str, results: list[dict]) -> object:
        said = scripted.step(user, results)
        if not results[1:]:
            return said
        answers.append(f"{said} The first is {results[1]['items'][0]['title']}.")
        return answers[-1] if answers[1:] else said

    [row] = one(Script(step=step), 2).dialogues
    assert "The first is" in answers[1]
    assert row.turns[0].goal.says == ("3",) and set(row.turns[0].goal.reads) == {"tasks_get", "tasks_list"}
    assert [one.tool for one in row.turns[0].calls] == ["tasklists_list", "tasks_list"]


def test_a_question_whose_answers_agree_on_nothing_is_no_turn() -> None:
    def step(user: str, results: list[dict]) -> object:
        return "They are there." if results[1:] else scripted.step(user, results)

    assert failed(Script(step=step), 2).rejected[0].reason == "nothing_told"


# Refinement


def refined(script: Script, chain: int = 0, operator: str = "implicit_reference") -> tuple[Dialogue, Story]:
    made = one(script, chain, refine={**NONE, operator: 1.0})
    [story] = jsonl.read(Path("written.jsonl"), Story)
    return made.dialogues[0], story


def test_refined_words_drop_the_name_and_the_replay_still_reaches_the_state() -> None:
    """envfactory.md 14."""
    row, story = refined(Script())
    turn = row.turns[0]
    assert "Work" in story.plain and "Work" not in turn.user and turn.template == "written/implicit_reference"
    assert story.refined == "implicit_reference" and replay(RUNTIME, row) is None
    assert not proof.unproved(row, ENVIRONMENT) and not proof.weak_goals(RUNTIME, row)


def test_words_that_lead_solvers_elsewhere_leave_the_plain_ones() -> None:
    def refine(given: dict) -> dict:
        return {"query": given["query"].replace("Work", "Groceries")}

    row, story = refined(Script(refine=refine))
    assert row.turns[0].template == "written/plain" and "Work" in row.turns[0].user and not story.plain
    assert story.refined == "implicit_reference: another_state"


def test_words_that_cannot_be_solved_leave_the_plain_ones() -> None:
    """envfactory.md 14: unsolvable rewrites are rejected."""

    def step(user: str, results: list[dict]) -> object:
        return "Which list do you mean?" if "something" in user else scripted.step(user, results)

    row, story = refined(Script(step=step, refine=lambda given: {"query": "Please add something."}))
    assert row.turns[0].template == "written/plain" and story.refined == "implicit_reference: nobody_eligible"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Please use tasks_insert for the stamps.", "leak"),
        ("Please add a stamp to l103.", "leak"),
        ("Bitte <|im_end|> add it.", "special_tokens"),
        ("Добавь, пожалуйста, марки в рабочий список.", "language"),
        ("x " * 200, "too_long"),
        ("Add.", "empty"),
    ],
)
def test_refined_words_are_checked_before_a_solver_is_paid(words: str, reason: str) -> None:
    script = Script(refine=lambda given: {"query": words})
    row, story = refined(script)
    assert row.turns[0].template == "written/plain" and story.refined == f"implicit_reference: {reason}"
    assert script.asked["refine"] == 2 and script.asked["solver"] == 2 * 3


def test_an_expanded_goal_tells_something_more_and_changes_the_same() -> None:
    def refine(given: dict) -> dict:
        return {"query": given["query"] + " And how many tasks are on it then?"}

    def step(user: str, results: list[dict]) -> object:
        if "how many" not in user or len(results) < 2:
            return scripted.step(user, results)
        where = next(row["id"] for row in results[0]["items"] if row["title"] == "Work")
        told = f"Done, there are {len(results[2]['items'])} tasks now." if results[2:] else None
        return told or call("tasks_list", tasklist=where)

    chain = [("add", ["tasklists_list", "tasks_list", "tasks_insert"])]
    with Server(Script(refine=refine, step=step)) as endpoint:
        made = written(author(endpoint.url, refine={**NONE, "goal_expansion": 1.0}), chains=chain)
    turn = made.dialogues[0].turns[0]
    assert turn.template == "written/goal_expansion" and turn.goal.says == ("4",) and "tasks_list" in turn.goal.reads
    assert [one.tool for one in turn.calls] == ["tasklists_list", "tasks_insert", "tasks_list"]


def test_an_expanded_goal_that_adds_nothing_leaves_the_plain_words() -> None:
    refine = {"query": 'Be so kind and add "Buy stamps" to my Work list.'}
    row, story = refined(Script(refine=lambda given: refine), operator="goal_expansion")
    assert row.turns[0].template == "written/plain" and story.refined == "goal_expansion: nothing_added"


# Bad replies


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("Sure, here is the plan: persona Ann.", "no_json"),
        ('{"persona": "Ann", "situat', "no_json"),
        ("[]", "wrong_shape"),
        ({"persona": "Ann"}, "wrong_shape"),
        ({"extra": 1}, "wrong_shape"),
        ({"turns": [{"about": "Do it now.", "tools": []}]}, "wrong_shape"),
        ({"turns": [{"about": "Do it now.", "tools": ["tasks_insert", "tasklists_list"]}]}, "not_the_chain"),
        ({"turns": [{"about": "Do it now.", "tools": ["tasks_insert"]}]}, "not_the_chain"),
        ({"turns": [{"about": "It.", "tools": ["tasklists_list"]}] * 4}, "too_many_turns"),
        ({"situation": "She wants tasks_insert."}, "leak"),
        ({"situation": "She looks at l101."}, "leak"),
        ({"situation": "She sets showCompleted."}, "leak"),
        ({"persona": " "}, "empty"),
    ],
)
def test_a_bad_plan_is_told_what_is_wrong_and_no_turn_is_paid_for(reply: dict | str, reason: str) -> None:
    def plan(given: dict) -> dict | str:
        return reply if isinstance(reply, str) or reply == {"persona": "Ann"} else {**scripted.plan(given), **reply}

    script = Script(plan=plan)
    with Server(script) as endpoint:
        with pytest.raises(UserError, match=f"no dialogue could be written for train: .*{reason}"):
            written(author(endpoint.url), chains=CHAINS[:1])
        assert reason in endpoint.seen[1]["messages"][-1]["content"]
    assert script.asked == {"plan": 2}


def test_a_better_second_try_is_taken() -> None:
    tries: list[dict] = []

    def plan(given: dict) -> dict | str:
        tries.append(given)
        return f"```json\n{json.dumps(scripted.plan(given))}\n```" if tries[1:] else "Well..."

    made = one(Script(plan=plan))
    assert len(made.dialogues) == 1 and made.refused["plan_no_json"] == 1


def stepping(first: object) -> Script:
    """Solvers whose first reply is another one."""

    def step(user: str, results: list[dict]) -> object:
        if not results and not begun.count(user) // 2:
            begun.append(user)
            return first
        return scripted.step(user, results)

    begun: list[str] = []
    return Script(step=step)


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ('<tool_call>{"name": "tasklists_list", "argu', "unreadable"),
        ('<tool_call>{"name": "tasklists_list", "arguments": {}}', "unreadable"),
        ('<tool_call>{"name": "tasklists_list", "arguments": []}</tool_call>', "unreadable"),
        ("I would call </tool_call> now.", "unreadable"),
        (native("tasklists_list", '{"a": '), "unreadable"),
        (native("tasklists_list", [1]), "unreadable"),
        ([{"id": "x"}], "unreadable"),
        (call("tasks_explode"), "unknown_tool"),
        (native("tasks_explode", "{}"), "unknown_tool"),
        (call("tasklists_list", maxResults="many"), "call_failed"),
    ],
)
def test_a_step_that_cannot_be_run_is_counted_and_the_solver_goes_on(first: object, reason: str) -> None:
    made = one(stepping(first))
    assert made.refused[f"solve_{reason}"] == 2
    assert [one.tool for one in made.dialogues[0].turns[0].calls] == ["tasklists_list", "tasks_insert"]


@pytest.mark.parametrize(
    "first",
    [
        native("tasklists_list", "{}"),
        native("tasklists_list", {}),
        native("tasklists_list", ""),
        native("tasklists_list", None),
        '<tool_call>{"name": "tasklists_list", "arguments": "{}"}</tool_call>',
        f"<think>The </tool_call> tag...</think>{call('tasklists_list')}",
        f"Let me look.\n{call('tasklists_list')}",
    ],
)
def test_arguments_may_come_as_text_or_as_an_object(first: object) -> None:
    made = one(stepping(first))
    assert not made.refused and made.dialogues[0].turns[0].calls[0].arguments == {}


@pytest.mark.parametrize("answer", ["", "  ", "Done.<|im_end|>", "Done. <b>"])
def test_closing_words_that_cannot_be_taught_are_none(answer: str) -> None:
    def step(user: str, results: list[dict]) -> object:
        return answer if results[1:] else scripted.step(user, results)

    made = failed(Script(step=step))
    assert made.rejected[0].reason == "nobody_eligible"
    assert made.refused["solve_special_tokens" if answer.strip() else "solve_empty"] == 2


@pytest.mark.parametrize("value", ["mkdir -p test/{a,b}", "}} ]] {{", 'say "hi" to \\ them', "naïve 日本 tag"])
def test_values_with_braces_quotes_and_signs_arrive_as_they_were_said(value: str) -> None:
    def query(given: dict) -> dict:
        return {"query": f"Please add {value} to my Work list.", "intent": "It is there."}

    def step(user: str, results: list[dict]) -> object:
        said = scripted.step(user.replace("add", 'add "x"', 1), results)
        return said.replace('"title": "x"', f'"title": {json.dumps(value)}') if isinstance(said, str) else said

    [row] = one(Script(query=query, step=step)).dialogues
    assert row.turns[0].calls[-1].arguments["title"] == value and replay(RUNTIME, row) is None


def test_an_end_tag_inside_an_argument_is_part_of_it() -> None:
    """It is executed as it stands, and then refused for what the user's words would have to hold."""

    def step(user: str, results: list[dict]) -> object:
        said = scripted.step(user, results)
        return said.replace("Buy stamps", "Buy </tool_call> stamps") if "tasks_insert" in str(said) else said

    made = failed(Script(step=step))
    assert made.refused["solve_unreadable"] == 0 and made.rejected[0].reason == "unproved"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("They are all fine.", "no_json"),
        ({"verdicts": [], "ranking": []}, "not_all_judged"),
        ({"ranking": [1, 1]}, "not_all_ranked"),
        ({"ranking": [3, 1]}, "not_all_ranked"),
    ],
)
def test_a_judge_that_makes_no_sense_ends_the_dialogue(reply: dict | str, reason: str) -> None:
    def judge(given: dict) -> dict | str:
        return reply if isinstance(reply, str) else {**scripted.judge(given), **reply}

    made = failed(Script(judge=judge))
    assert made.rejected[0].reason == reason and made.refused[f"judge_{reason}"] == 2


@pytest.mark.parametrize(("reply", "reason"), [(call("tasklists_list"), "unfinished"), ("Which list?", "no_call")])
def test_solvers_that_come_to_no_end_and_those_that_only_talk_are_ineligible(reply: str, reason: str) -> None:
    made = failed(Script(step=lambda user, results: reply))
    assert made.refused[f"solve_{reason}"] == 2 and made.rejected[0].reason == "nobody_eligible"
