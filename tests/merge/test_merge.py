"""Merging is exact at its ends, streamed, refuses what does not fit, and never lets RL undo SFT."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from stages.core.errors import UserError
from stages.core.scoring.result import ItemResult
from stages.merge.choose import choose, undone
from stages.merge.methods.linear import linear
from stages.merge.methods.soup import soup
from stages.merge.stream import EMBEDDING, HEAD, merge

A, B = torch.tensor([0.1, -3.0, 7e-8]), torch.tensor([1.7, 5.0, 0.3])


def folder(path, value: float, vocabulary: int = 4, tied: bool = True, head: bool = False):
    path.mkdir()
    tensors = {EMBEDDING: torch.full((vocabulary, 2), value), "model.v_proj": torch.full((2,), value * 2)}
    if head:
        tensors[HEAD] = tensors[EMBEDDING].clone()
    save_file(tensors, path / "model.safetensors", {"format": "pt"})
    (path / "config.json").write_text(json.dumps({"tie_word_embeddings": tied}))
    return path


def test_interpolation_is_a_at_0_and_b_at_1():
    assert torch.equal(linear(A, B, 0.0), A) and torch.equal(linear(A, B, 1.0), B)


def test_a_soup_of_identical_models_is_that_model():
    assert torch.equal(soup([A, A, A]), A)


def test_the_mean_of_two_by_hand():
    assert torch.equal(soup([torch.tensor([1.0]), torch.tensor([3.0])]), torch.tensor([2.0]))
    assert torch.equal(linear(torch.tensor([1.0]), torch.tensor([3.0]), 0.25), torch.tensor([1.5]))


def test_every_tensor_is_merged_and_the_bytes_repeat(tmp_path):
    """mergekit#569: none is left out."""
    sources = [folder(tmp_path / "a", 1.0), folder(tmp_path / "b", 3.0)]
    for name in ("x", "y"):
        merge(sources, tmp_path / name, soup)
    made = load_file(tmp_path / "x" / "model.safetensors")
    assert made.keys() == {EMBEDDING, "model.v_proj"}
    assert made[EMBEDDING].eq(2.0).all() and made["model.v_proj"].eq(4.0).all()
    assert (tmp_path / "x" / "model.safetensors").read_bytes() == (tmp_path / "y" / "model.safetensors").read_bytes()


def test_a_tied_head_may_be_missing_from_one_file(tmp_path):
    """mergekit#350."""
    merge([folder(tmp_path / "a", 1.0), folder(tmp_path / "b", 3.0, head=True)], tmp_path / "out", soup)
    assert HEAD not in load_file(tmp_path / "out" / "model.safetensors")


def test_other_vocabularies_are_refused_by_name(tmp_path):
    """mergekit#425, #47, #139."""
    with pytest.raises(UserError, match=f"{EMBEDDING}.*vocabularies differ"):
        merge([folder(tmp_path / "a", 1.0), folder(tmp_path / "b", 1.0, vocabulary=5)], tmp_path / "out", soup)


def test_a_tied_and_an_untied_model_do_not_mix(tmp_path):
    with pytest.raises(UserError, match="tied"):
        merge([folder(tmp_path / "a", 1.0), folder(tmp_path / "b", 1.0, tied=False, head=True)], tmp_path / "o", soup)


def test_a_bfloat16_model_stays_one(tmp_path):
    (tmp_path / "a").mkdir()
    save_file({"w": torch.ones(3, dtype=torch.bfloat16)}, tmp_path / "a" / "model.safetensors")
    (tmp_path / "a" / "config.json").write_text("{}")
    merge([tmp_path / "a", tmp_path / "a"], tmp_path / "out", soup)
    assert load_file(tmp_path / "out" / "model.safetensors")["w"].dtype == torch.bfloat16


def results(passed: list[int]) -> list[ItemResult]:
    return [
        ItemResult(id=str(i), cluster=str(i % 8), passed=bool(bit), detail="", output="")
        for i, bit in enumerate(passed)
    ]


def test_the_best_on_dev_is_chosen():
    sft, rl = results([1, 0] * 40), results([1, 1] * 40)
    assert undone(sft, rl, -0.05) == ""
    assert choose({"sft": sft, "rl": rl}, "").chosen == "rl"


def test_rl_that_may_have_undone_sft_is_out():
    sft, rl = results([1] * 40 + [0] * 40), results([1] * 20 + [0] * 60)
    why = undone(sft, rl, -0.05)
    made = choose({"sft": sft, "rl": rl, "soup": results([0] * 80)}, why)
    assert made.chosen == "sft" and "rl and merges with it are out" in made.why
    assert set(made.candidates) == {"sft", "rl", "soup"}, "what was out is shown all the same"


def test_a_better_rl_that_is_out_stays_out():
    assert choose({"sft": results([0, 1]), "rl": results([1, 1])}, "; out").chosen == "sft"


def test_of_equal_scores_the_simpler_wins():
    same = results([1, 0] * 10)
    assert choose({"sft": same, "rl": same, "soup": same}, "").chosen == "sft"
