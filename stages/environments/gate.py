"""The gate: an environment enters the catalogue only with these checks passed, and their verdict goes with it.

What is expected comes from the oracle, never from the programs. A check that had nothing to try does not pass by
that (marin#7784): it is left out of the verdict, and `load`, `valid`, `error`, `gold_passes` must have cases.
"""

import json
from collections import Counter, defaultdict
from typing import Any, NamedTuple

from stages.core.engine import Runtime, ScenarioRefused, SchemaRefused, Session
from stages.core.records import Environment, Scenario, canonical
from stages.environments.cases import scripts
from stages.environments.goals import digest, golds, in_turn
from stages.environments.interface import differs
from stages.environments.mutants import Mutant, Seeds, seeded
from stages.environments.sample import sample
from stages.environments.shapes import ApiShape
from stages.environments.teller import Expected, Script, seen

NEEDED = ("load", "valid", "error", "gold_passes", "do_nothing_fails", "refused")
LISTED = 20
"""Survivors and details that a verdict spells out."""


class Settings(NamedTuple):
    """seed of cases and mutants, mutants of each kind, and the least share of them that must be noticed."""

    seed: int
    mutants_each: int
    mutation_score: float


class Tally:
    """Cases and the first differences of each check."""

    def __init__(self) -> None:
        self.cases: dict[str, int] = defaultdict(int)
        self.failures: dict[str, list[str]] = defaultdict(list)

    def note(self, check: str, problem: str | None) -> None:
        """Count a case; `problem` is None when it went well."""
        self.cases[check] += 1
        if problem is not None:
            self.failures[check].append(problem)

    def verdict(self, good: str = "all as the oracle says") -> dict[str, dict[str, Any]]:
        """The checks as gate.json shows them; `good` is said of those in which nothing differed."""
        return {
            check: {
                "passed": not self.failures[check],
                "cases": count,
                "detail": "; ".join(self.failures[check][:3]) or good,
            }
            for check, count in sorted(self.cases.items())
        }


def judge(shape: ApiShape, environment: Environment, scenarios: list[Scenario], settings: Settings) -> dict[str, Any]:
    """The verdict on an environment and its start states, ready to be written as gate.json."""
    tally = Tally()
    try:
        runtime = Runtime(environment)
    except SchemaRefused as error:
        tally.note("load", str(error))
        return _verdict(tally, mutation(Seeds([], {}, []), []), settings)
    for tool in [tool for tool in shape.tools if tool.described]:
        tally.note("interface", differs(tool, environment.tool(tool.name)))
    for tool, reason in runtime.refusals().items():
        tally.note("programs_compile", f"{tool}: {reason}")
    sessions, shown = _load(runtime, scenarios, tally), []
    if sessions:
        # Rows come in backwards, so that an order which nobody asked for is not the right one by chance.
        starts = [backwards(session.scenario) for session in _chosen(sessions)]
        sessions = [runtime.open(start) for start in starts]
        stories = scripts(shape, starts, settings.seed)
        reader = Reader(shape)
        for story in stories:
            tally.note(story.check, reader.differs(sessions[story.scenario], story.steps))
        _sessions(sessions, stories, reader, tally)
        _goals(shape, sessions, settings.seed, tally)
        shown = sample(sessions[0], stories, 0, {tool.name: tool.verb for tool in shape.tools})
        seeds = seeded(environment, settings.seed, settings.mutants_each)
        figures = mutation(seeds, [m for m in seeds.mutants if not noticed(m, starts, stories, reader)])
    else:
        figures = mutation(Seeds([], {}, []), [])
    return _verdict(tally, figures, settings) | {"session": shown}


def mutation(seeds: Seeds, survivors: list[Mutant]) -> dict[str, Any]:
    """What became of the seeded bugs: in all, by kind, and which were left out because they change nothing."""
    made, left = Counter(m.kind for m in seeds.mutants), Counter(m.kind for m in survivors)
    return {
        "seeded": len(seeds.mutants),
        "killed": len(seeds.mutants) - len(survivors),
        "score": round(1 - len(survivors) / len(seeds.mutants), 4) if seeds.mutants else 0.0,
        "survivors": [f"{m.kind} {m.tool} {m.place}" for m in survivors[:LISTED]],
        "kinds": {
            kind: {"places": places, "seeded": made[kind], "killed": made[kind] - left[kind]}
            for kind, places in sorted(seeds.places.items())
        },
        "equivalent": seeds.equivalent,
    }


def _chosen(sessions: list[Session]) -> list[Session]:
    """The states that stories are told on: one of each ordinary complexity but simple, and the boundaries."""
    last = {s.scenario.complexity: s for s in sessions if s.scenario.complexity in ("medium", "complex")}
    return [*last.values(), *(s for s in sessions if s.scenario.complexity == "boundary")]


def backwards(scenario: Scenario) -> Scenario:
    """The same state with each table's rows in the opposite order."""
    return scenario.model_copy(update={"tables": {t: tuple(reversed(rows)) for t, rows in scenario.tables.items()}})


def _verdict(tally: Tally, figures: dict[str, Any], settings: Settings) -> dict[str, Any]:
    for check in NEEDED:
        if not tally.cases[check]:
            tally.note(check, "nothing could be tried")
    checks = tally.verdict()
    passed = all(check["passed"] for check in checks.values()) and figures["score"] >= settings.mutation_score
    return {"passed": passed, "checks": checks, "mutation": figures}


def failing(verdict: dict[str, Any]) -> tuple[str, str]:
    """Name and detail of the first check that failed."""
    for name, check in verdict["checks"].items():
        if not check["passed"]:
            return name, check["detail"]
    return "mutation", f"score {verdict['mutation']['score']}: {verdict['mutation']['survivors'][:5]}"


class Reader:
    """Compares what a session does with what the oracle said."""

    def __init__(self, shape: ApiShape) -> None:
        self.writing = {tool.name for tool in shape.tools if tool.writes}
        self.json = {e.table: [f.name for f in e.fields if f.kind == "json"] for e in shape.entities}

    def state(self, session: Session) -> str:
        """Tables and `_meta` as one text, JSON columns read."""
        state = session.state()
        for table, names in self.json.items():
            for row in state[table]:
                for name in names:
                    if isinstance(row[name], str):
                        row[name] = json.loads(row[name])  # type: ignore[arg-type]
        return seen(state, session.meta())

    def differs(self, session: Session, steps: tuple[Expected, ...]) -> str | None:
        """The first difference over a story told from the start; None if there is none."""
        session.reset()
        for step in steps:
            result = session.call(step.tool, step.arguments)
            got = canonical(result.value) if result.ok else canonical(result.error)
            if result.ok != step.ok or got != step.value:
                return f"{step.tool} {canonical(step.arguments)[:200]}: expected {step.value[:200]}, got {got[:200]}"
            if step.message not in (None, result.message):
                return f"{step.tool} {canonical(step.arguments)[:200]}: said {result.message}, not {step.message}"
            # The last state is looked at even when the oracle saw no change: an error must leave nothing behind.
            changed = step.ok and step.tool in self.writing
            if (changed or step is steps[-1]) and self.state(session) != step.state:
                return f"{step.tool} {canonical(step.arguments)[:200]}: another state than expected"
        return None


def _load(runtime: Runtime, scenarios: list[Scenario], tally: Tally) -> list[Session]:
    sessions = []
    for scenario in scenarios:
        try:
            session = runtime.open(scenario)
        except ScenarioRefused as error:
            tally.note(
                "load" if scenario.expect == "load" else "refused", str(error) if scenario.expect == "load" else None
            )
            continue
        if scenario.expect == "refuse":
            tally.note("refused", f"{scenario.id} was loaded")
            continue
        tally.note("load", None)
        tally.note("round_trip", round_trip(session, scenario))
        sessions.append(session)
    return sessions


def round_trip(session: Session, scenario: Scenario) -> str | None:
    """save(load(s)) must be s, rows by key."""
    for table in session.runtime.environment.tables:
        rows = sorted(scenario.tables.get(table.name, ()), key=lambda row: str(row[table.key]))
        if canonical([dict(row) for row in rows]) != canonical(session.state()[table.name]):
            return f"{scenario.id}: {table.name} came back otherwise"
    return None if session.meta() == (scenario.now, scenario.next_id) else f"{scenario.id}: _meta came back otherwise"


def _sessions(sessions: list[Session], stories: list[Script], reader: Reader, tally: Tally) -> None:
    """A write in one session shows in no other, and the same calls end in the same bytes."""
    for index, session in enumerate(sessions):
        steps = [s for story in stories if story.scenario == index for s in story.steps if s.ok][:40]
        session.reset()
        start, other = session.digest(), session.fork()
        for step in steps:
            other.call(step.tool, step.arguments)
        tally.note("isolation", None if session.digest() == start else f"scenario {index}: a fork's write showed")
        for step in steps:
            session.call(step.tool, step.arguments)
        same = session.digest() == other.digest() and session.goal_digest() == other.goal_digest()
        tally.note("determinism", None if same else f"scenario {index}: two runs of the same calls differ")
        other.close()


def _goals(shape: ApiShape, sessions: list[Session], seed: int, tally: Tally) -> None:
    starts = {digest(session, []) for session in sessions}
    for index, session in enumerate(sessions):
        nothing = digest(session, [])
        for gold in golds(shape, session.scenario, index, seed):
            goal, where = digest(session, [gold.call]), f"scenario {index}: {gold.call[0]}"
            tally.note(
                "gold_passes", None if goal == digest(session, [gold.call]) else f"{where}: gold misses its goal"
            )
            tally.note("do_nothing_fails", f"{where}: doing nothing reaches the goal" if goal == nothing else None)
            tally.note("no_start_state_passes", f"{where}: a start state reaches the goal" if goal in starts else None)
            for check, twin in (("wrong_target_fails", gold.target), ("wrong_value_fails", gold.value)):
                if twin is not None:
                    reached = digest(session, [twin]) == goal
                    tally.note(check, f"{where}: reached by {canonical(twin)[:200]}" if reached else None)
        for calls in in_turn(shape, session.scenario, index, seed):
            reached = digest(session, calls[::-1]) == digest(session, calls)
            where = f"scenario {index}: {calls[1][0]}"
            tally.note("shuffled_gold_fails", f"{where}: reached in the wrong order" if reached else None)


def noticed(mutant: Mutant, starts: list[Scenario], stories: list[Script], reader: Reader) -> bool:
    """Whether some story in which the spoiled tool takes part shows a difference."""
    try:
        runtime = Runtime(mutant.environment)
    except SchemaRefused:
        return True
    sessions: dict[int, Session] = {}
    try:
        for story in stories:
            if story.tool == mutant.tool or any(step.tool == mutant.tool for step in story.steps):
                session = sessions.get(story.scenario)
                if session is None:
                    session = sessions[story.scenario] = runtime.open(starts[story.scenario])
                if reader.differs(session, story.steps) is not None:
                    return True
    finally:
        for session in sessions.values():
            session.close()
    return False
