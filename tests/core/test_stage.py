"""The harness of every stage: whole or absent, same bytes, resume kept apart, a user's mistake in one line."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params.execution import Params
from stages.core.records import Rejected
from stages.core.records.problem import Problem
from stages.core.stage import Inputs, Summary, execute, main

PARAMS = Params(slots=2, weights={}, server_timeout=10)


def problem(number: int) -> Problem:
    return Problem(
        id=f"problem-{number}",
        parents=("generator",),
        family="sum",
        question=str(number),
        answer=str(number),
        verifier="number",
        split="train",
    )


def good(params: Params, inputs: Inputs, out: Path) -> Summary:
    jsonl.write(out / "problems.jsonl", [problem(i) for i in range(3)])
    return Summary({"rows": 3}, [Rejected(id="problem-9", reason="too_long")], {"money": 0.0})


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_an_artefact_holds_metrics_rejects_manifest_and_an_index_that_finds_its_rows():
    execute("problems", PARAMS, good)
    folder = Path("data/problems")
    assert json.loads((folder / "metrics.json").read_text()) == {"rows": 3}
    assert json.loads((folder / "rejected.jsonl").read_text())["reason"] == "too_long"
    rows = pq.read_table(folder / "index.parquet").to_pylist()
    found = next(row for row in rows if row["id"] == "problem-2")
    assert found["parents"] == ["generator"]
    with (folder / found["file"]).open("rb") as lines:
        lines.seek(found["offset"])
        assert json.loads(lines.readline())["id"] == "problem-2"


def test_two_runs_give_the_same_bytes_and_time_stays_outside():
    contents = []
    for _ in range(2):
        execute("problems", PARAMS, good)
        contents.append({path.name: path.read_bytes() for path in Path("data/problems").iterdir()})
    assert contents[0] == contents[1]
    assert json.loads(Path(".runs/problems.json").read_text())["seconds"] >= 0


def test_a_failing_run_leaves_the_old_artefact_alone_and_nothing_half_written():
    execute("problems", PARAMS, good)
    before = (Path("data/problems/problems.jsonl")).read_bytes()

    def broken(params: Params, inputs: Inputs, out: Path) -> Summary:
        (out / "problems.jsonl").write_text("half")
        raise UserError("pool.jsonl", "no row is left")

    with pytest.raises(UserError):
        execute("problems", PARAMS, broken)
    assert Path("data/problems/problems.jsonl").read_bytes() == before


def test_what_a_run_left_under_resume_is_there_for_the_next_and_only_with_the_same_params():
    seen = []

    def stops(params: Params, inputs: Inputs, out: Path) -> Summary:
        mark = out.parent / "resume" / "step"
        seen.append(mark.exists())
        mark.write_text("7")
        if len(seen) < 3:
            raise KeyboardInterrupt
        return good(params, inputs, out)

    for params in (PARAMS, PARAMS.model_copy(update={"slots": 3}), PARAMS):
        if len(seen) < 2:
            with pytest.raises(KeyboardInterrupt):
                execute("problems", params, stops)
        else:
            execute("problems", params, stops)
    assert seen == [False, False, True]


def test_a_missing_input_names_the_stage_to_run():
    with pytest.raises(UserError, match="run the stage `sources` first"):
        execute("problems", PARAMS, good, inputs=("sources",))


def test_an_input_that_changed_makes_another_work_folder():
    keys = []

    def look(params: Params, inputs: Inputs, out: Path) -> Summary:
        keys.append(out.parent.name)
        return Summary({})

    for text in ("a", "b", "a"):
        Path("data/sources").mkdir(parents=True, exist_ok=True)
        Path("data/sources/manifest.json").write_text(text)
        execute("problems", PARAMS, look, inputs=("sources",))
    assert keys[0] == keys[2] != keys[1]


def test_a_users_mistake_ends_with_two_and_one_line(capsys):
    Path("params.yaml").write_text("execution: {slots: 2, weights: {}, server_timeout: 10, sloots: 1}\n")
    with pytest.raises(SystemExit) as ended:
        main("execution", good)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "execution: params.yaml: execution.sloots: no such parameter\n"


def test_a_matrix_item_has_a_folder_of_its_own():
    execute("problems", PARAMS, good, item="one")
    assert (Path("data/problems/one/manifest.json")).is_file()
