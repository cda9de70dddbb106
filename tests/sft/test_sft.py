"""Supervised fine-tuning on a pico model: the sample, the order, the loss and a killed run."""

import hashlib
import shutil
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch.nn.functional import cross_entropy

from stages.core.models import folder
from stages.core.params.sft import Shares
from stages.core.records import SftRow
from stages.sft import trainer as training
from stages.sft.packing import merge, pack, tokens
from stages.sft.rows import IGNORED, Example, Sampler
from stages.sft.run import fill
from stages.sft.steps import milestones, sequences
from tests.fixtures import pico

PARAMS = SimpleNamespace(
    threads=1, seed=3, batch_size=1, learning_rate=1e-3, schedule="constant_with_warmup", warmup=0.0,
    weight_decay=0.0, beta2=0.95, max_grad_norm=1.0,
)  # fmt: skip


def rows(count: int = 8, source: str = "call", split: str = "train") -> list[SftRow]:
    return [
        SftRow(
            id=f"{source}-{number}",
            parents=(),
            source=source,
            split=split,
            messages=(
                {"role": "user", "content": f"Say {number}."},
                {"role": "assistant", "content": f"Here it is: {number}."},
            ),
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def home():
    return pico.folder()


def drawn(home, pool, shares=None, budget=10_000, longest=200, seed=1):
    tokenizer = folder.load_tokenizer(home)
    return Sampler(pool, tokenizer, shares or {"call": 1.0}, longest, seed).sample(budget)


def test_only_the_assistants_tokens_are_labels(home):
    example = drawn(home, rows(1)).examples[0]
    kept = [token for token, label in zip(example.ids, example.labels, strict=True) if label != IGNORED]
    assert folder.load_tokenizer(home).decode(kept) == "Here it is: 0.<|im_end|>"


def test_the_budget_holds_and_other_splits_stay_out(home):
    found = drawn(home, [*rows(30), *rows(5, split="test")], budget=200)
    assert 0 < sum(len(example.ids) for example in found.examples) <= 200


def test_a_small_pool_leaves_its_part_to_the_others(home):
    found = drawn(home, [*rows(2, "dialogue"), *rows(60)], {"dialogue": 0.5, "call": 0.5}, budget=600)
    assert sum(len(example.ids) for example in found.examples) > 500


def test_a_row_too_long_is_rejected_by_name(home):
    found = drawn(home, rows(2), longest=5)
    assert not found.examples and {row.reason for row in found.rejected} == {"over_length"}


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValidationError):
        Shares(dialogue=0.5, call=0.5, problem=0.5)


def example(row: str, prompt: str, reply: str, family: str = "") -> Example:
    ids = [*map(ord, prompt + reply)]
    return Example(row, "call", ids, [IGNORED] * len(prompt) + ids[len(prompt) :], family)


EXAMPLES = st.lists(
    st.builds(example, st.uuids().map(str), st.text("ab", min_size=2, max_size=8), st.text("ab", min_size=1, max_size=4),
              st.sampled_from(["", "x", "y"])), min_size=1, max_size=12,
)  # fmt: skip


def test_every_row_is_seen_each_epoch_in_full_steps():
    examples = [example(str(n), "ab" * n, "c") for n in range(1, 6)]
    packed = sequences(examples, 12, 2, 2, 1)
    assert len(packed) % 2 == 0 and packed == sequences(examples, 12, 2, 2, 1)
    half = len(packed) // 2
    for epoch in (packed[:half], packed[half:]):
        assert {row for one in epoch for row in one.rows} == set(range(5))


@given(EXAMPLES)
def test_a_packed_row_sees_itself_and_nothing_else(examples):
    packed = pack(examples, 40, 1)
    assert sorted(row for one in packed for row in one.rows) == list(range(len(examples)))
    for one in packed:
        assert len(one.ids) == tokens([examples[row] for row in one.rows]) <= 40
        leaves = []
        for place in range(len(one.ids)):
            seen = [back for back in range(place + 1) if place <= one.ends[back]]
            assert [one.positions[back] for back in seen] == list(range(len(seen)))
            leaves.append(([one.ids[back] for back in seen], [one.labels[back] for back in seen]))
        for row in one.rows:
            assert (examples[row].ids, examples[row].labels) in leaves


@given(EXAMPLES)
def test_a_token_with_loss_and_the_one_before_it_are_never_shared(examples):
    one = merge(examples, range(len(examples)))
    assert sum(label != IGNORED for label in one.labels) == sum(
        label != IGNORED for row in examples for label in row.labels
    )
    for place, label in enumerate(one.labels):
        assert label == IGNORED or one.positions[place] == one.positions[place - 1] + 1


def test_rows_that_show_the_same_tools_share_their_beginning():
    alike = [example(str(n), "tools tools tools " + "ab"[n], "yes", "x") for n in range(2)]
    assert len(merge(alike, [0, 1]).ids) == len(alike[0].ids) + len("a") + len("yes")
    assert pack(alike, 60, 1)[0].rows == [0, 1]


def test_the_sequences_of_a_sample_stay_within_the_budget(home):
    pool = [row.model_copy(update={"tools": ({"name": "tell", "parameters": {}},)}) for row in rows(60)]
    sampler = Sampler(pool, folder.load_tokenizer(home), {"call": 1.0}, 200, 1)
    params: Any = SimpleNamespace(max_tokens=900, pack_length=200, batch_size=1, epochs=1, seed=1)
    examples = fill(sampler, params).examples
    total = sum(len(one.ids) for one in sequences(examples, 200, 1, 1, 1))
    assert 600 < total <= 900 < sum(len(one.ids) for one in examples)


def test_a_step_larger_than_the_sample_does_not_eat_the_budget(home):
    sampler = Sampler(rows(60), folder.load_tokenizer(home), {"call": 1.0}, 200, 1)
    small: Any = SimpleNamespace(max_tokens=300, pack_length=60, batch_size=1, epochs=1, seed=1)
    large = SimpleNamespace(**{**vars(small), "batch_size": 64})
    assert fill(sampler, large).examples == fill(sampler, small).examples != []


def test_packed_rows_have_the_loss_they_have_alone(home):
    model = folder.load_model(home, dtype="float32").eval()
    examples = drawn(home, rows(5)).examples
    batch = training.collate([as_row(one) for one in (merge(examples, range(5)), merge(examples, [3]))])

    def total(ids, labels, **more):
        logits = model(ids, **more).logits[:, :-1].float()
        return cross_entropy(logits.flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED, reduction="sum")

    with torch.no_grad():
        packed = total(
            batch["input_ids"],
            batch["labels"],
            attention_mask=batch["attention_mask"],
            position_ids=batch["position_ids"],
        )
        alone = [total(torch.tensor([one.ids]), torch.tensor([one.labels])) for one in (*examples, examples[3])]
    assert torch.allclose(packed, torch.stack(alone).sum(), rtol=1e-4)


def as_row(one):
    return {"input_ids": one.ids, "labels": one.labels, "position_ids": one.positions, "ends": one.ends}


def test_milestones_end_with_the_last_step():
    assert milestones(50, 3) == [17, 33, 50] and milestones(1, 3) == [1]


def fit(home, work, until=None):
    packed = sequences(drawn(home, rows()).examples, 45, PARAMS.batch_size, 3, 1)
    assert len(packed) == 12
    model = folder.load_model(home, dtype="float32")
    log = training.train(model, folder.load_tokenizer(home), packed, PARAMS, [4, 8, 12], work)
    return log, hashlib.sha256((work / "models" / "12" / "model.safetensors").read_bytes()).hexdigest()


def test_loss_falls_and_a_killed_run_ends_in_the_same_bytes(home, tmp_path, monkeypatch):
    log, whole = fit(home, tmp_path / "a")
    assert log[-1]["loss"] < log[0]["loss"]

    step = training.Trainer.training_step

    def dies(self, *args, **kwargs):
        if self.state.global_step == 6:
            raise KeyboardInterrupt
        return step(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(training.Trainer, "training_step", dies)
        with pytest.raises(KeyboardInterrupt):
            fit(home, tmp_path / "b")
    assert not (tmp_path / "b" / "models" / "12").exists()
    again, resumed = fit(home, tmp_path / "b")
    assert resumed == whole and [e["loss"] for e in again] == [e["loss"] for e in log]
    shutil.rmtree(tmp_path / "b")


def test_the_loss_is_the_stock_trainers(home, tmp_path, monkeypatch):
    log, _ = fit(home, tmp_path / "a")
    monkeypatch.delattr(training.Trainer, "compute_loss")
    stock, _ = fit(home, tmp_path / "b")
    assert torch.allclose(torch.tensor([e["loss"] for e in log]), torch.tensor([e["loss"] for e in stock]), rtol=0.02)
