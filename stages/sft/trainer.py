"""TRL's SFTTrainer on our own packed sequences, with the vocabulary projected only where a token carries loss.

The projection onto 49,152 tokens is a fifth of a small model's work and most of its memory, and about a third of our
tokens are the assistant's. TRL skips the rest on a GPU only; this subclass does it on a CPU too.
Same loss: the sum of cross entropies over the labels, divided by their number.
"""

from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch.nn.functional import cross_entropy
from torch.utils.data import SequentialSampler
from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined] # exported lazily

from stages.core import training
from stages.core.models import folder
from stages.sft.packing import Packed
from stages.sft.rows import IGNORED


class Trainer(SFTTrainer):
    """Trains in the given order of rows and keeps a model folder at each milestone."""

    keep: dict[int, Path]
    """Step -> where its model goes."""

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """Mean negative log-likelihood of the labels; `num_items_in_batch` is their number over the step."""
        if not self.args.use_cpu or return_outputs:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        labels = inputs["labels"][:, 1:]
        wanted = labels != IGNORED
        with self.accelerator.autocast():
            seen = {name: inputs[name] for name in ("input_ids", "attention_mask", "position_ids")}
            hidden = model.base_model(**seen, use_cache=False).last_hidden_state
            logits = model.get_output_embeddings()(hidden[:, :-1][wanted])
        total = cross_entropy(logits.float(), labels[wanted], reduction="sum")
        return total / (wanted.sum() if num_items_in_batch is None else num_items_in_batch)

    def _get_train_sampler(self, train_dataset=None):
        # The data set already lies in the order of training.
        rows: Any = train_dataset if train_dataset is not None else self.train_dataset
        return SequentialSampler(rows)

    def _save_checkpoint(self, model, trial):
        save_model(self.model, self.processing_class, self.keep[self.state.global_step])
        if self.state.global_step < self.state.max_steps:
            training.save_checkpoint(self, model, trial, keep=1)


def collate(rows: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
    """Sequences as one padded batch; the mask (batch, 1, length, length) is true where a token may look.

    Padding looks at itself only, so that no row of the mask is empty.
    """
    length = max(len(row["input_ids"]) for row in rows)
    blank = {"input_ids": 0, "labels": IGNORED, "position_ids": 0}
    batch = {
        name: torch.tensor([row[name] + [fill] * (length - len(row[name])) for row in rows])
        for name, fill in blank.items()
    }
    places = torch.arange(length)
    ends = torch.tensor([row["ends"] + list(range(len(row["ends"]), length)) for row in rows])
    seen = (places[None, None, :] <= places[None, :, None]) & (places[None, :, None] <= ends[:, None, :])
    return batch | {"attention_mask": seen[:, None]}


def save_model(model: Any, tokenizer: Any, path: Path) -> None:
    """Write a model folder whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.mkdir(parents=True, exist_ok=True)
    folder.save(model, tokenizer, part)
    part.replace(path)


def train(
    model: Any,
    tokenizer: Any,
    packed: list[Packed],
    params: Any,
    keep: list[int],
    work: Path,
) -> list[dict[str, float]]:
    """Train and return the log: one dict a step with `loss`, `grad_norm`, `learning_rate`.

    Models of the steps in `keep` (the last step among them) go to `work/models/<step>`; a run that finds checkpoints in
    `work` goes on from the last one, to the same bytes.

    Args:
        model: float32 weights; trained in place, under bfloat16 autocast.
        tokenizer: saved with every model.
        packed: sequences in the order of training, `batch_size` a step.
        params: the stage's section.
        keep: steps.
        work: folder for checkpoints and models.
    """
    training.fix(params.threads, params.seed)
    steps = len(packed) // params.batch_size
    data = Dataset.from_dict(
        {
            "input_ids": [one.ids for one in packed],
            "labels": [one.labels for one in packed],
            "position_ids": [one.positions for one in packed],
            "ends": [one.ends for one in packed],
        }
    )
    config = SFTConfig(
        output_dir=str(work / "trainer"),
        per_device_train_batch_size=params.batch_size,
        num_train_epochs=1,  # the order already holds every epoch
        max_steps=steps,
        learning_rate=params.learning_rate,
        lr_scheduler_type=params.schedule,
        warmup_steps=round(params.warmup * steps),
        weight_decay=params.weight_decay,
        adam_beta2=params.beta2,
        max_grad_norm=params.max_grad_norm,
        bf16=True,
        use_cpu=not torch.cuda.is_available(),
        gradient_checkpointing=False,
        packing=False,
        max_length=None,
        remove_unused_columns=False,
        dataset_kwargs={"skip_prepare_dataset": True},
        save_strategy="no",
        logging_steps=1,
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
        seed=params.seed,
        data_seed=params.seed,
        dataloader_pin_memory=False,
    )
    trainer = Trainer(model=model, args=config, train_dataset=data, data_collator=collate, processing_class=tokenizer)
    trainer.keep = {step: work / "models" / str(step) for step in keep}
    trainer.add_callback(training.SaveAt(keep))
    training.quiet(trainer, training.Line("sft", "training"))
    checkpoint = training.last_checkpoint(work / "trainer")
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    return [entry for entry in trainer.state.log_history if "loss" in entry]
