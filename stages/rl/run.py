"""Reinforcement learning on verified rewards: start model + dialogue turns and hard problems -> a model."""

from itertools import chain
from pathlib import Path
from typing import Any

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.errors import UserError
from stages.core.lineage import write_lineage
from stages.core.models import folder, template
from stages.core.params.rl import Params
from stages.core.records import Dialogue, RlRow
from stages.core.stage import Inputs, Summary
from stages.rl.prompts import Prompts, counts, prepare
from stages.rl.trainer import train


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Write `model/` with its lineage. Raises UserError."""
    start = start_folder(params.start, inputs["sft"])
    tokenizer = folder.load_tokenizer(start)
    template.check(tokenizer)
    sources = [inputs["trajectories"] / "rl.jsonl", inputs["difficulty"] / "rl.jsonl"]
    dialogues = {row.id: row for row in jsonl.read(inputs["trajectories"] / "dialogues.jsonl", Dialogue)}
    entries = catalogue.load(inputs["environments"])
    environments = catalogue.environments(entries, (row.environment for row in dialogues.values()))
    rows = chain.from_iterable(jsonl.read(source, RlRow) for source in sources)
    prompts = prepare(rows, dialogues, environments, tokenizer, params)
    if not prompts.usable:
        raise UserError(" and ".join(map(str, sources)), "no training row that can be asked within rl.max_prompt")
    model = folder.load_model(start, dtype="float32")
    log = train(model, tokenizer, prompts.usable, params, out.parent / "resume")
    target = out / "model"
    target.mkdir(parents=True)
    folder.save(model, tokenizer, target)
    write_lineage(target, trained(log))
    return Summary(metrics=metrics(log, prompts), rejected=prompts.rejected)


def start_folder(start: str, sft: Path) -> Path:
    """The model folder that `start` names."""
    _, _, step = start.partition("/")
    return sft / "checkpoints" / step if step else sft / "model"


def trained(log: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Which row moved the weights at which step: a group of equal rewards moved nothing."""
    return [
        (row, line["step"])
        for line in log
        if "rows" in line
        for row, signal in zip(line["rows"], line["signal"], strict=True)
        if signal
    ]


def metrics(log: list[dict[str, Any]], prompts: Prompts) -> dict[str, Any]:
    """Curves a generation (an optimiser step for the clipped share), and their ends."""
    turns = [line for line in log if "rows" in line]
    reward = [_mean([value for group in line["rewards"] for value in group]) for line in turns]
    signal = [flag for line in turns for flag in line["signal"]]
    kl = [round(line["kl"], 6) for line in log if line.get("kl") is not None]
    clipped = [line["clipped"] for line in log if line.get("clipped") is not None]
    tail = max(1, len(reward) // 4)
    return {
        "prompts": counts(prompts),
        "generations": len(turns),
        "rollouts": sum(len(group) for line in turns for group in line["rewards"]),
        "reward": reward,
        "reward_first": _mean(reward[:tail]),
        "reward_last": _mean(reward[-tail:]),
        "reward_by_source": {
            source: _mean(
                [
                    value
                    for line in turns
                    for found, group in zip(line["sources"], line["rewards"], strict=True)
                    if found == source
                    for value in group
                ]
            )
            for source in sorted({found for line in turns for found in line["sources"]})
        },
        "zero_variance_share": round(1 - sum(signal) / len(signal), 4),
        "tokens_mean": _mean([line["tokens"] for line in turns], 1),
        "kl": kl,
        "kl_last": kl[-1] if kl else None,
        "clipped_share": _mean(clipped) if clipped else 0.0,
    }


def _mean(values: list[float], digits: int = 4) -> float:
    return round(sum(values) / len(values), digits)
