"""The loss against stock TRL on the same batch, and what must carry no gradient."""

import random

import pytest
import torch
from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer  # type: ignore[attr-defined] # exported lazily

from stages.rl.algorithms import assign
from stages.rl.batch import RolloutBatch
from stages.rl.loss import log_probabilities, policy_loss
from stages.rl.pack import pack
from tests.rl import made

GROUPS, SIZE = 2, 4
REWARDS = [1.0, 0.0, 0.3, 0.0, 0.0, 0.05, 0.0, 1.0]


def rollouts(model, temperature: float = 1.0, drift: float = 0.0) -> RolloutBatch:
    """Two groups of four replies of unlike length, the environment's tokens in their middle; `old` is off by `drift`."""
    draw = random.Random(3)

    def ids(count: int) -> list[int]:
        return [draw.randrange(100, 40_000) for _ in range(count)]

    prompts = [ids(11), ids(7)]
    replies = [ids(length) for length in (3, 9, 8, 1, 12, 5, 6, 2)]
    masks = [[int(not 2 <= place < 5) for place in range(len(reply))] for reply in replies]
    batch = RolloutBatch(prompts, [row // SIZE for row in range(8)], replies, masks, [[0.0] * len(r) for r in replies])
    old = []
    for row, (reply, mask) in enumerate(zip(replies, masks, strict=True)):
        logps = alone(model, prompts[row // SIZE], reply, temperature)
        old.append([bit * (float(p) + draw.uniform(-drift, drift)) for p, bit in zip(logps, mask, strict=True)])
    return batch._replace(old_BT=old).check()


def alone(model, prompt: list[int], reply: list[int], temperature: float) -> torch.Tensor:
    """log pi of one row by itself."""
    with torch.no_grad():
        logits = model(torch.tensor([prompt + reply])).logits[0] / temperature
    scores = torch.log_softmax(logits, -1)[len(prompt) - 1 : -1]
    return scores.gather(1, torch.tensor(reply)[:, None])[:, 0]


def ours(model, batch: RolloutBatch, algorithm, start=None, temperature: float = 1.0) -> torch.Tensor:
    """The whole batch's loss, group by group, gradient accumulated into the model."""
    total = torch.zeros(())
    for group in range(GROUPS):
        part = batch.part(group)
        packed = pack(part)
        first = None
        if start is not None:
            with torch.no_grad():
                first = log_probabilities(start, packed, temperature)
        logps = log_probabilities(model, packed, temperature)
        loss = policy_loss(logps, packed, part, algorithm.clip_low, algorithm.clip_high, algorithm.beta, first).value
        loss.backward()
        total += loss.detach()
    return total


def stock(model, tokenizer, batch: RolloutBatch, tmp_path, temperature: float = 1.0, ref=None, **settings):
    """TRL's own trainer, fed the same rollouts through `rollout_func`; returns its loss, gradient, and advantages."""

    def rollout(prompts, trainer):
        return {
            "prompt_ids": [batch.prompt_P[group] for group in batch.group_B],
            "completion_ids": batch.reply_BT,
            "env_mask": batch.mask_BT,
            "logprobs": batch.old_BT,
            "worth": REWARDS,
        }

    def reward(worth, **columns):
        return worth

    beta = settings.pop("beta", 0.0)
    config = GRPOConfig(
        output_dir=str(tmp_path),
        per_device_train_batch_size=8,
        num_generations=SIZE,
        temperature=temperature,
        bf16=False,
        use_cpu=True,
        gradient_checkpointing=False,
        report_to="none",
        max_completion_length=16,
        **settings,
    )
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=reward,
        args=config,
        train_dataset=Dataset.from_dict({"prompt": ["x"] * GROUPS}),
        processing_class=tokenizer,
        rollout_func=rollout,
    )
    trainer.current_gradient_accumulation_steps = 1
    model.train()
    made_inputs = trainer._generate_and_score_completions([{"prompt": "x"} for _ in range(8)])
    assert {"advantages", "completion_ids", "completion_mask", "prompt_ids", "prompt_mask", "tool_mask"} <= set(
        made_inputs
    )
    theirs = made_inputs["advantages"].clone()
    made_inputs["advantages"] = torch.tensor(batch.advantage_B)
    made_inputs["old_per_token_logps"] = made_inputs["sampling_per_token_logps"]
    if ref is not None:
        trainer.beta = beta
        width = made_inputs["completion_ids"].shape[1]
        both = torch.cat([made_inputs["prompt_ids"], made_inputs["completion_ids"]], 1)
        seen = torch.cat([made_inputs["prompt_mask"], made_inputs["completion_mask"]], 1)
        logits = ref(both, attention_mask=seen, position_ids=(seen.cumsum(1) - 1).clamp(min=0)).logits / temperature
        scores = torch.log_softmax(logits, -1)[:, -width - 1 : -1]
        made_inputs["ref_per_token_logps"] = scores.gather(2, made_inputs["completion_ids"][..., None])[..., 0].detach()
    loss = trainer._compute_loss(model, made_inputs)
    loss.backward()
    return loss.detach(), theirs


def gradient(model) -> torch.Tensor:
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def near(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Equal up to the order of additions: 1e-4 of the gradient's length."""
    return bool((one - other).norm() < 1e-4 * other.norm())


CASES = [
    ("dapo", {"mean": "token"}, {}),
    ("grpo", {"mean": "sequence"}, {}),
    ("dapo", {"mean": "token", "clip_high": 0.28}, {"epsilon_high": 0.28}),
    ("cispo", {"mean": "token", "clip_low": 1.0, "clip_high": 0.28}, {"epsilon_high": 1.28}),
]


@pytest.mark.parametrize(("kind", "changes", "settings"), CASES)
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_loss_and_gradient_are_stock_trls(pico_model, tokenizer, tmp_path, kind, changes, settings, temperature):
    """The same batch, off-policy enough to clip, with the environment's tokens inside (trl#4159 where T is not 1)."""
    algorithm = made.algorithm(**changes)
    batch = assign(rollouts(pico_model, temperature, drift=0.5), REWARDS, algorithm)
    if kind == "cispo":
        batch = batch._replace(kind_B=["cispo"] * 8)
    mine = ours(pico_model, batch, algorithm, temperature=temperature)
    grads = gradient(pico_model)
    pico_model.zero_grad()
    theirs, advantages = stock(
        pico_model, tokenizer, batch, tmp_path, temperature, loss_type=kind, epsilon=0.2, **settings
    )
    assert torch.allclose(torch.tensor(batch.advantage_B), advantages, rtol=1e-3)
    assert abs(mine - theirs) < 1e-5
    assert near(grads, gradient(pico_model))


def test_the_kl_term_is_stock_trls(pico_model, tokenizer, tmp_path):
    from tests.fixtures import pico

    start = pico.model(pico_model.config.vocab_size, 2, 0, seed=2)
    algorithm = made.algorithm(beta=0.05)
    batch = assign(rollouts(pico_model, drift=0.1), REWARDS, algorithm)
    mine = ours(pico_model, batch, algorithm, start)
    theirs, _ = stock(pico_model, tokenizer, batch, tmp_path, ref=start, beta=0.05, loss_type="dapo", epsilon=0.2)
    assert abs(mine - theirs) < 1e-5 * max(1.0, abs(float(theirs)))


def test_a_packed_group_has_the_numbers_of_each_row_alone(pico_model):
    batch = rollouts(pico_model).part(0)
    packed = pack(batch)
    assert len(packed.chunks) > 1
    with torch.no_grad():
        found = log_probabilities(pico_model, packed, 1.0)
    assert torch.allclose(found, packed.old_N, atol=1e-4)
    assert sorted(packed.row_N.tolist()) == [row for row, count in enumerate(batch.tokens()) for _ in range(count)]


def test_on_policy_the_ratio_is_one_and_the_clip_inactive(pico_model):
    """dereason.md 9."""
    batch = assign(rollouts(pico_model), REWARDS, made.algorithm()).part(0)
    packed = pack(batch)
    logps = log_probabilities(pico_model, packed, 1.0)
    assert torch.allclose((logps - packed.old_N).exp(), torch.ones(len(logps)), atol=1e-3)
    assert policy_loss(logps, packed, batch, 0.2, 0.2).clipped == 0


def test_the_environments_tokens_carry_no_gradient(pico_model):
    """envfactory.md 21: another tool result after the policy's last word changes nothing."""
    algorithm = made.algorithm()
    batch = assign(rollouts(pico_model), REWARDS, algorithm)
    longer = batch._replace(
        reply_BT=[[*reply, 500, 501] for reply in batch.reply_BT],
        mask_BT=[[*mask, 0, 0] for mask in batch.mask_BT],
        old_BT=[[*old, 0.0, 0.0] for old in batch.old_BT],
    )
    first = ours(pico_model, batch, algorithm)
    grads = gradient(pico_model)
    pico_model.zero_grad()
    assert ours(pico_model, longer, algorithm) == pytest.approx(float(first), abs=1e-6)
    assert near(grads, gradient(pico_model))


def test_a_group_of_equal_rewards_gives_zero_gradient_and_no_nan(pico_model):
    """dereason.md 8."""
    algorithm = made.algorithm()
    batch = assign(rollouts(pico_model, drift=0.3), [0.35] * 8, algorithm)
    assert ours(pico_model, batch, algorithm) == 0
    assert torch.equal(gradient(pico_model), torch.zeros_like(gradient(pico_model)))
