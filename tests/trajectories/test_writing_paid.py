"""What writing costs: nothing is paid twice, not after a kill, not for one row more, not for another temperature."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.llm.__main__ import main as refill
from stages.core.llm.asking import PLACE
from stages.core.llm.cache import Cache, Kept
from stages.core.params.writing import Written
from stages.core.records import Dialogue, RlRow, SftRow, canonical
from stages.core.replay import replay
from stages.trajectories.replay import check
from stages.trajectories.run import run
from stages.trajectories.writing.dialogue import Story
from tests.core.llm.server import Reply, Server
from tests.trajectories.scripted import CHAINS, Script, kind_of
from tests.trajectories.test_author import WIDE
from tests.trajectories.test_dialogues import RUNTIME
from tests.trajectories.test_run import PARAMS, inputs
from tests.trajectories.test_writing import NONE, author, own_folder, written

__all__ = ["own_folder"]
ROOT = Path(__file__).resolve().parents[2]
RUN = """
import os, sys
sys.path.insert(0, os.getcwd())
from tests.trajectories.test_writing import author, written
os.chdir(sys.argv[2])
made = written(author(sys.argv[1], {"concurrency": 2}), 4)
print(len(made.dialogues))
"""


def sent(bodies: list[dict]) -> Counter[str]:
    """How often each body was sent; solvers of one turn ask the same first question, once each."""
    return Counter(canonical(body) for body in bodies)


def bytes_of(made) -> list[str]:
    return [row.model_dump_json(by_alias=True) for row in made.dialogues]


def test_a_second_run_pays_nothing_and_gives_the_same_rows() -> None:
    with Server(Script()) as endpoint:
        first = written(author(endpoint.url), 4)
        told, count = Path("written.jsonl").read_bytes(), len(endpoint.seen)
        second = written(author(endpoint.url, {"concurrency": 1}), 4)
        assert len(endpoint.seen) == count and second.spent["llm_calls"] == 0 and second.spent["llm_cost"] == 0
    assert bytes_of(second) == bytes_of(first) and Path("written.jsonl").read_bytes() == told
    assert second.metrics == first.metrics and second.refused == first.refused


def test_exported_answers_write_the_same_rows_in_a_fresh_clone_without_an_endpoint(tmp_path: Path) -> None:
    with Server(Script()) as endpoint:
        who = author(endpoint.url)
        first = written(who, 2)
    PLACE.unlink()
    assert refill(["llm.jsonl"]) == 0
    assert bytes_of(written(who, 2)) == bytes_of(first)


def test_one_row_more_asks_about_one_dialogue_more_alone() -> None:
    with Server(Script()) as endpoint:
        first = written(author(endpoint.url), 3)
        before = list(endpoint.seen)
        more = written(author(endpoint.url), 4)
        new = endpoint.seen[len(before) :]
    assert bytes_of(more)[:3] == bytes_of(first)
    assert [kind_of(body) for body in new].count("plan") == 1
    assert not set(sent(new)) & set(sent(before)), "calls paid twice"


def test_another_temperature_pays_for_its_own_questions_alone() -> None:
    with Server(Script()) as endpoint:
        written(author(endpoint.url), 3)
        count = len(endpoint.seen)
        solver = {"engine": {"method": "same"}, "max_new_tokens": 300, "temperature": 1.0}
        written(author(endpoint.url, solver=solver), 3)
        new = endpoint.seen[count:]
        assert new and {kind_of(body) for body in new} == {"solver"}
        assert {body["temperature"] for body in new} == {1.0}
        solvers = [body for body in endpoint.seen[:count] if kind_of(body) == "solver"]
        assert len(new) == len(solvers)
        judge = {"engine": {"method": "same"}, "max_new_tokens": 300, "temperature": 0.5}
        count = len(endpoint.seen)
        written(author(endpoint.url, judge=judge), 3)
        assert {kind_of(body) for body in endpoint.seen[count:]} == {"judge"}


def test_a_killed_run_goes_on_and_pays_for_nothing_twice() -> None:
    """Killed while solvers are at work; what the cache held then is never asked again."""
    process: list[subprocess.Popen] = []
    script = Script()

    def behave(body: dict, count: int) -> Reply:
        if count == 17:
            process[0].kill()
        return script(body, count)

    def start(url: str) -> subprocess.Popen:
        command = [sys.executable, "-c", RUN, url, str(Path().resolve())]
        return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)

    with Server(behave) as endpoint:
        process.append(start(endpoint.url))
        assert process[0].wait(120) == -signal.SIGKILL
        first = len(endpoint.seen)
        shutil.copytree(PLACE.parent, "at the kill")
        assert start(endpoint.url).wait(120) == 0
    asked = [line.request for line in jsonl.read(Path("llm.jsonl"), Kept)]
    with Cache(Path("at the kill") / PLACE.name) as cache:
        held = [one for one in asked if cache.get(one) is not None]
    assert 17 - 2 <= len(held) <= first, "at most what was under way was lost"
    # Solvers ask the same first question; as bodies they differ in number alone.
    again = sent(endpoint.seen[first:])
    missing = sent([one.body() for one in asked]) - sent([one.body() for one in held])
    paid_twice = again - missing
    assert paid_twice.total() == 0 and again == missing, f"calls paid twice: {paid_twice.total()}"


def test_a_server_that_wants_to_be_left_alone_for_a_while_gets_its_wait_and_all_rows_come() -> None:
    script = Script()

    def behave(body: dict, count: int) -> Reply:
        return (429, {"retry-after": "0"}, b"{}") if count % 3 else script(body, count)

    with Server(behave) as endpoint:
        made = written(author(endpoint.url, {"attempts": 6, "patience": 5.0, "concurrency": 1}), 2)
    assert len(made.dialogues) == 2 and not made.metrics["failed"]


def test_a_solver_that_times_out_leaves_the_rest_and_the_next_run_asks_it_alone() -> None:
    script = Script()
    slow: list[dict] = []

    def behave(body: dict, count: int) -> Reply:
        if kind_of(body) == "solver" and len(body["messages"]) > 4 and not slow:
            slow.append(body)
            time.sleep(1.5)
        return script(body, count)

    with Server(behave) as endpoint:
        engine = {"timeout": 0.5, "concurrency": 4}
        first = written(author(endpoint.url, engine, candidates=3), 2)
        assert first.refused["solve_timeout"] == 1 and first.metrics["failed"] == {"timeout": 1}
        assert len(first.dialogues) == 2 and first.metrics["accuracy_mean"] < 1
        count = len(endpoint.seen)
        second = written(author(endpoint.url, engine, candidates=3), 2)
        kinds = [kind_of(body) for body in endpoint.seen[count:]]
    assert kinds.count("solver") <= 2 and "plan" not in kinds and "query" not in kinds
    assert second.metrics["accuracy_mean"] == 1.0


def test_an_endpoint_that_goes_away_ends_the_run_in_one_line_and_keeps_what_it_answered() -> None:
    script = Script()

    def behave(body: dict, count: int) -> Reply | None:
        return script(body, count) if count <= 6 else None

    with Server(behave) as endpoint, pytest.raises(UserError, match="answers that came are kept") as raised:
        written(author(endpoint.url), 3)
    assert "\n" not in str(raised.value)
    with Server(script) as endpoint:
        written(author(endpoint.url), 3)
        assert {kind_of(body) for body in endpoint.seen} == {"solver", "judge"}


def test_one_question_that_is_always_refused_does_not_end_the_run() -> None:
    """A talk that grows past a model's context is refused with 400 in a late round, perhaps alone there."""
    script = Script()

    def behave(body: dict, count: int) -> Reply:
        long = kind_of(body) == "judge" and "Groceries" in json.dumps(body)
        return (400, {}, b"{}") if long else script(body, count)

    with Server(behave) as endpoint:
        made = written(author(endpoint.url), 2, chains=CHAINS[:1])
        assert len(made.dialogues) == 1 and made.rejected[0].reason == "refused"
        count = len(endpoint.seen)
        assert bytes_of(written(author(endpoint.url), 2, chains=CHAINS[:1])) == bytes_of(made)
        assert [kind_of(body) for body in endpoint.seen[count:]] == ["judge"]


def test_the_ceiling_holds_over_all_rounds() -> None:
    with Server(Script()) as endpoint:
        made = written(author(endpoint.url, {"max_cost": 0.0085, "concurrency": 1}), 4)
    assert 0 < made.spent["llm_cost"] <= 0.0085
    assert made.metrics["failed"].keys() == {"over_budget"} and len(made.dialogues) < 4


def test_a_dry_run_says_what_it_would_cost_and_asks_nobody() -> None:
    with Server(Script()) as endpoint:
        with pytest.raises(UserError, match=r"dry_run: dry run of 3 dialogues: likely \d+ requests") as raised:
            written(author(endpoint.url, dry_run=True), 3)
        assert not endpoint.seen and not [path for path in Path().iterdir() if path.suffix == ".jsonl"]
        real = written(author(endpoint.url), 3)
    line = str(raised.value)
    assert "\n" not in line
    likely, most = (int(part.split()[0]) for part in line.split("likely ")[1].split("at most "))
    assert 0.4 * likely <= real.metrics["requests"] <= most
    costs = [float(part.split(";")[0]) for part in line.split("cost ")[1:]]
    assert 0 < costs[0] < costs[1] and real.spent["llm_cost"] <= costs[1]


def test_solvers_and_judge_may_be_others_and_each_engine_has_its_own_account() -> None:
    with Server(Script()) as one, Server(Script()) as two:
        settings = author(one.url)
        other = {**settings.writer.engine.model_dump(), "base_url": two.url, "model": "solver"}
        solver = {"engine": other, "temperature": 0.9, "max_new_tokens": 300}
        made = written(author(one.url, solver=solver), 2)
        assert {kind_of(body) for body in two.seen} == {"solver"} and {body["model"] for body in two.seen} == {"solver"}
        assert {kind_of(body) for body in one.seen} == {"plan", "query", "judge"}
    lines = list(jsonl.read(Path("llm.jsonl"), Kept))
    assert len(lines) == made.metrics["requests"] == len(one.seen) + len(two.seen) == made.spent["llm_calls"]
    assert [line.request.key for line in lines] == sorted(line.request.key for line in lines)


def test_the_shape_of_replies_is_sent_where_the_server_takes_it() -> None:
    with Server(Script()) as endpoint:
        written(author(endpoint.url, structured=True))
        formats = {kind_of(body): body.get("response_format") for body in endpoint.seen}
    assert formats["solver"] is None
    assert formats["plan"]["json_schema"]["schema"]["additionalProperties"] is False
    assert {kind for kind, shape in formats.items() if shape} == {"plan", "query", "judge"}


def test_settings_that_cannot_work_are_named() -> None:
    settings = author().model_dump()
    local = {"method": "local", "batch_size": 2, "threads": 1}
    for change, said in (
        ({"structured": True, "writer": {**settings["writer"], "engine": local}}, "structured must be false"),
        ({"solver": {**settings["solver"], "temperature": 0.0}}, "take one candidate"),
        ({"refine": {**NONE, "ambiguity": 0.6, "implicit_reference": 0.6}}, "more than 1"),
        ({"wirter": 1}, "wirter"),
    ):
        with pytest.raises(ValidationError, match=said):
            Written.model_validate({**settings, **change})


def test_a_local_model_is_asked_too_and_its_prose_is_refused(pico_model_folder: Path) -> None:
    engine = {"method": "local", "batch_size": 2, "threads": 1}
    who = author()
    writer = {"engine": engine, "temperature": 0.0, "max_new_tokens": 16}
    local = Written.model_validate({**who.model_dump(), "writer": writer})
    with pytest.raises(UserError, match=r"no dialogue could be written for train: \{'(cut_off|no_json)': 1\}"):
        written(local, base=pico_model_folder)


def test_the_stage_writes_rows_that_replay_in_the_right_splits(tmp_path: Path) -> None:
    """envfactory.md 18 and 19: rows, replay and RL take written dialogues as any others."""
    folders = inputs(tmp_path / "in")
    lines = [
        {"id": f"{name}-{id}", "environment": name, "tools": tools}
        for name in ("one", "two", "held")
        for id, tools in CHAINS
    ]
    (folders["toolgraph"] / "chains.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    out = tmp_path / "out"
    out.mkdir()
    with Server(Script()) as endpoint:
        who = author(endpoint.url)
        sizes = {"train_dialogues": 3, "dev_dialogues": 2, "test_dialogues": 2}
        summary = run(PARAMS.model_copy(update={**WIDE, **sizes, "author": who}), folders, out)
    rows = list(jsonl.read(out / "dialogues.jsonl", Dialogue))
    homes = {split: {row.environment for row in rows if row.split == split} for split in ("train", "dev", "test")}
    assert homes == {"train": {"two"}, "dev": {"one"}, "test": {"held"}}
    folder = str(tmp_path / "in" / "environments")
    assert [check((folder, row.model_dump_json(by_alias=True))) for row in rows] == [None] * len(rows)
    assert len(list(jsonl.read(out / "rl.jsonl", RlRow))) == sum(len(row.turns) for row in rows)
    assert sum(row.source == "dialogue" for row in jsonl.read(out / "sft.jsonl", SftRow)) == len(rows)
    assert summary.metrics["author"]["begun"] == 7 and summary.metrics["train"]["dialogues"] == 3
    assert (out / "written.jsonl").is_file() and (out / "llm.jsonl").is_file()


def test_hard_cases_are_made_of_written_dialogues_too(tmp_path: Path) -> None:
    hard = PARAMS.hard.model_copy(update={"no_call": 1.0})
    with Server(Script()) as endpoint:
        made = written(author(endpoint.url), 2, hard=hard)
    assert [row.turns[-1].case for row in made.dialogues] == ["no_call", "no_call"]
    assert [replay(RUNTIME, row) for row in made.dialogues] == [None, None]
    stories = list(jsonl.read(Path("written.jsonl"), Story))
    assert {story.parents[0] for story in stories} == {row.id for row in made.dialogues}
