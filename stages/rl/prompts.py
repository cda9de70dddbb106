"""RL rows -> prompts ready to be asked: encoded once, their tasks proved, broken ones refused by name."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from stages.core.engine import Runtime
from stages.core.engine.scenario import ScenarioRefused
from stages.core.models.encode import encode
from stages.core.params.rl import Params
from stages.core.progress import track
from stages.core.records import Dialogue, Environment, Rejected, RlRow
from stages.core.rollouts.seat import Limits
from stages.rl.tasks import Broken, ProblemTask, Task, TurnTask


class Prompt(NamedTuple):
    """A row that can be asked."""

    row: str
    source: Literal["dialogue", "problem"]
    ids: list[int]
    """Generation header included."""
    task: Task


class Prompts(NamedTuple):
    """What can be asked, in order of row id, and what can't."""

    usable: list[Prompt]
    rejected: list[Rejected]


def prepare(
    rows: Iterable[RlRow],
    dialogues: Mapping[str, Dialogue],
    environments: Mapping[str, Environment],
    tokenizer: Any,
    params: Params,
) -> Prompts:
    """Encode and prove every row of the train split; a source that params give no share is left out.

    Args:
        rows: of any split; only `train` is used.
        dialogues: by id.
        environments: by id.
        tokenizer: of the start model.
        params: limits, shares and the reward.
    """
    wanted = {"dialogue": params.problem_share < 1, "problem": params.problem_share > 0}
    chosen = sorted((row for row in rows if row.split == "train" and wanted[row.source]), key=lambda row: row.id)
    runtimes: dict[str, Runtime] = {}
    usable: list[Prompt] = []
    rejected: list[Rejected] = []
    for row in track(chosen, "rl", "proving prompts", len(chosen), "row"):
        try:
            ids = encode(tokenizer, row.prompt, row.tools, generate=True).ids
            if len(ids) > params.max_prompt:
                raise Broken("over_length", f"{len(ids)} tokens, the limit is {params.max_prompt}")
            task = _task(row, dialogues, environments, runtimes, params)
            task.prove()
        except Broken as broken:
            rejected.append(Rejected(id=row.id, reason=broken.reason, detail=broken.detail))
        except ScenarioRefused as refused:
            rejected.append(Rejected(id=row.id, reason="scenario_refused", detail=str(refused)))
        else:
            usable.append(Prompt(row.id, row.source, ids, task))
    return Prompts(usable, rejected)


def counts(prompts: Prompts) -> dict[str, Any]:
    """For metrics: usable prompts a source, mean tokens, and refusals a reason."""
    sources = Counter(prompt.source for prompt in prompts.usable)
    lengths = [len(prompt.ids) for prompt in prompts.usable]
    return {
        "usable": dict(sorted(sources.items())),
        "tokens_mean": round(sum(lengths) / len(lengths), 1) if lengths else 0.0,
        "rejected": dict(sorted(Counter(row.reason for row in prompts.rejected).items())),
    }


def _task(
    row: RlRow,
    dialogues: Mapping[str, Dialogue],
    environments: Mapping[str, Environment],
    runtimes: dict[str, Runtime],
    params: Params,
) -> TurnTask | ProblemTask:
    if row.source == "problem":
        if row.problem is None:
            raise Broken("no_problem", "a problem row without its problem")
        return ProblemTask(row.problem)
    dialogue = dialogues.get(row.dialogue or "")
    if dialogue is None or row.turn is None or not 0 <= row.turn < len(dialogue.turns):
        raise Broken("no_dialogue", f"{row.dialogue}, turn {row.turn}")
    environment = environments.get(dialogue.environment)
    if environment is None:
        raise Broken("no_environment", dialogue.environment)
    if environment.use != "train":
        raise Broken("held_out", environment.id)
    if environment.id not in runtimes:
        runtimes[environment.id] = Runtime(environment)
    limits = Limits(params.max_calls_per_turn)
    return TurnTask(runtimes[environment.id], dialogue, row.turn, limits, params.reward)
