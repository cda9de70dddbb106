"""Supervised fine-tuning on a pico model: the sample, the order, the loss and a killed run."""

import hashlib
import shutil
from types import SimpleNamespace

import pytest
import torch
from pydantic import ValidationError

from stages.core.models import folder
from stages.core.params.sft import Shares
from stages.core.records import SftRow
from stages.sft import trainer as training
from stages.sft.batches import milestones, order
from stages.sft.rows import IGNORED, sample
from tests.fixtures import pico

PARAMS = SimpleNamespace(
    threads=1, seed=3, batch_size=2, learning_rate=1e-3, schedule="constant_with_warmup", warmup=0.0,
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
    return sample(pool, tokenizer, shares or {"call": 1.0}, budget, longest, seed)


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


def test_every_row_is_seen_each_epoch_in_full_batches():
    indices = order([5, 9, 2, 7, 3], 2, 2, 1)
    assert len(indices) == 12 and set(indices[:6]) == set(indices[6:]) == set(range(5))
    assert indices == order([5, 9, 2, 7, 3], 2, 2, 1)


def test_milestones_end_with_the_last_step():
    assert milestones(50, 3) == [17, 33, 50] and milestones(1, 3) == [1]


def fit(home, work, until=None):
    examples = drawn(home, rows()).examples
    indices = order([len(example.ids) for example in examples], 2, 3, 1)
    model = folder.load_model(home, dtype="float32")
    log = training.train(model, folder.load_tokenizer(home), examples, indices, PARAMS, [4, 8, 12], work)
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
