"""Training problems -> `scored.jsonl`, and the split: `sft.jsonl` with taught responses, `rl.jsonl` with questions alone.

Only the train split is scored: dev and test stay as `problems` made them.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from stages.core import jsonl, quality
from stages.core.errors import UserError
from stages.core.llm.asking import Asking
from stages.core.params.difficulty import Params
from stages.core.params.llm import Local
from stages.core.records import Problem, Rejected, SftRow
from stages.core.seeds import generator
from stages.core.stage import Inputs, Summary
from stages.core.statistics import rank_correlation
from stages.difficulty.ask import Model
from stages.difficulty.endpoint import Scores
from stages.difficulty.rows import rl_row, scored, sft_row
from stages.difficulty.score import Scorer, llm, pass_rate, reference
from stages.difficulty.split import Sides, random_split, split


def run(params: Params, inputs: Inputs, out: Path) -> Summary:
    """Score, split, teach; llm.jsonl too where an endpoint scores. Raises UserError if a side is left empty."""
    if isinstance(params.llm, Local):
        return _run(params, inputs, out, params.llm)
    with Asking(params.llm, inputs["base"] / "model", stage="difficulty", seed=params.seed) as asking:
        summary = _run(params, inputs, out, Scores(asking, params.temperature))
        asking.export(out / "llm.jsonl")
        return summary._replace(metrics={**summary.metrics, "llm": asking.metrics()}, spent=asking.spent())


def _run(params: Params, inputs: Inputs, out: Path, judge: Local | Scores) -> Summary:
    """`judge` gives the scores of `llm`: the base model with a local engine's settings, or an endpoint."""
    where = inputs["problems"] / "problems.jsonl"
    pool = [problem for problem in jsonl.read(where, Problem) if problem.split == "train"]
    if not pool:
        raise UserError(str(where), "no training problems to score")
    model = Model(inputs["base"] / "model", params, pool)
    scorers: dict[str, Scorer] = {
        "reference": reference,
        "pass_rate": partial(pass_rate, sample=model.sample),
        "llm": partial(llm, ask=partial(model.ask, judge) if isinstance(judge, Local) else judge.ask),
    }
    found = dict(zip((problem.id for problem in pool), scorers[params.scorer](pool), strict=True))
    scores = {name: score for name, score in found.items() if score is not None}
    rejected = [Rejected(id=name, reason="unscored", detail=params.scorer) for name in found if name not in scores]
    sides = split([problem for problem in pool if problem.id in scores], scores, params.tau)
    taught = [sft_row(problem) for problem in sides.sft]
    rows = [row for row in taught if isinstance(row, SftRow)]
    rejected += [row for row in taught if isinstance(row, Rejected)]
    if not rows or not sides.rl:
        raise UserError("params.yaml: difficulty.tau", f"no problem is left for {'sft' if not rows else 'rl'}")
    frame = pd.DataFrame({"id": [*scores], "score": [*scores.values()]})
    quality.check(frame, [quality.unique("id"), quality.between("score", 1, 5)], "scored.jsonl")
    jsonl.write(
        out / "scored.jsonl",
        [scored(p, scores[p.id], params.scorer, side) for side, ps in _sides(sides) for p in ps],
    )
    jsonl.write(out / "sft.jsonl", rows)
    jsonl.write(out / "rl.jsonl", [rl_row(problem) for problem in sides.rl])
    return Summary(metrics=_metrics(params, pool, scores, sides, rows, rejected, scorers), rejected=rejected)


def _sides(sides: Sides):
    yield "sft", sides.sft
    yield "rl", sides.rl


def _metrics(
    params: Params,
    pool: list[Problem],
    scores: dict[str, int],
    sides: Sides,
    rows: list[SftRow],
    rejected: list[Rejected],
    scorers: dict[str, Scorer],
) -> dict:
    control = random_split([*sides.sft, *sides.rl], len(sides.rl), params.seed)
    hard = {problem.id for problem in sides.rl}
    return {
        "scorer": params.scorer,
        "tau": params.tau,
        "scored": len(scores),
        "sft": len(rows),
        "rl": len(sides.rl),
        "rejected": dict(sorted(Counter(row.reason for row in rejected).items())),
        # dereason.md 11: which domain sits at which score; routing by score must not be routing by domain unseen.
        "histogram": {
            family: {
                str(score): sum(scores.get(p.id) == score for p in pool if p.family == family) for score in range(1, 6)
            }
            for family in sorted({problem.family for problem in pool})
        },
        "random_control": {"rl": len(control.rl), "shared_with_rl": sum(p.id in hard for p in control.rl)},
        "compared": _compared(pool, params, scorers) if params.compared else {},
    }


def _compared(pool: Sequence[Problem], params: Params, scorers: dict[str, Scorer]) -> dict:
    """Rank correlation of each scorer with `reference`, over the problems that both scored."""
    drawn = generator(params.seed, "difficulty", "compared").sample(
        sorted(pool, key=lambda problem: problem.id), min(params.compared, len(pool))
    )
    base = reference(drawn)
    report = {}
    for name in ("pass_rate", "llm"):
        given = scorers[name](drawn)
        pairs = [(a, b) for a, b in zip(given, base, strict=True) if a is not None and b is not None]
        report[name] = {
            "n": len(pairs),
            "quarantined": sum(score is None for score in given),
            "rank_correlation": _rounded(rank_correlation([a for a, _ in pairs], [b for _, b in pairs])),
            "scores": {str(score): sum(a == score for a, _ in pairs) for score in range(1, 6)},
        }
    return report


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
