"""Score a model on verifiable problems: the question alone as a user message, the reply judged by the item's verifier."""

from collections.abc import Mapping, Sequence

from stages.core.dialogues import Message
from stages.core.models.encode import encode
from stages.core.records import Problem
from stages.core.scoring.replies import replies
from stages.core.scoring.result import ItemResult
from stages.core.scoring.verdict import passes
from stages.core.seeds import generator


def examples(problems: Sequence[Problem], shots: int, seed: int) -> dict[str, list[Message]]:
    """Question and bare gold answer of `shots` problems of the train split, by family: what goes before a question."""
    shown: dict[str, list[Message]] = {}
    for family in sorted({problem.family for problem in problems}):
        pool = sorted((p for p in problems if p.family == family and p.split == "train"), key=lambda p: p.id)
        shown[family] = []
        for problem in generator(seed, "examples", family).sample(pool, min(shots, len(pool))):
            shown[family].append({"role": "user", "content": problem.question})
            shown[family].append({"role": "assistant", "content": f"Answer: {problem.answer}"})
    return shown


def score(
    model,
    tokenizer,
    problems: Sequence[Problem],
    *,
    max_new_tokens: int,
    batch_size: int,
    examples: Mapping[str, Sequence[Message]] = {},
    stage: str = "scoring",
) -> list[ItemResult]:
    """One result a problem. `examples` are messages shown before the question, by family."""
    prompts = [
        encode(
            tokenizer,
            [*examples.get(problem.family, ()), {"role": "user", "content": problem.question}],
            generate=True,
        ).ids
        for problem in problems
    ]
    said = replies(model, tokenizer, prompts, max_new_tokens=max_new_tokens, batch_size=batch_size, stage=stage)
    results = []
    for problem, reply, ids in zip(problems, said, prompts, strict=True):
        passed = passes(reply.text, problem)
        results.append(
            ItemResult(
                id=problem.id,
                cluster=problem.id,
                passed=passed,
                detail="" if passed else ("wrong_answer" if reply.stopped else "cut_off"),
                output=reply.text,
                prompt_tokens=len(ids),
                new_tokens=reply.tokens,
            )
        )
    return results
