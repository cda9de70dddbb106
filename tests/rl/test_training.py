"""GRPO on a pico policy: rewards rise, a killed run ends in the same bytes, the stage writes what it promises."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest
import torch
from pydantic import ValidationError

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.models import folder
from stages.core.params.rl import Params
from stages.rl import trainer as training
from stages.rl.rollout import Recorder, roll
from stages.rl.run import run
from tests.fixtures import pico, tasks
from tests.rl import made

DIGITS = [made.text(str(digit)) for digit in (3, 5, 7, 9)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A model folder of a policy that half knows: it says one of four digits; it calls or it excuses itself."""
    path = tmp_path_factory.mktemp("rl") / "model"
    tokenizer, model = folder.load_tokenizer(pico.folder()), folder.load_model(pico.folder(), dtype="float32")
    turn = made.turn_row(0)
    lessons = [*((made.problem_row(), digit) for digit in DIGITS), (turn, made.called(0)), (turn, made.text("Sorry."))]
    folder.save(made.taught(model, tokenizer, lessons), tokenizer, path)
    return path


def fit(home, work, rows, **changes):
    """Train from the half-knowing policy; the log, the weights' hash, the mean reward of each generation."""
    tokenizer, model = folder.load_tokenizer(home), folder.load_model(home, dtype="float32")
    params = made.params(max_new_tokens=40, **changes)
    log = training.train(model, tokenizer, made.prompts(tokenizer, rows, params), params, work)
    digest = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest()
    turns = [line for line in log if "rows" in line]
    return log, digest, [sum(map(sum, line["rewards"])) / sum(map(len, line["rewards"])) for line in turns]


def test_reward_rises_on_a_problem(home, tmp_path):
    """envfactory.md 22: from about a quarter to most."""
    _, _, reward = fit(
        home, tmp_path, [made.problem_row()], problem_share=1.0, groups=1, group_size=16, steps=8, learning_rate=1e-3
    )
    assert sum(reward[:2]) / 2 < 0.6 < 0.75 < sum(reward[-2:]) / 2


def test_reward_rises_on_a_turn_with_the_environment_as_judge(home, tmp_path):
    """envfactory.md 22: the call is learned from what it did, its tokens alone carrying loss."""
    _, _, reward = fit(
        home, tmp_path, [made.turn_row(0)], problem_share=0.0, groups=1, group_size=8, steps=6, learning_rate=1e-3
    )
    assert sum(reward[:2]) / 2 < 0.75 < 0.85 < sum(reward[-2:]) / 2


def test_kl_is_measured_to_the_frozen_start(home, tmp_path):
    """dereason.md 10: exactly 0 before the first step, more after it."""
    log, _, _ = fit(home, tmp_path, [made.problem_row()], problem_share=1.0, learning_rate=1e-3)
    kl = [line["kl"] for line in log if "kl" in line]
    assert kl[0] == 0 and kl[-1] > 0 and len(kl) == 3


def test_the_policy_that_starts_is_the_sft_model(home, tmp_path):
    """dereason.md 10: with a rate of nothing, the weights stay those of the start folder."""
    _, digest, _ = fit(home, tmp_path, [made.problem_row()], problem_share=1.0, learning_rate=0.0)
    start = folder.load_model(home, dtype="float32")
    assert digest == hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in start.parameters())).hexdigest()


def test_generations_of_two_updates_learn_off_policy_and_stay_finite(home, tmp_path):
    log, _, reward = fit(
        home, tmp_path, [made.problem_row()], problem_share=1.0, groups=1, group_size=8, updates=2, learning_rate=3e-3
    )
    steps = [line for line in log if "loss" in line]
    assert len(steps) == 6 and len(reward) == 3
    assert all(torch.isfinite(torch.tensor(line["grad_norm"])) for line in steps)


def test_a_killed_run_ends_in_the_same_bytes(home, tmp_path, monkeypatch):
    """trl#3247: weights, moments, draws and the log go on as if nothing had happened."""
    settings = {"steps": 4, "groups": 2, "learning_rate": 1e-3, "save_every": 2, "precision": "bfloat16"}
    rows = [made.turn_row(0), made.problem_row(), made.problem_row("b", "5")]
    log, whole, _ = fit(home, tmp_path / "a", rows, **settings)

    step = training.Trainer.training_step

    def dies(self, *args, **kwargs):
        if self.state.global_step == 3:
            raise KeyboardInterrupt
        return step(self, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(training.Trainer, "training_step", dies)
        with pytest.raises(KeyboardInterrupt):
            fit(home, tmp_path / "b", rows, **settings)
    again, resumed, _ = fit(home, tmp_path / "b", rows, **settings)
    assert resumed == whole
    kept = ("step", "rows", "rewards", "tokens", "loss", "grad_norm", "kl", "clipped")
    assert [{k: line[k] for k in kept if k in line} for line in again[:-1]] == [
        {k: line[k] for k in kept if k in line} for line in log[:-1]
    ]


def test_two_groups_in_one_step_weigh_as_one_batch(home, tmp_path):
    """transformers#35203, trl#2604: the loss of a step must not depend on how it is accumulated."""
    tokenizer, model = folder.load_tokenizer(home), folder.load_model(home, dtype="float32")
    params = made.params(steps=1, problem_share=1.0, learning_rate=0.0, max_grad_norm=1e9)
    asked = made.prompts(tokenizer, [made.problem_row(), made.problem_row("b", "5")], params)
    log = training.train(model, tokenizer, asked, params, tmp_path)
    model = folder.load_model(home, dtype="float32")
    plan = training.Plan({"dialogue": [], "problem": asked}, params, model, model)
    draws = torch.Generator().manual_seed(training.derive(params.seed, "rl", "speak", 0))
    rolled = roll(model, tokenizer, training.choose(plan, 0, []), params, draws)
    batch = training.assign(rolled.batch, rolled.rewards, params.algorithm)
    assert any(batch.advantage_B)
    for group in range(2):
        part = batch.part(group)
        packed = training.pack(part)
        logps = training.log_probabilities(model, packed, 1.0)
        training.policy_loss(logps, packed, part, 0.2, 0.2).value.backward()
    norm = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]).norm()
    assert log[1]["grad_norm"] == pytest.approx(float(norm), rel=1e-3)


def rolled(home, temperature: float):
    """Rollouts of the first turn, with model and tokenizer."""
    tokenizer, model = folder.load_tokenizer(home), folder.load_model(home, dtype="float32")
    params = made.params(problem_share=0.0, temperature=temperature, max_new_tokens=40, group_size=16)
    asked = made.prompts(tokenizer, [made.turn_row(0)], params)
    return roll(model, tokenizer, asked, params, torch.Generator().manual_seed(1)).batch, model, tokenizer


@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_what_was_said_is_noted_with_its_log_probability_at_the_temperature(home, temperature):
    """trl#4159."""
    batch, model, _ = rolled(home, temperature)
    packed = training.pack(batch)
    with torch.no_grad():
        logps = training.log_probabilities(model, packed, temperature)
    assert torch.allclose(logps, packed.old_N, atol=1e-3)


def test_the_policys_tokens_are_known_from_the_environments(home):
    batch, _, tokenizer = rolled(home, 1.0)
    assert any(0 in mask for mask in batch.mask_BT)
    for ids, mask in zip(batch.reply_BT, batch.mask_BT, strict=True):
        said = tokenizer.decode([token for token, bit in zip(ids, mask, strict=True) if bit])
        heard = tokenizer.decode([token for token, bit in zip(ids, mask, strict=True) if not bit])
        assert "<|im_start|>" not in said and "<tool_call>" not in heard


def test_a_recorder_starts_with_nothing_said(pico_model, tokenizer):
    talk = Recorder(pico_model, tokenizer)
    talk.start([[5, 6, 7]])
    assert talk.said(0) == ([0, 0, 0], [0.0, 0.0, 0.0])


def written(tmp_path, home, rows):
    """The stage's inputs on disk."""
    inputs = {name: tmp_path / name for name in ("sft", "environments", "trajectories", "difficulty")}
    catalogue = inputs["environments"] / made.ENVIRONMENT.id
    for path in (inputs["sft"], catalogue, inputs["trajectories"], inputs["difficulty"]):
        path.mkdir(parents=True)
    (inputs["sft"] / "model").symlink_to(home)
    (catalogue / "environment.json").write_text(made.ENVIRONMENT.model_dump_json(by_alias=True), "utf-8")
    (catalogue / "gate.json").write_text(json.dumps({"passed": True}), "utf-8")
    jsonl.write(catalogue / "scenarios.jsonl", [tasks.tasks_scenario()])
    jsonl.write(inputs["trajectories"] / "dialogues.jsonl", [made.dialogue()])
    jsonl.write(inputs["trajectories"] / "rl.jsonl", [row for row in rows if row.source == "dialogue"])
    jsonl.write(inputs["difficulty"] / "rl.jsonl", [row for row in rows if row.source == "problem"])
    return inputs


def test_the_stage_writes_a_model_its_lineage_and_its_curves(home, tmp_path):
    rows = [made.turn_row(0), made.turn_row(1), made.problem_row()]
    inputs = written(tmp_path, home, rows)
    out = tmp_path / "work" / "out"
    out.mkdir(parents=True)
    summary = run(made.params(steps=2, max_new_tokens=40, max_prompt=190), inputs, out)
    folder.load_model(out / "model", dtype="float32")
    lineage = pq.read_table(out / "model" / "lineage.parquet").to_pylist()
    assert {line["row"] for line in lineage} <= {"rl-turn-0", "rl-a"} and all(
        1 <= line["step"] <= 2 for line in lineage
    )
    assert len(summary.metrics["reward"]) == summary.metrics["generations"] == 2
    assert summary.metrics["rollouts"] == 16 and summary.metrics["kl"][0] == 0
    assert 0 <= summary.metrics["zero_variance_share"] <= 1
    assert [row.reason for row in summary.rejected] == ["over_length"]


def test_without_a_row_that_can_be_asked_the_stage_says_so(home, tmp_path):
    inputs = written(tmp_path, home, [])
    with pytest.raises(UserError, match=r"rl\.jsonl"):
        run(made.params(), inputs, tmp_path)


def test_an_early_checkpoint_that_is_not_there_is_a_named_mistake(home, tmp_path):
    inputs = written(tmp_path, home, [made.problem_row()])
    with pytest.raises(UserError, match="checkpoints/99"):
        run(made.params(start="sft/99"), inputs, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 3e-5},
        {"temperature": 0.0},
        {"group_size": 1},
        {"max_length": 100},
        {"start": "base"},
        {"selection": {"method": "lucky"}},
        {"reward": {"method": "goal", "valid": 0.1}},
    ],
)
def test_params_out_of_bounds_are_refused(change):
    with pytest.raises(ValidationError):
        Params.model_validate({**made.params().model_dump(), **change})
