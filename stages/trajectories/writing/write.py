"""Dialogues written by LLMs from chains of tools (EnvFactory, QueryGen: notes, section 4), for all splits at once.

The talks about all dialogues go on side by side: in a round the questions of all of them are asked as one batch. Which
dialogues are begun depends on nothing but how many were wanted and came to something, so the same answers give the same
rows, and one row more asks for one dialogue more.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stages.core import jsonl, seeds
from stages.core.engine import Runtime
from stages.core.errors import UserError
from stages.core.llm.request import Answer, Failure
from stages.core.params.trajectories import Params
from stages.core.params.writing import Written
from stages.core.progress import bar
from stages.core.records import Dialogue, Rejected, Scenario
from stages.trajectories.hard import harden
from stages.trajectories.making import Wish
from stages.trajectories.synthesis import Budgets
from stages.trajectories.tokens import Counter as Count
from stages.trajectories.wording import bare
from stages.trajectories.writing.asks import Ask, Talk
from stages.trajectories.writing.dialogue import Done, Story, write
from stages.trajectories.writing.engines import Engines
from stages.trajectories.writing.estimate import estimate
from stages.trajectories.writing.job import Chain, Job, Makings

TOGETHER = 256
"""Dialogues under way at once: each solver of each holds a database."""


class Writing(NamedTuple):
    """What came of it. `refused`: by reason, over all steps; `spent`: what this run paid for."""

    dialogues: list[Dialogue]
    rejected: list[Rejected]
    refused: Counter[str]
    metrics: dict[str, Any]
    spent: dict[str, float]


def dialogues(
    params: Params,
    author: Written,
    sides: Sequence[Wish],
    runtimes: Mapping[str, Runtime],
    starts: Mapping[str, list[Scenario]],
    chains: Mapping[str, list[Chain]],
    count: Count,
    base: Path,
    out: Path,
) -> Writing:
    """Write them; `written.jsonl` and `llm.jsonl` go into `out`.

    Args:
        params: of the stage.
        author: its author.
        sides: the splits; their environments have no one in common.
        runtimes: by environment.
        starts: start states by environment.
        chains: by environment.
        count: counts tokens.
        base: the model folder for a local engine.
        out: the stage's folder.

    Raises:
        UserError: no chain fits, nothing came of a split, the engine cannot be asked; or it is a dry run, with its estimate.
    """
    budgets = Budgets(params.tools, params.schema_tokens, params.result_tokens, params.call_tokens, author.calls)
    splits = [
        _Split(
            side,
            params,
            Makings(params.seed, side.split, params.max_turns, author.refine, budgets, count).jobs(
                {name: runtimes[name] for name in side.environments}, starts, chains
            ),
            side.wanted + int(author.spare * side.wanted),
        )
        for side in sides
    ]
    with Engines(author, base, seed=params.seed) as engines:
        if author.dry_run:
            jobs = [job for one in splits for job in one.first()]
            raise UserError("trajectories.author.dry_run", estimate(jobs, author, engines, budgets))
        _rounds(splits, author, budgets, count, engines)
        engines.export(out / "llm.jsonl")
        used, spent = engines.metrics(), engines.spent()
    for one in splits:
        if one.side.wanted and not one.kept():
            reasons = dict(Counter(row.reason for row in one.rejected))
            raise UserError("trajectories.author", f"no dialogue could be written for {one.side.split}: {reasons}")
    stories = [story for one in splits for done in one.kept() for story in done.stories]
    jsonl.write(out / "written.jsonl", stories)
    refused: Counter[tuple[str, str]] = sum((done.refused for one in splits for done in one.ended.values()), Counter())
    return Writing(
        [done.dialogue for one in splits for done in one.kept() if done.dialogue is not None],
        [row for one in splits for row in one.rejected],
        Counter({f"{step}_{reason}": times for (step, reason), times in refused.items()}),
        {"begun": sum(len(one.ended) for one in splits), **_measures(stories), **used},
        spent,
    )


@dataclass
class _Split:
    """One split at work. `ended` holds what came of each number, in the order of ending."""

    side: Wish
    params: Params
    jobs: Iterator[Job]
    most: int
    begun: int = 0
    under_way: int = 0
    good: int = 0
    heard: set[str] = field(default_factory=set)
    ended: dict[int, Done] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)

    def first(self) -> list[Job]:
        """The jobs of the wanted dialogues, for an estimate."""
        return [job for job, _ in zip(self.jobs, range(self.side.wanted), strict=False)]

    def next(self) -> tuple[int, Job] | None:
        """Another dialogue to begin, if one is still needed. Raises UserError where no chain can be used."""
        if self.good + self.under_way >= self.side.wanted or self.begun >= self.most:
            return None
        job = next(self.jobs, None)
        if job is None:
            raise UserError(f"trajectories: {self.side.split}", "no environment has a chain of tools that can be shown")
        self.begun, self.under_way = self.begun + 1, self.under_way + 1
        return self.begun - 1, job

    def end(self, number: int, job: Job, done: Done) -> None:
        """Take in what came of a dialogue. One whose beginning is another's is none: RL prompts are beginnings."""
        self.under_way -= 1
        if done.dialogue is not None:
            said = [bare(turn.user) for turn in done.dialogue.turns]
            beginnings = {"\n".join(said[: length + 1]) for length in range(len(said))}
            if self.heard & beginnings:
                self.rejected.append(Rejected(id=job.name, reason="duplicate", detail=said[0][:200]))
                done = done._replace(dialogue=None, stories=())
            else:
                self.heard |= beginnings
                self.good += 1
                done = self._hardened(job, done, done.dialogue)
        elif done.refusal is not None:
            self.rejected.append(Rejected(id=job.name, reason=done.refusal.reason, detail=done.refusal.detail[:200]))
        self.ended[number] = done

    def _hardened(self, job: Job, done: Done, made: Dialogue) -> Done:
        """With the hard cases that are drawn for it; the stories follow the dialogue's id."""
        rng = seeds.generator(self.params.seed, "hard", job.name)
        hard = harden(job.runtime, made, self.params.hard, rng)
        named = [
            story.model_copy(update={"id": f"{hard.id}/{number}", "parents": (hard.id,)})
            for number, story in enumerate(done.stories)
        ]
        return done._replace(dialogue=hard, stories=tuple(named))

    def kept(self) -> list[Done]:
        """The dialogues, by number."""
        return [self.ended[number] for number in sorted(self.ended) if self.ended[number].dialogue is not None]


def _rounds(splits: list[_Split], author: Written, budgets: Budgets, count: Count, engines: Engines) -> None:
    """Begin dialogues and take all of them one round of questions further, until none is left."""
    under_way: dict[tuple[int, int], tuple[Job, Talk[Done], list[Ask]]] = {}
    progress = bar("trajectories", "written dialogues", sum(one.side.wanted for one in splits), "dialogue")

    def go_on(key: tuple[int, int], job: Job, talk: Talk[Done], replies: list[Answer | Failure] | None) -> None:
        try:
            under_way[key] = job, talk, next(talk) if replies is None else talk.send(replies)
        except StopIteration as end:
            under_way.pop(key, None)
            splits[key[0]].end(key[1], job, end.value)
            progress.update(end.value.dialogue is not None)

    while True:
        for place, one in enumerate(splits):
            while len(under_way) < TOGETHER and (begun := one.next()) is not None:
                number, job = begun
                go_on((place, number), job, write(job, author, budgets, count), None)
        if not under_way:
            break
        asked = list(under_way.items())
        replies = iter(engines.ask([ask for _, (_, _, asks) in asked for ask in asks]))
        for key, (job, talk, asks) in asked:
            go_on(key, job, talk, [next(replies) for _ in asks])
    progress.close()


def _measures(stories: list[Story]) -> dict[str, Any]:
    """Numbers about the written turns."""
    turns = max(1, len(stories))
    return {
        "turns": len(stories),
        "accuracy_mean": round(sum(story.accuracy for story in stories) / turns, 4),
        "agreement_mean": round(sum(story.agreement for story in stories) / turns, 4),
        "refined": dict(sorted(Counter(story.refined for story in stories).items())),
        "calls_dropped": sum(story.calls_dropped for story in stories),
        "arguments_dropped": sum(story.arguments_dropped for story in stories),
    }
