"""The gate of a written environment: schema, programs, start states, cases, claims, coverage, seeded bugs.

The expected values are the author's, from a talk that saw no program; the verdict says so. What a programmer cannot talk
himself out of is held to the engine instead: broken states are turned away, two runs of the same calls agree, a session's
write shows in no other, nothing but what a case names may change, and bugs seeded into the programs must be noticed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from stages.core.engine import Runtime, ScenarioRefused, SchemaRefused, Session
from stages.core.records import Environment, Require, Scenario, content_id
from stages.environments.authoring.bugs import BUGS
from stages.environments.authoring.mistakes import LAYERS, Mistake
from stages.environments.authoring.played import played
from stages.environments.authoring.replies import Call, Case, State
from stages.environments.gate import Settings, Tally, backwards, mutation, round_trip
from stages.environments.mutants import Mutant, Seeds, seeded


class Verdict(NamedTuple):
    """gate.json's content, what is wrong, the start states as published, and how good it is (more is better)."""

    gate: dict[str, Any]
    mistakes: list[Mistake]
    scenarios: list[Scenario]
    worth: tuple[int, ...]

    @property
    def passed(self) -> bool:
        """Whether it enters the catalogue."""
        return bool(self.gate["passed"])


def judge(environment: Environment, states: Sequence[State], cases: Sequence[Case], settings: Settings) -> Verdict:
    """Run everything; nothing the author wrote can raise."""
    tally, found = Tally(), list[Mistake]()
    scenarios = {state.name: scenario(environment.id, state) for state in states}
    try:
        runtime = Runtime(environment)
    except SchemaRefused as error:
        return _verdict(tally, [Mistake("schema", "tables", str(error)[:200])], [], Seeds([], {}, []), [], [])
    refusals = runtime.refusals()
    found += [Mistake("program", name, reason[:240]) for name, reason in refusals.items()]
    tally.note("programs_compile", "; ".join(refusals.values()) or None)
    sessions, published = _loaded(runtime, states, scenarios, tally, found)
    results = [(case, played(environment, sessions.get(case.scenario), case)) for case in cases]
    for number, (case, mistakes) in enumerate(results):
        found += [mistake._replace(place=f"case {number}, {mistake.place}") for mistake in mistakes]
        tally.note(case.kind, str(mistakes[0]) if mistakes else None)
    found += _covered(environment, [case for case, mistakes in results if not mistakes], tally)
    seeds, survivors = Seeds([], {}, []), list[Mutant]()
    if not found:
        found += _apart(environment, sessions, cases, tally)
        seeds = seeded(environment, settings.seed, settings.mutants_each, BUGS)
        survivors = [mutant for mutant in seeds.mutants if not _noticed(mutant, scenarios, cases)]
        if seeds.mutants and 1 - len(survivors) / len(seeds.mutants) < settings.mutation_score:
            found += [
                Mistake("mutation", mutant.tool, f"no case notices {mutant.kind} at {mutant.place}")
                for mutant in survivors
            ]
    return _verdict(tally, found, published, seeds, survivors, [] if found else _shown(sessions, cases))


def scenario(environment: str, state: State) -> Scenario:
    """The published record of a start state; its id hashes its content."""
    content = {"environment": environment, "now": state.now, "next_id": state.next_id, "tables": state.tables}
    refused = state.expect == "validation_error"
    return Scenario(
        id=content_id("refused" if refused else "scenario", content),
        complexity="refused" if refused else state.complexity,
        expect="refuse" if refused else "load",
        environment=environment,
        now=state.now,
        next_id=state.next_id,
        tables=state.tables,
    )


def _loaded(
    runtime: Runtime,
    states: Sequence[State],
    scenarios: Mapping[str, Scenario],
    tally: Tally,
    found: list[Mistake],
) -> tuple[dict[str, Session], list[Scenario]]:
    """A session on each state that loads; the states to publish, those among them that must be turned away last."""
    sessions: dict[str, Session] = {}
    refused: list[Scenario] = []
    for state in states:
        record = scenarios[state.name]
        try:
            # Rows come in backwards, so that an order which nobody asked for is not the right one by chance.
            session = runtime.open(backwards(record))
        except ScenarioRefused as error:
            if state.expect == "pass":
                found.append(Mistake("load", f"scenario {state.name}", f"{error.where}: {error.problem}"[:240]))
            else:
                refused.append(record)
            tally.note("load" if state.expect == "pass" else "refused", str(error) if state.expect == "pass" else None)
            continue
        if state.expect == "validation_error":
            found.append(Mistake("refused", f"scenario {state.name}", "it breaks nothing: it was loaded"))
            tally.note("refused", f"{state.name} was loaded")
            continue
        sessions[state.name] = session
        tally.note("load", None)
        tally.note("round_trip", round_trip(session, record))
    fullest = max(sessions.values(), key=lambda one: sum(map(len, one.scenario.tables.values())), default=None)
    for broken in spoilt(runtime.environment, fullest.scenario) if fullest else ():
        try:
            runtime.open(broken)
            tally.note("refused", f"{broken.id} was loaded")
            found.append(Mistake("refused", broken.id, "the engine loaded a broken state"))
        except ScenarioRefused:
            tally.note("refused", None)
            refused.append(broken)
    return sessions, [*(scenarios[name] for name in sessions), *refused]


def spoilt(environment: Environment, start: Scenario) -> Iterator[Scenario]:
    """The state broken in each way that its tables allow: what the engine must turn away, whoever wrote the tables."""
    table = next((table for table in environment.tables if start.tables.get(table.name)), None)
    if table is None:
        return
    rows = start.tables[table.name]
    ways: dict[str, Any] = {
        "unknown_column": [{**rows[0], "no_such_column": 1}, *rows[1:]],
        "duplicate_key": [*rows, rows[0]],
        "null_key": [{**rows[0], table.key: None}, *rows[1:]],
    }
    for column in table.columns:
        wrong = 1 if column.type == "TEXT" else "many"
        ways[f"wrong_type_{column.name}"] = [{**rows[0], column.name: wrong}, *rows[1:]]
        if column.references and column.type == "TEXT":
            ways[f"dangling_{column.name}"] = [{**rows[0], column.name: "nowhere at all"}, *rows[1:]]
        if column.one_of:
            ways[f"not_in_enum_{column.name}"] = [{**rows[0], column.name: "no such value"}, *rows[1:]]
    for name, changed in {**ways, "unknown_table": rows}.items():
        tables = {**start.tables, "no_such_table" if name == "unknown_table" else table.name: tuple(changed)}
        content = {"environment": environment.id, "now": start.now, "next_id": start.next_id, "tables": tables}
        yield start.model_copy(
            update={"id": content_id(name, content), "complexity": "refused", "expect": "refuse", "tables": tables}
        )


def _covered(environment: Environment, passed: Sequence[Case], tally: Tally) -> list[Mistake]:
    """Each tool needs a call that succeeds and, where it can fail, one that does."""
    calls = [call for case in passed for call in case.calls]
    found = []
    for tool in environment.tools:
        own = [call for call in calls if call.tool == tool.name]
        fails = bool(tool.parameters.get("required")) or any(isinstance(step, Require) for step in tool.program)
        lacking = [] if any(call.error is None for call in own) else ["a passing case in which it succeeds"]
        if fails and not any(call.error for call in own):
            lacking.append("a passing case in which it fails")
        found += [Mistake("coverage", tool.name, f"it needs {' and '.join(lacking)}")] if lacking else []
        tally.note("covered", f"{tool.name} needs {' and '.join(lacking)}" if lacking else None)
    return found


def _apart(
    environment: Environment, sessions: Mapping[str, Session], cases: Sequence[Case], tally: Tally
) -> list[Mistake]:
    """Two runs of a case's calls agree, a fork's writes stay its own, and what each writing tool does is no nothing."""
    found, moving = [], set[str]()
    for number, case in enumerate(cases):
        session = sessions[case.scenario]
        session.reset()
        start, goal, other = session.digest(), session.goal_digest(), session.fork()
        _run(other, case.calls)
        checks = {"isolation": session.digest() == start}
        _run(session, case.calls)
        checks["determinism"] = session.digest() == other.digest()
        moving |= {call.tool for call in case.calls if call.error is None and session.goal_digest() != goal}
        other.close()
        for check, good in checks.items():
            tally.note(check, None if good else f"case {number}")
            found += [] if good else [Mistake("case", f"case {number}", f"{check} does not hold")]
    for tool in [tool for tool in environment.tools if tool.writes]:
        why = None if tool.name in moving else f"{tool.name}: no case in which it changes what a goal could be about"
        tally.note("do_nothing_fails", why)
        found += [Mistake("coverage", tool.name, why)] if why else []
    return found


def _run(session: Session, calls: Sequence[Call]) -> None:
    for call in calls:
        session.call(call.tool, dict(call.arguments))


def _noticed(mutant: Mutant, scenarios: Mapping[str, Scenario], cases: Sequence[Case]) -> bool:
    """Whether some case goes otherwise in the spoilt environment."""
    try:
        runtime = Runtime(mutant.environment)
    except SchemaRefused:
        return True
    sessions: dict[str, Session] = {}
    try:
        for case in cases:
            if case.scenario not in sessions:
                sessions[case.scenario] = runtime.open(backwards(scenarios[case.scenario]))
            if played(mutant.environment, sessions[case.scenario], case):
                return True
    finally:
        for session in sessions.values():
            session.close()
    return False


def _verdict(
    tally: Tally,
    found: list[Mistake],
    scenarios: list[Scenario],
    seeds: Seeds,
    survivors: list[Mutant],
    session: list[dict[str, Any]],
) -> Verdict:
    gate = {
        "passed": not found,
        "expected": "author",
        "checks": tally.verdict("all as the author says"),
        "mutation": mutation(seeds, survivors),
        "session": session,
    }
    # The gravest first, so that what a mended schema brings to light never counts against it.
    worth = tuple(-sum(mistake.layer == layer for mistake in found) for layer in LAYERS)
    return Verdict(gate, found, scenarios, worth)


def _shown(sessions: Mapping[str, Session], cases: Sequence[Case]) -> list[dict[str, Any]]:
    """A session to read: the valid case that uses most tools, then a call that fails."""
    told: list[dict[str, Any]] = []
    valid = max(
        (case for case in cases if case.kind == "valid"),
        key=lambda case: len({c.tool for c in case.calls}),
        default=None,
    )
    wrong = next((case for case in cases if case.kind == "error"), None)
    for case in [case for case in (valid, wrong) if case is not None]:
        session = sessions[case.scenario]
        session.reset()
        for call in case.calls:
            result = session.call(call.tool, dict(call.arguments))
            came = {"value": result.value} if result.ok else {"error": result.error, "message": result.message}
            told.append({"tool": call.tool, "arguments": dict(call.arguments), **came})
    return told
