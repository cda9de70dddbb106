"""Supervised fine-tuning: base model + dialogues, calls and taught problems -> a model and its early checkpoints."""

from collections import Counter
from itertools import chain
from pathlib import Path

from stages.core import jsonl, training
from stages.core.errors import UserError
from stages.core.lineage import write_lineage
from stages.core.models import folder, template
from stages.core.params.sft import Params
from stages.core.records import SftRow
from stages.core.stage import Inputs, Summary
from stages.sft.packing import Packed, pack
from stages.sft.rows import IGNORED, Example, Sample, Sampler
from stages.sft.steps import milestones, sequences
from stages.sft.trainer import train


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Write `model/` and `checkpoints/<step>/` (the early ones), each with its lineage. Raises UserError."""
    pools = [inputs["trajectories"] / "sft.jsonl", inputs["difficulty"] / "sft.jsonl"]
    tokenizer = folder.load_tokenizer(inputs["base"] / "model")
    template.check(tokenizer)
    rows = chain.from_iterable(jsonl.read(pool, SftRow) for pool in pools)
    sampler = Sampler(rows, tokenizer, params.shares.model_dump(), params.max_length, params.seed)
    drawn = fill(sampler, params)
    if not drawn.examples:
        raise UserError(" and ".join(map(str, pools)), "no training row that fits sft.max_tokens and sft.max_length")
    packed = sequences(drawn.examples, params.pack_length, params.batch_size, params.epochs, params.seed)
    steps = len(packed) // params.batch_size
    keep = milestones(steps, params.checkpoints)
    work = out.parent / "resume"
    model = folder.load_model(inputs["base"] / "model", dtype="float32")
    log = train(model, tokenizer, packed, params, keep, work)
    trained = [
        (drawn.examples[row].row, place // params.batch_size + 1)
        for place, one in enumerate(packed)
        for row in one.rows
    ]
    for step in keep:
        target = out / "model" if step == steps else out / "checkpoints" / str(step)
        training.place(work / "models" / str(step), target)
        write_lineage(target, [pair for pair in trained if pair[1] <= step])
    return Summary(metrics=_metrics(drawn.examples, packed, keep, log, params), rejected=drawn.rejected)


def fill(sampler: Sampler, params: Params) -> Sample:
    """A sample that nearly fills `max_tokens` once packed, shared beginnings counted once, and never goes beyond.

    What an epoch's last step repeats to be full does not count: with large steps it may be more than the sample.
    """
    budget = float(2 * params.max_tokens)
    while True:
        drawn = sampler.sample(int(budget))
        packed = pack(drawn.examples, params.pack_length, params.seed, "sft", "order", 0)
        total = sum(len(one.ids) for one in packed)
        if total <= params.max_tokens:
            return drawn
        budget *= min(0.99, params.max_tokens / total)


def _metrics(examples: list[Example], packed: list[Packed], keep: list[int], log: list[dict], params: Params) -> dict:
    rows, tokens = Counter(), Counter()
    for example in examples:
        rows[example.source] += 1
        tokens[example.source] += len(example.ids)
    lengths = [len(one.ids) for one in packed]
    batches = [lengths[at : at + params.batch_size] for at in range(0, len(lengths), params.batch_size)]
    padded = sum(max(batch) * len(batch) for batch in batches)
    losses = [round(float(entry["loss"]), 4) for entry in log]
    tail = max(1, len(losses) // 10)
    return {
        "rows": dict(sorted(rows.items())),
        "tokens": dict(sorted(tokens.items())),
        "computed_tokens": sum(lengths),
        "loss_tokens": sum(label != IGNORED for example in examples for label in example.labels),
        "steps": len(batches),
        "epochs": params.epochs,
        "padding_share": round(1 - sum(lengths) / padded, 4),
        "checkpoints": keep,
        "loss": losses,
        "loss_first": round(sum(losses[:tail]) / tail, 4),
        "loss_last": round(sum(losses[-tail:]) / tail, 4),
    }
