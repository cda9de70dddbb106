"""TRL's GRPOTrainer with two methods of our own: what a generation is, and what its loss is.

A generation asks `groups` prompts `group_size` times each; its optimiser steps accumulate one group at a time. The model
that speaks is a copy in the rollouts' type, refreshed from the trained float32 weights before each generation, and its
own log-probabilities are the ratio's denominator: what was drawn is weighed by what drew it, also where the two types
differ (SkyRL#1315: new ones in their place switch clipping off). Randomness is derived from seed and generation, and
what selection may learn from lies in the trainer's log, so a checkpoint between two generations is all there is to save.
"""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer  # type: ignore[attr-defined] # exported lazily

from stages.core import training
from stages.core.params.rl import Params
from stages.core.seeds import derive
from stages.rl.algorithms import assign
from stages.rl.batch import RolloutBatch
from stages.rl.loss import k3, log_probabilities, policy_loss
from stages.rl.pack import pack
from stages.rl.prompts import Prompt
from stages.rl.rollout import Rollouts, roll
from stages.rl.selection import Visit, slots, uniform


class Plan(NamedTuple):
    """What a trainer needs beside TRL's own arguments."""

    pools: dict[str, list[Prompt]]
    """Source -> its prompts, in order of row id."""
    params: Params
    speaker: Any
    """The copy that speaks, in eval mode."""
    start: Any
    """The frozen start model: what KL is measured to."""


class Trainer(GRPOTrainer):
    """GRPO over our rollouts."""

    plan: Plan

    @property
    def generation(self) -> int:
        """Generations that are done."""
        return self.state.global_step // self.plan.params.updates

    def _generate_and_score_completions(self, inputs):
        plan, step = self.plan, self.generation
        prompts = choose(plan, step, history(self.state.log_history))
        refresh(plan.speaker, self.accelerator.unwrap_model(self.model))
        draws = torch.Generator().manual_seed(derive(plan.params.seed, "rl", "speak", step))
        rolled = roll(plan.speaker, self.processing_class, prompts, plan.params, draws)
        batch = assign(rolled.batch, rolled.rewards, plan.params.algorithm)
        self.state.log_history.append(entry(step + 1, prompts, rolled, batch))
        # TRL shuffles and splits whatever it finds along the first axis: one group a micro-batch.
        return {"prompt": torch.arange(len(prompts)), "groups": [batch.part(index) for index in range(len(prompts))]}

    def _compute_loss(self, model, inputs):
        total = next(model.parameters()).flatten()[0] * 0.0
        for group in inputs["groups"]:
            total = total + self._group_loss(model, group)
        return total

    def _group_loss(self, model, group: RolloutBatch) -> torch.Tensor:
        """The group's part of the loss; 0 without a pass through the model where all its rewards are equal."""
        params, algorithm = self.plan.params, self.plan.params.algorithm
        signal = any(group.advantage_B)
        measured = (self.generation + 1) % params.kl_every == 0 or self.generation == params.steps - 1
        if not (signal or measured):
            return torch.zeros((), device=model.device)
        packed = pack(group)
        with self.accelerator.autocast(), torch.set_grad_enabled(signal):
            logps = log_probabilities(model, packed, params.temperature)
        start = None
        if measured or algorithm.beta:
            with self.accelerator.autocast(), torch.no_grad():
                start = log_probabilities(self.plan.start, packed, params.temperature)
        if measured and start is not None:
            self._metrics["train"]["kl"].append(float(k3(logps.detach(), start).mean()))
        if not signal:
            return torch.zeros((), device=model.device)
        loss = policy_loss(logps, packed, group, algorithm.clip_low, algorithm.clip_high, algorithm.beta, start)
        self._metrics["train"]["clipped"].append(loss.clipped / len(packed.target_N))
        return loss.value

    def _save_checkpoint(self, model, trial):
        training.save_checkpoint(self, model, trial, keep=1)


def choose(plan: Plan, step: int, seen: Sequence[Visit]) -> list[Prompt]:
    """The prompts of the next generation, dialogue turns first. A source without prompts leaves its part to the other.

    Args:
        plan: pools and params.
        step: generations done.
        seen: all visits so far.
    """
    share = {(True, False): 0.0, (False, True): 1.0}.get(
        (bool(plan.pools["dialogue"]), bool(plan.pools["problem"])), plan.params.problem_share
    )
    chosen: list[Prompt] = []
    for source, (before, count) in slots(step, plan.params.groups, share).items():
        if count:
            pool = plan.pools[source]
            ids = [prompt.row for prompt in pool]
            indices = uniform.choose(ids, before, count, seen, plan.params.seed, source)
            chosen += [pool[index] for index in indices]
    return chosen


def unasked(**columns: Any) -> list[float | None]:
    """TRL wants a reward function; ours are counted with the rollouts, so this one is never called."""
    raise RuntimeError("rewards come with the rollouts")


def refresh(speaker: Any, model: Any) -> None:
    """Copy the trained weights into the model that speaks."""
    with torch.no_grad():
        for target, source in zip(speaker.parameters(), model.parameters(), strict=True):
            target.copy_(source)


def entry(step: int, prompts: Sequence[Prompt], rolled: Rollouts, batch: RolloutBatch) -> dict[str, Any]:
    """A generation's line in the trainer's log, which checkpoints keep. `step` counts from 1."""
    members = [batch.members(index) for index in range(len(prompts))]
    tokens = batch.tokens()
    return {
        "step": step,
        "rows": [prompt.row for prompt in prompts],
        "sources": [prompt.source for prompt in prompts],
        "rewards": [[rolled.rewards[row] for row in rows] for rows in members],
        "signal": [any(batch.advantage_B[row] for row in rows) for rows in members],
        "tokens": sum(tokens) / len(tokens),
    }


def history(log: Sequence[dict[str, Any]]) -> list[Visit]:
    """All visits, from the trainer's log."""
    return [
        Visit(line["step"], row, tuple(rewards))
        for line in log
        if "rows" in line
        for row, rewards in zip(line["rows"], line["rewards"], strict=True)
    ]


def train(model: Any, tokenizer: Any, prompts: Sequence[Prompt], params: Params, work: Path) -> list[dict[str, Any]]:
    """Train in place and return the log: `entry` lines, and one line an optimiser step (`loss`, `grad_norm`, ...).

    A run that finds a checkpoint in `work` goes on from it, to the same bytes.

    Args:
        model: float32 weights of the start model.
        tokenizer: its tokenizer.
        prompts: what may be asked, in order of row id.
        params: the stage's section.
        work: folder for checkpoints.
    """
    training.fix(params.threads, params.seed)
    pools = {source: [prompt for prompt in prompts if prompt.source == source] for source in ("dialogue", "problem")}
    # Copies come before TRL changes the model's forward pass.
    speaker = copy.deepcopy(model).to(getattr(torch, params.precision)).eval().requires_grad_(False)
    plan = Plan(pools, params, speaker, copy.deepcopy(model).eval().requires_grad_(False))
    steps = params.steps * params.updates
    config = GRPOConfig(
        output_dir=str(work / "trainer"),
        per_device_train_batch_size=params.group_size,
        gradient_accumulation_steps=params.groups,
        num_generations=params.group_size,
        num_iterations=params.updates,
        max_steps=steps,
        num_train_epochs=1,
        max_completion_length=params.max_length,
        temperature=params.temperature,
        beta=0.0,  # the KL term is our loss's: TRL would load a reference of its own
        learning_rate=params.learning_rate,
        lr_scheduler_type="constant",
        weight_decay=params.weight_decay,
        max_grad_norm=params.max_grad_norm,
        shuffle_dataset=False,
        bf16=params.precision == "bfloat16",
        use_cpu=not torch.cuda.is_available(),
        gradient_checkpointing=False,
        save_strategy="no",
        logging_steps=1,
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
        seed=params.seed,
        data_seed=params.seed,
        dataloader_pin_memory=False,
    )
    # The rows only count generations: which prompts one asks is selection's choice, made when it starts.
    turns = Dataset.from_dict({"prompt": [""] * (params.steps * params.groups)})
    trainer = Trainer(model=model, reward_funcs=unasked, args=config, train_dataset=turns, processing_class=tokenizer)
    trainer.plan = plan
    saves = range(params.save_every * params.updates, steps, params.save_every * params.updates)
    trainer.add_callback(training.SaveAt(list(saves)))
    training.quiet(trainer, training.Line("rl", "training"))
    checkpoint = training.last_checkpoint(work / "trainer")
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    return list(trainer.state.log_history)
