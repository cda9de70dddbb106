"""Scores, the split, taught responses and the stage."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params.difficulty import Params
from stages.core.records import Problem, RlRow, SftRow
from stages.core.scoring.verdict import passes
from stages.difficulty.rows import sft_row
from stages.difficulty.run import run
from stages.difficulty.score import llm, parse, pass_rate, prompt, reference
from stages.difficulty.split import random_split, split
from stages.difficulty.teach import METHODS, worked

QUESTIONS = {
    "chain_sum": ("State the final answer to the following arithmetic problem: 4 - 1 - 7 + 20 =", "16"),
    "gcd": (
        "Find the Greatest Common Divisor (GCD) of these numbers: 39, 102. Give only the GCD as your final answer.",
        "3",
    ),
    "lcm": ("Find the Least Common Multiple (LCM) of these numbers: 6, 10", "30"),
    "letter_counting": ('How many times does the letter "e" appear in the text: "the seven Trees"?', "5"),
    "needle_haystack": (
        "Josef blasts butterflies. Cailaen disapproves of butterflies. \nWho blasts butterflies? Reply only with a name.",
        "Josef",
    ),
    "products": ("Solve the following multiplication: 23 * 407. Give only the result as your final answer.", "9361"),
    "word_sequence_reversal": ("Reverse this list of words: of, do, motive", "motive, do, of"),
}


def problem(family: str = "gcd", level: object = 1, number: int = 0, **changes) -> Problem:
    question, answer = QUESTIONS[family]
    made = {
        "id": f"p-{family}-{level}-{number}",
        "family": family,
        "question": question if number == 0 else f"{question} ({number})",
        "answer": answer,
        "verifier": "text" if family in ("needle_haystack", "word_sequence_reversal") else "number",
        "difficulty": {} if level is None else {"level": level},
        "split": "train",
    }
    return Problem(**{**made, **changes})


def params(**changes) -> Params:
    made = {
        "seed": 1,
        "scorer": "reference",
        "llm": {"method": "local", "batch_size": 8, "threads": 1},
        "tau": 3,
        "compared": 0,
        "samples": 2,
        "temperature": 1.0,
        "shots": 1,
        "max_new_tokens": 4,
        "batch_size": 8,
        "threads": 1,
    }
    return Params(**{**made, **changes})


@pytest.mark.parametrize("reply", ["0", "6", "4.5", "", "   ", "four", "3 because", "Score: 3", "33", "-2", "３"])
def test_a_reply_that_is_no_integer_from_one_to_five_is_refused_and_never_clamped(reply):
    """dereason.md 1."""
    assert parse(reply) is None


def test_the_five_scores_parse():
    """dereason.md 1."""
    assert [parse(f" {digit}\n") for digit in "12345"] == [1, 2, 3, 4, 5]


def test_the_rubric_shows_the_question_and_never_the_answer():
    """dereason.md 4."""
    [message] = prompt(problem(answer="987654321"))
    assert QUESTIONS["gcd"][0] in message["content"]
    assert "987654321" not in message["content"]


def test_an_unreadable_score_is_asked_for_once_more_and_then_quarantined():
    asked: list[tuple[int, int]] = []

    def ask(prompts, attempt):
        asked.append((len(prompts), attempt))
        return ["2", "hard", "9"] if attempt == 0 else ["4", "very hard"]

    assert llm([problem(number=n) for n in range(3)], ask) == [2, 4, None]
    assert asked == [(3, 0), (2, 1)]


def test_the_pass_rate_runs_from_all_right_to_none_right():
    answers = [["3"] * 4, ["3", "3", "3", "4"], ["3", "3", "4", "5"], ["3", "", "4", "5"], ["1"] * 4]
    assert pass_rate([problem(number=n) for n in range(5)], lambda problems: answers) == [1, 2, 3, 4, 5]


def test_the_reference_reads_the_dial_and_nothing_else():
    assert reference([problem(level=4), problem(level=None), problem(level=9), problem(level=True)]) == [
        4,
        None,
        None,
        None,
    ]


SCORES = st.lists(st.integers(1, 5), min_size=1, max_size=30)


@given(SCORES, st.integers(1, 5), st.randoms())
def test_the_split_is_a_partition_by_score_whatever_the_order(scores, tau, shuffler):
    """dereason.md 2 and 3."""
    pool = [problem(number=n + 1) for n in range(len(scores))]
    by_id = {p.id: score for p, score in zip(pool, scores, strict=True)}
    sides = split(pool, by_id, tau)
    assert all(by_id[p.id] <= tau for p in sides.sft) and all(by_id[p.id] > tau for p in sides.rl)
    assert sorted(p.id for p in [*sides.sft, *sides.rl]) == sorted(by_id)
    shuffled = list(pool)
    shuffler.shuffle(shuffled)
    assert split(shuffled, by_id, tau) == sides


@given(SCORES, st.integers(1, 4))
def test_raising_tau_never_grows_the_rl_side(scores, tau):
    """dereason.md 3."""
    pool = [problem(number=n + 1) for n in range(len(scores))]
    by_id = {p.id: score for p, score in zip(pool, scores, strict=True)}
    assert {p.id for p in split(pool, by_id, tau + 1).rl} <= {p.id for p in split(pool, by_id, tau).rl}


def test_tau_three_sends_one_to_three_to_sft_and_four_and_five_to_rl():
    """dereason.md 2."""
    pool = [problem(level=level, number=level) for level in range(1, 6)]
    sides = split(pool, {p.id: level for level, p in enumerate(pool, 1)}, 3)
    assert [len(sides.sft), len(sides.rl)] == [3, 2]


def test_duplicates_never_straddle_the_split():
    """dereason.md 2."""
    twin = problem(id="twin", question=problem().question.upper() + " ")
    sides = split([problem(), twin], {problem().id: 1, "twin": 5}, 3)
    assert not sides.sft and len(sides.rl) == 2


def test_the_random_control_has_the_size_of_the_rl_side_and_its_seed():
    """dereason.md 5."""
    pool = [problem(number=n + 1) for n in range(20)]
    first, again, other = random_split(pool, 7, 3), random_split(pool[::-1], 7, 3), random_split(pool, 7, 4)
    assert len(first.rl) == 7 and len(first.sft) == 13
    assert first == again != other


@pytest.mark.parametrize("family", sorted(METHODS))
def test_a_worked_solution_passes_its_problems_verifier(family):
    row = problem(family)
    response = worked(row)
    assert response and passes(response, row)
    assert not passes(response, problem(family, answer="0" if row.verifier == "number" else "no"))


def test_a_worked_solution_that_the_verifier_refuses_is_never_taught():
    refused = sft_row(problem(answer="4"))
    assert not isinstance(refused, SftRow) and refused.reason == "worked_solution_fails"
    unknown = sft_row(problem(family="gcd", question="What is the GCD of three numbers, 2, 4, 8?"))
    assert not isinstance(unknown, SftRow) and unknown.reason == "no_worked_solution"


def stage(tmp_path, pico_model_folder, pool, **changes):
    inputs = {"problems": tmp_path / "problems", "base": tmp_path / "base"}
    inputs["problems"].mkdir(exist_ok=True)
    inputs["base"].mkdir(exist_ok=True)
    if not (inputs["base"] / "model").exists():
        (inputs["base"] / "model").symlink_to(pico_model_folder)
    jsonl.write(inputs["problems"] / "problems.jsonl", pool)
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    return run(params(**changes), inputs, out), out


def test_the_stage_splits_teaches_and_reports_a_histogram_and_both_other_scorers(tmp_path, pico_model_folder):
    """dereason.md 11."""
    pool = [problem(family, level=level, number=level) for family in ("letter_counting",) for level in range(1, 6)]
    pool += [problem("letter_counting", number=9, split="test")]
    summary, out = stage(tmp_path, pico_model_folder, pool, compared=4)
    assert len(list(jsonl.read(out / "sft.jsonl", SftRow))) == 3
    rl = list(jsonl.read(out / "rl.jsonl", RlRow))
    assert len(rl) == 2 and all(row.problem and row.split == "train" for row in rl)
    assert summary.metrics["histogram"]["letter_counting"] == {str(score): 1 for score in range(1, 6)}
    assert summary.metrics["random_control"]["rl"] == 2
    compared = summary.metrics["compared"]
    assert compared["pass_rate"]["n"] == compared["llm"]["n"] == 4
    json.dumps(summary.metrics, allow_nan=False)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert stage(tmp_path, pico_model_folder, pool, compared=4)[0].metrics == summary.metrics
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_an_empty_pool_and_an_empty_side_are_named_errors(tmp_path, pico_model_folder):
    with pytest.raises(UserError, match="no training problems"):
        stage(tmp_path, pico_model_folder, [])
    with pytest.raises(UserError, match=r"tau.*left for rl"):
        stage(tmp_path, pico_model_folder, [problem(level=1)])
