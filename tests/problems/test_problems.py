"""The problem pool: apart, unique, proved by its verifiers."""

import pytest

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params.problems import Params
from stages.core.records import Problem
from stages.core.scoring.verdict import passes
from stages.problems.draw import draw
from stages.problems.families import FAMILIES, expression, unordered
from stages.problems.gate import perturbed, refusal
from stages.problems.run import run


def problem(**changes) -> Problem:
    made = {
        "id": "p",
        "family": "chain_sum",
        "question": "1 + 2 =",
        "answer": "3",
        "verifier": "number",
        "split": "train",
    }
    return Problem(**{**made, **changes})


def params(**changes) -> Params:
    made = {"seed": 1, "families": ("gcd", "letter_counting"), "train": 3, "dev": 1, "test": 2, "max_characters": 240}
    return Params(**{**made, **changes})


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_gold_passes_and_every_perturbed_gold_fails(name):
    for row in draw(name, {"train": 2, "dev": 1, "test": 1}, 240, 5).problems:
        assert passes(row.answer, row)
        assert not passes(perturbed(row), row)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_no_essence_stands_in_two_splits_and_every_step_is_filled(name):
    rows = draw(name, {"train": 4, "dev": 2, "test": 2}, 240, 5).problems
    essences = [FAMILIES[name].essence(row.question) for row in rows]
    assert len(set(essences)) == len(essences) == 40
    assert {row.difficulty["level"] for row in rows} == {1, 2, 3, 4, 5}


def test_wording_and_order_do_not_make_another_problem():
    assert expression("State the answer: 4 - 1 =") == expression("Calculate 4 - 1.")[:5]
    assert unordered("GCD of 12, 8") == unordered("GCD of 8, 12")


def test_a_question_over_the_limit_and_a_gold_that_its_verifier_cannot_read_are_refused_by_name():
    assert refusal(problem(question="x" * 50), 40) == "too_long"
    assert refusal(problem(answer="three"), 40) == "gold_unreadable"
    assert refusal(problem(), 40) is None


def test_a_single_word_is_perturbed_by_its_letters():
    row = problem(answer="nus", verifier="text")
    assert perturbed(row) != "nus"
    assert not passes(perturbed(row), row)
    assert not passes(perturbed(problem(answer="aa", verifier="text")), problem(answer="aa", verifier="text"))


def test_the_stage_gives_the_same_bytes_twice(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        summary = run(params(), {}, tmp_path / name)
    assert (tmp_path / "a/problems.jsonl").read_bytes() == (tmp_path / "b/problems.jsonl").read_bytes()
    rows = list(jsonl.read(tmp_path / "a/problems.jsonl", Problem))
    assert len(rows) == summary.metrics["problems"] == 2 * 5 * 6


def test_a_bigger_training_split_leaves_the_test_split_as_it_was():
    small, large = (draw("lcm", {"train": n, "dev": 1, "test": 2}, 240, 3).problems for n in (1, 5))
    assert [row for row in small if row.split == "test" and row.difficulty["level"] == 1] == [
        row for row in large if row.split == "test" and row.difficulty["level"] == 1
    ]


def test_an_unknown_family_is_a_named_error(tmp_path):
    with pytest.raises(UserError, match="no family 'gdc'"):
        run(params(families=("gdc",)), {}, tmp_path)
