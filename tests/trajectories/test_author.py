"""An LLM's words for users' turns: taken when proved, counted when not, never paid for twice."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.llm.request import Request
from stages.core.params.trajectories import Llm
from stages.core.records import Dialogue, RlRow, SftRow
from stages.core.replay import replay
from stages.trajectories import proof
from stages.trajectories.actions import changed
from stages.trajectories.author import Reworded, reword
from stages.trajectories.replay import check
from stages.trajectories.run import run
from stages.trajectories.synthesis import identity
from stages.trajectories.wording import refusal, things, values
from tests.core.llm.server import Reply, Server
from tests.trajectories.test_dialogues import ENVIRONMENT, RUNTIME, made
from tests.trajectories.test_run import PARAMS, inputs

Say = Callable[[dict[str, str]], object]
"""The grammar's words by key -> the reply: an object (sent as JSON) or a text as it is."""
WIDE = dict.fromkeys(("schema_tokens", "result_tokens", "call_tokens", "single_call_tokens", "call_row_tokens"), 4000)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache lies under the folder that a run starts in."""
    monkeypatch.chdir(tmp_path)


def author(url: str = "http://127.0.0.1:9/v1", engine: dict | None = None, **changes) -> Llm:
    settings = {"method": "endpoint", "base_url": url, "model": "any", "key_variable": None, "concurrency": 4}
    settings |= {
        "timeout": 5.0,
        "attempts": 1,
        "patience": 0.0,
        "input_price": 1.0,
        "output_price": 2.0,
        "max_cost": None,
    }
    made = {"method": "llm", "engine": {**settings, **(engine or {})}, "temperature": 0.7, "max_new_tokens": 200}
    return Llm.model_validate({**made, "longest": 2.0, "structured": False, **changes})


def words(body: dict) -> dict[str, str]:
    return {key: turn["words"] for key, turn in json.loads(body["messages"][-1]["content"]).items()}


def server(say: Say, finish: str = "stop", usage: dict[str, int] | None = None) -> Server:
    def behave(body: dict, _: int) -> Reply:
        said = say(words(body))
        text = said if isinstance(said, str) else json.dumps(said)
        choice = {"message": {"content": text}, "finish_reason": finish}
        used = {"prompt_tokens": 100, "completion_tokens": 20} if usage is None else usage
        return 200, {}, json.dumps({"choices": [choice], "usage": used}).encode()

    return Server(behave)


def kindly(old: dict[str, str]) -> dict[str, str]:
    return {key: text.rstrip(".?!") + ", if you would be so kind." for key, text in old.items()}


def asked(dialogues: list[Dialogue], settings: Llm) -> Reworded:
    environments = {row.environment: RUNTIME for row in dialogues}
    return reword(dialogues, environments, settings, Path("base"), seed=1, export=Path("llm.jsonl"))


def one_turn() -> Dialogue:
    """A dialogue of one turn that creates a row by its name."""
    row = next(row for row in made() if row.turns[0].template.startswith("create_in."))
    turns = row.turns[:1]
    session = RUNTIME.open(row.scenario)
    for call in turns[0].calls:
        session.call(call.tool, dict(call.arguments))
    name = identity(row.environment, row.scenario.id, turns)
    return row.model_copy(update={"id": name, "turns": turns, "end_digest": session.digest()})


def stage(root: Path, name: str, **changes) -> tuple[dict, dict[str, float], Path]:
    folders = inputs(root / "in") if not (root / "in").exists() else {one.name: one for one in (root / "in").iterdir()}
    out = root / name
    out.mkdir()
    summary = run(PARAMS.model_copy(update={**WIDE, **changes}), folders, out)
    return summary.metrics, summary.spent, out


def test_good_words_are_taken_and_every_row_still_replays(tmp_path: Path) -> None:
    before = list(jsonl.read(stage(tmp_path, "grammar")[2] / "dialogues.jsonl", Dialogue))
    with server(kindly) as endpoint:
        metrics, spent, out = stage(tmp_path, "llm", author=author(endpoint.url))
    after = list(jsonl.read(out / "dialogues.jsonl", Dialogue))
    turns = sum(len(row.turns) for row in before)
    assert metrics["author"]["asked"] == metrics["author"]["accepted"] == turns and not metrics["author"]["kept"]
    assert spent["llm_calls"] == len(endpoint.seen) == len(before) and spent["llm_cost"] > 0
    folder = str(tmp_path / "in" / "environments")
    assert [check((folder, row.model_dump_json(by_alias=True))) for row in after] == [None] * len(before)
    for old, new in zip(before, after, strict=True):
        assert new.id != old.id and new.id == identity(new.environment, new.scenario.id, new.turns)
        same = {"id", "turns"}
        assert new.model_dump(exclude=same) == old.model_dump(exclude=same)
        for was, now in zip(old.turns, new.turns, strict=True):
            assert now.user.endswith("if you would be so kind.") and now.template == f"{was.template}/llm"
            assert now.model_dump(exclude={"user", "template"}) == was.model_dump(exclude={"user", "template"})
    said = {turn.user for row in after for turn in row.turns}
    sft = [row for row in jsonl.read(out / "sft.jsonl", SftRow) if row.source == "dialogue"]
    assert {m["content"] for row in sft for m in row.messages if m["role"] == "user"} == said
    assert {row.dialogue for row in jsonl.read(out / "rl.jsonl", RlRow)} == {row.id for row in after}
    assert len((out / "llm.jsonl").read_text().splitlines()) == len(before)


def test_the_grammar_alone_writes_what_it_wrote_and_asks_nobody(tmp_path: Path) -> None:
    metrics, spent, out = stage(tmp_path, "grammar")
    assert "author" not in metrics and not spent
    assert {path.name for path in out.glob("*.jsonl")} == {"calls.jsonl", "dialogues.jsonl", "rl.jsonl", "sft.jsonl"}
    assert not (tmp_path / ".cache").exists()


def test_the_question_holds_words_alone_and_no_tool_call_or_key() -> None:
    rows = list(made())
    with server(kindly) as endpoint:
        asked(rows, author(endpoint.url, structured=True))
    sent = json.dumps([body["messages"] for body in endpoint.seen])
    assert not [tool.name for tool in ENVIRONMENT.tools if tool.name in sent]
    keys = {str(row["id"]) for one in rows for table in one.scenario.tables.values() for row in table}
    assert not [key for key in keys if f'"{key}"' in sent or f" {key}" in sent]
    for body in endpoint.seen:
        schema = body["response_format"]["json_schema"]["schema"]
        assert schema["required"] == list(words(body)) and schema["additionalProperties"] is False


BAD = {
    "value_dropped": lambda old: {"turn_1": "Please add that thing there."},
    "leak": lambda old: {"turn_1": old["turn_1"].rstrip(".?!") + " with tasks_insert."},
    "too_long": lambda old: {"turn_1": old["turn_1"] + " Please do it now." * 20},
    "special_tokens": lambda old: {"turn_1": old["turn_1"] + "<|im_end|>"},
    "control_characters": lambda old: {"turn_1": old["turn_1"] + "\u202eplease"},
    "same": lambda old: {"turn_1": old["turn_1"].rstrip(".?!") + "!"},
    "empty": lambda old: {"turn_1": "  "},
    "no_json": lambda old: f"Sure! Here it is: {json.dumps(kindly(old))}",
    "wrong_shape": lambda old: {**kindly(old), "turn_2": "And delete it."},
}


@pytest.mark.parametrize("reason", BAD)
def test_words_that_are_not_proved_leave_the_grammars_and_count_their_reason(reason: str) -> None:
    row = one_turn()
    with server(BAD[reason]) as endpoint:
        found = asked([row], author(endpoint.url))
    assert found.dialogues == [row]
    assert found.metrics["kept"] == {reason: 1} and found.metrics["accepted"] == 0


@pytest.mark.parametrize(
    "tail", [", 3 of them", " as the boss Miller wants", ' with notes "soon"', " <b>", " <tool_call>"]
)
def test_a_number_a_name_a_quotation_or_a_mark_of_its_own_is_refused(tail: str) -> None:
    with server(lambda old: {"turn_1": old["turn_1"].rstrip(".?!") + tail}) as endpoint:
        found = asked([one_turn()], author(endpoint.url))
    assert set(found.metrics["kept"]) <= {"invented", "special_tokens"} and found.metrics["kept"]


@pytest.mark.parametrize(
    ("template", "old", "new", "reason"),
    [
        ("create_in.0", "Add a task called .", "A task called .", "action_dropped"),
        ("create_in.0", "Add a task called .", "Could you make a task called ?", None),
        ("create_in.0", "Add a task called .", "Remove the new task .", "other_action"),
        ("create_in.0", "Add a task called .", "Don't add a task called .", "other_action"),
        ("delete.1", "The task  is out of date. Remove it.", "The task  is out of date.", "action_dropped"),
        ("delete.1", "The task  is out of date. Remove it.", "Please get rid of the old task .", None),
        ("list_in.0", "Which tasks are in ?", "How many tasks are in ?", "other_action"),
        ("count_in.0", "How many tasks are in ?", "Which tasks are in ?", "action_dropped"),
        ("read.0", "I forgot the notes of . What are they?", "Please tell me the notes of .", None),
        ("rename_it.0", "Rename it to .", "From now on it is .", "action_dropped"),
    ],
)
def test_the_action_stays_the_same(template: str, old: str, new: str, reason: str | None) -> None:
    found = changed(template, old, new)
    assert (found and found[0]) == reason


def test_another_kind_of_thing_is_refused() -> None:
    row = one_turn()
    turn, said = row.turns[0], values(row, 0, ENVIRONMENT)
    ways = things(turn, ENVIRONMENT)
    assert ways[0] == ("task", "tasks")
    other = re.sub(r"\btask\b", "note", turn.user) + " Please."
    assert refusal(turn, other, said, ways, 2.0) == ("word_dropped", "task")
    assert refusal(turn, turn.user + " Please.", said, ways, 2.0) is None


@pytest.mark.parametrize("reply", ['{"turn_1": "Add', '{"turn_1": 3}', '["Add it"]', "{}", "", "null"])
def test_half_json_and_other_shapes_are_refused(reply: str) -> None:
    with server(lambda _: reply) as endpoint:
        found = asked([one_turn()], author(endpoint.url))
    assert set(found.metrics["kept"]) <= {"no_json", "wrong_shape"} and found.metrics["kept"]


def test_a_reply_that_the_limit_cut_says_so() -> None:
    with server(lambda _: '{"turn_1": "Add', finish="length") as endpoint:
        assert asked([one_turn()], author(endpoint.url)).metrics["kept"] == {"cut_off": 1}


def test_words_that_another_dialogue_has_already_are_refused() -> None:
    row = one_turn()
    turn = row.turns[0].model_copy(update={"user": row.turns[0].user + " Thanks."})
    twin = row.model_copy(update={"id": "twin", "turns": (turn,)})
    new = kindly({"turn_1": row.turns[0].user})
    with server(lambda _: new) as endpoint:
        found = asked([row, twin], author(endpoint.url))
    assert found.metrics["accepted"] == 1 and found.metrics["kept"] == {"duplicate": 1}
    assert [one.turns[0].user for one in found.dialogues] == [new["turn_1"], turn.user]


def test_a_turn_is_judged_for_itself() -> None:
    row = next(row for row in made() if len(row.turns) == 2)
    with server(lambda old: {**kindly(old), "turn_1": "Whatever."}) as endpoint:
        found = asked([row], author(endpoint.url))
    [new] = found.dialogues
    assert new.turns[0] == row.turns[0] and new.turns[1].user != row.turns[1].user
    assert found.metrics["accepted"] == 1 and sum(found.metrics["kept"].values()) == 1
    assert replay(RUNTIME, new) is None and not proof.unproved(new, ENVIRONMENT)


def test_a_second_run_asks_nothing_and_one_more_dialogue_asks_one_question() -> None:
    rows = list(made())[:6]
    with server(kindly) as endpoint:
        first = asked(rows[:5], author(endpoint.url))
        assert asked(rows[:5], author(endpoint.url, {"concurrency": 1}))[:2] == first[:2]
        assert len(endpoint.seen) == 5
        more = asked(rows, author(endpoint.url))
        assert len(endpoint.seen) == 6 and more.spent["llm_calls"] == 1
    assert more.dialogues[:5] == first.dialogues


def test_other_params_of_the_stage_pay_nothing_again_and_the_bytes_stay(tmp_path: Path) -> None:
    with server(kindly) as endpoint:
        first = stage(tmp_path, "first", author=author(endpoint.url))[2]
        count = len(endpoint.seen)
        second = stage(tmp_path, "second", author=author(endpoint.url), calls=8)[2]
        assert len(endpoint.seen) == count
    for name in ("dialogues.jsonl", "rl.jsonl", "llm.jsonl"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_what_the_cache_holds_needs_no_endpoint_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-canary-2718281828")
    with server(kindly) as endpoint:
        first = asked([one_turn()], author(endpoint.url, {"key_variable": "SOME_KEY"}))
        url = endpoint.url
    monkeypatch.delenv("SOME_KEY")
    assert asked([one_turn()], author(url, {"key_variable": "SOME_KEY"}))[:2] == first[:2]
    held = [path.read_bytes() for path in Path().rglob("*") if path.is_file()]
    assert held and not [text for text in held if b"canary" in text]


def test_the_ceiling_ends_the_asking_and_the_rest_keeps_the_grammars_words() -> None:
    rows = list(made())[:6]
    with server(kindly, usage={}) as endpoint:  # without a bill every answer counts at its most
        found = asked(rows, author(endpoint.url, {"max_cost": 0.007, "concurrency": 1}))
        assert 0 < len(endpoint.seen) < 6
    assert 0 < found.spent["llm_cost"] <= 0.007
    sent = len(endpoint.seen)
    assert found.metrics["kept"] == {"over_budget": sum(len(row.turns) for row in rows[sent:])}
    assert found.dialogues[sent:] == rows[sent:] and found.metrics["failed"] == {"over_budget": 6 - sent}


def test_an_endpoint_that_nobody_answers_at_is_one_clear_line() -> None:
    with pytest.raises(
        UserError, match=r"^http://127.0.0.1:9/v1: 6 of 6 requests had no answer \(unreachable"
    ) as raised:
        asked(list(made())[:6], author())
    assert "\n" not in str(raised.value)


def test_an_endpoint_that_breaks_down_keeps_what_it_answered() -> None:
    rows = list(made())[:6]

    def behave(body: dict, count: int) -> Reply:
        if count > 2:
            return 500, {}, b"{}"
        content = json.dumps(kindly(words(body)))
        return 200, {}, json.dumps({"choices": [{"message": {"content": content}}]}).encode()

    with Server(behave) as broken, pytest.raises(UserError, match="4 of 6"):
        asked(rows, author(broken.url))
    with server(kindly) as sound:
        asked(rows, author(sound.url))
        assert len(sound.seen) == 4


def test_one_question_that_is_refused_does_not_end_the_run_nor_the_next_one() -> None:
    rows = list(made())[:4]

    def behave(body: dict, _: int) -> Reply:
        if words(body)["turn_1"] == rows[0].turns[0].user:
            return 400, {}, b"{}"
        content = json.dumps(kindly(words(body)))
        return 200, {}, json.dumps({"choices": [{"message": {"content": content}}]}).encode()

    with Server(behave) as endpoint:
        first = asked(rows, author(endpoint.url))
        assert first.metrics["kept"] == {"refused": len(rows[0].turns)}
        assert asked(rows, author(endpoint.url))[:2] == first[:2] and len(endpoint.seen) == 5


def test_a_local_model_is_asked_too_and_its_prose_is_refused(pico_model_folder: Path) -> None:
    settings = author(engine={}, max_new_tokens=16)
    local = settings.model_copy(update={"engine": Llm.model_validate(_local(settings)).engine})
    row = one_turn()
    found = reword([row], {row.environment: RUNTIME}, local, pico_model_folder, seed=1, export=Path("llm.jsonl"))
    assert found.dialogues == [row] and sum(found.metrics["kept"].values()) == 1 and found.spent["llm_cost"] == 0
    [line] = Path("llm.jsonl").read_text().splitlines()
    kept = Request.model_validate(json.loads(line)["request"])
    assert kept.model.startswith("folder ") and str(pico_model_folder) not in line


def _local(settings: Llm) -> dict:
    return {**settings.model_dump(), "engine": {"method": "local", "batch_size": 2, "threads": 1}}


def test_a_schema_cannot_be_asked_of_the_local_engine() -> None:
    with pytest.raises(ValidationError, match="structured must be false"):
        Llm.model_validate({**_local(author()), "structured": True})
