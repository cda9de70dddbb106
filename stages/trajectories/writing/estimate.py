"""What writing would cost, said before anybody is asked: the real questions with stand-ins for what is not known yet.

`likely` takes every first try and the paper's 3.3 calls a turn; `most` takes every try, every step and replies at full length.
What the cache holds costs nothing and is counted all the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from stages.core.params.llm import Endpoint
from stages.core.params.writing import Same, Written
from stages.core.records import Call, Outcome, canonical
from stages.trajectories.synthesis import Budgets
from stages.trajectories.tokens import estimate as tokens
from stages.trajectories.writing.asks import Ask, Talk, Who
from stages.trajectories.writing.engines import Engines, role_of
from stages.trajectories.writing.job import Job
from stages.trajectories.writing.judge import judge
from stages.trajectories.writing.plan import Plan, Planned, plan
from stages.trajectories.writing.query import Query, query, refine
from stages.trajectories.writing.solve import Candidate, solve

STEPS = 4
"""Replies of a solver that is done: 3.29 calls (EnvFactory's mean, reported) and the closing words."""
TURN = 2.5
"""Tools of a turn (the mean that EnvFactory's split gives)."""
REPLY = {"writer": 120, "solver": 45, "judge": 60}
"""Tokens of a likely reply; the judge's for each candidate."""
_STORY = "Somebody who keeps this service in order and wants to get a few things done before the weekend begins."


@dataclass
class Bill:
    """Requests and tokens by role."""

    requests: Counter[Who] = field(default_factory=Counter)
    prompt: Counter[Who] = field(default_factory=Counter)
    new: Counter[Who] = field(default_factory=Counter)

    def add(self, who: Who, times: int, prompt: float, new: float) -> None:
        """Count `times` requests of so many tokens each."""
        self.requests[who] += times
        self.prompt[who] += round(times * prompt)
        self.new[who] += round(times * new)

    def cost(self, author: Written) -> float:
        """Money, by the prices in params; a local engine is free."""
        whole = 0.0
        for who in self.requests:
            engine = role_of(author, who).engine
            engine = author.writer.engine if isinstance(engine, Same) else engine
            if isinstance(engine, Endpoint):
                whole += (self.prompt[who] * engine.input_price + self.new[who] * engine.output_price) / 1e6
        return whole

    def said(self, author: Written) -> str:
        """One phrase."""
        requests, prompt, new = (part.total() for part in (self.requests, self.prompt, self.new))
        return f"{requests} requests, {prompt} prompt and {new} new tokens, cost {self.cost(author):.4f}"


def estimate(jobs: Sequence[Job], author: Written, engines: Engines, budgets: Budgets) -> str:
    """One line: what these dialogues would likely and at most cost. Nobody is asked."""
    likely, most = bills(jobs, author, engines, budgets)
    return (
        f"dry run of {len(jobs)} dialogues: likely {likely.said(author)}; at most {most.said(author)}; "
        "nobody was asked and nothing is written"
    )


def bills(jobs: Sequence[Job], author: Written, engines: Engines, budgets: Budgets) -> tuple[Bill, Bill]:
    """(likely, most) over all jobs."""
    likely, most = Bill(), Bill()
    for job in jobs:
        _job(job, author, engines, budgets, likely, most)
    return likely, most


def _job(job: Job, author: Written, engines: Engines, budgets: Budgets, likely: Bill, most: Bill) -> None:
    session = job.runtime.open(job.scenario)

    def size(talk: Talk) -> float:
        ask: Ask = next(talk)[0]
        talk.close()
        return tokens(canonical(engines.request(ask).body()))

    writer = author.writer.max_new_tokens
    turns = max(1, min(job.turns, round(len(job.targets) / TURN)))
    longest = min(job.turns, len(job.targets))
    story = Plan(persona=_STORY, situation=_STORY, turns=[Planned(about=_STORY, tools=[name]) for name in job.targets])
    asked = Query(query=_STORY, intent=_STORY)
    step = budgets.call_tokens + budgets.result_tokens / 2
    planning = size(plan(job, session, author, _silent))
    likely.add("writer", 1, planning, REPLY["writer"])
    most.add("writer", author.tries, planning + (author.tries - 1) * writer / 2, writer)
    asking = size(query(job, story, (), session, author, _silent))
    solving = size(solve(job, None, _STORY, session, author, _silent))
    judging = size(judge(job, None, _STORY, [_candidate(job)], author, _silent))
    for number in range(longest):
        operator = job.operators[number]
        rounds = 1 if operator is None else 2
        before = number * (2 * step + 60)
        for bill, steps, tries, full in ((likely, STEPS, 1, False), (most, author.steps, author.tries, True)):
            if not full and number >= turns:
                continue
            bill.add("writer", tries, asking + before, writer if full else REPLY["writer"])
            if operator is not None:
                rewording = size(refine(job, operator, asked, (), session, author, _silent))
                bill.add("writer", tries, rewording + before, writer if full else REPLY["writer"])
            grown = step if not full else budgets.result_tokens + author.solver.max_new_tokens
            mean = solving + before + grown * (steps - 1) / 2
            new = author.solver.max_new_tokens if full else REPLY["solver"]
            bill.add("solver", rounds * author.candidates * steps, mean, new)
            shown = judging + before + author.candidates * steps * grown
            new = author.judge.max_new_tokens if full else REPLY["judge"] * author.candidates
            bill.add("judge", rounds * tries, shown, new)
    session.close()


def _candidate(job: Job) -> Candidate:
    call = Call(tool=job.targets[0], arguments={})
    return Candidate(0, [call], [Outcome(value={})], _STORY)


def _silent(step: str, reason: str) -> None:
    """Nothing is refused in an estimate."""
