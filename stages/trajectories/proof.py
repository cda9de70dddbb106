"""Proofs about a finished dialogue, from the record and its environment alone.

Every argument has a span that holds (the user's verbatim words, the result of a call in an earlier message, the schema's
default); users say no tool name, field name or minted id; doing nothing fails each turn's goal and so does a perturbed
gold: a dropped write, a wrong target, a wrong written value (envfactory.md 15, 18).
"""

import re
from bisect import bisect_right
from itertools import accumulate

from pydantic import JsonValue

from stages.core.dialogues import sizes
from stages.core.engine import Runtime, Session
from stages.core.records import Call, Dialogue, Environment, Turn
from stages.core.replay import replay
from stages.trajectories.draft import at
from stages.trajectories.spoken import supports
from stages.trajectories.words import machine_words


def refuted(runtime: Runtime, dialogue: Dialogue) -> tuple[str, str] | None:
    """The first proof that fails, as (reason, detail): `no_replay`, `leak`, `unproved` or `weak_goal`; None if all hold."""
    environment = runtime.environment
    problem = replay(runtime, dialogue)
    if problem is not None:
        return "no_replay", problem
    proofs = (
        ("leak", lambda: leaks(dialogue, environment)),
        ("unproved", lambda: unproved(dialogue, environment)),
        ("weak_goal", lambda: weak_goals(runtime, dialogue)),
    )
    return next(((reason, found[0]) for reason, proof in proofs if (found := proof())), None)


def unproved(dialogue: Dialogue, environment: Environment) -> list[str]:
    """Arguments whose span is missing or does not hold."""
    problems: list[str] = []
    results: list[JsonValue] = []
    for number, turn in enumerate(dialogue.turns):
        spans = {(span.call, span.argument): span for span in turn.spans}
        ends = list(accumulate(sizes(turn)))
        done, shown = len(results), [0, *ends]
        for index, (call, outcome) in enumerate(zip(turn.calls, turn.outcomes, strict=True)):
            for argument, value in call.arguments.items():
                span = spans.get((index, argument))
                where = f"turn {number}: {call.tool}.{argument}"
                if span is None:
                    problems.append(f"{where}: no span")
                elif span.origin == "user":
                    heard = [dialogue.turns[i].user for i in range((span.turn or 0) + 1)]
                    text = span.text or ""
                    if span.turn is None or span.turn > number or not any(_contains(one, text) for one in heard):
                        problems.append(f"{where}: the user never said {text!r}")
                    elif not supports(text, value):
                        problems.append(f"{where}: {text!r} does not state {value!r}")
                elif span.origin == "result":
                    # What a message asks for is not known before it is sent.
                    sent = done + shown[bisect_right(ends, index)]
                    known = span.call_index is not None and span.call_index < sent
                    if not known or not _holds(results[span.call_index or 0], span.path or "", value):
                        problems.append(f"{where}: not in an earlier result")
                elif _default(environment, call, argument) != value:
                    problems.append(f"{where}: not the schema's default")
            results.append(outcome.value)
    return problems


def leaks(dialogue: Dialogue, environment: Environment) -> list[str]:
    """Words in users' turns that a person could not know: tool names, camelCase or snake_case words, minted keys."""
    found: list[str] = []
    minted = {
        str(row[table.key])
        for table in environment.tables
        if table.minted
        for row in dialogue.scenario.tables.get(table.name, ())
    }
    names = {tool.name for tool in environment.tools if "_" in tool.name}
    for turn in dialogue.turns:
        said = {span.text for span in turn.spans if span.origin == "user" and span.text}
        bare = turn.user
        for text in sorted(said, key=len, reverse=True):
            bare = bare.replace(text, " ")
        found += machine_words(bare)
        found += [word for word in re.findall(r"[\w.-]+", turn.user) if word.strip(".-") in minted or word in names]
    return found


def weak_goals(runtime: Runtime, dialogue: Dialogue) -> list[str]:
    """Turns whose goal is met by doing nothing or by a materially wrong reference."""
    problems: list[str] = []
    environment = runtime.environment
    session = runtime.open(dialogue.scenario)
    for number, turn in enumerate(dialogue.turns):
        writes = effective(environment, turn)
        before = session.goal_digest()
        told = turn.goal.says or turn.goal.asks or turn.goal.declines or turn.case == "no_call"
        if not writes and not told:
            problems.append(f"turn {number}: asks for nothing")
        if turn.calls and not writes and all(_contains(turn.user, value) for value in turn.goal.says):
            problems.append(f"turn {number}: the question holds the answer")
        if writes and before == turn.goal.digest:
            problems.append(f"turn {number}: already reached")
        for wrong in perturbed(environment, turn, session, writes):
            attempt = session.fork()
            for call in wrong:
                attempt.call(call.tool, dict(call.arguments))
            if attempt.goal_digest() == turn.goal.digest:
                problems.append(f"turn {number}: a wrong reference passes")
        for call in turn.calls:
            session.call(call.tool, dict(call.arguments))
    return problems


def effective(environment: Environment, turn: Turn) -> list[int]:
    """Indices of the calls that wrote. One that failed wrote nothing, so nothing is lost without it."""
    calls = enumerate(zip(turn.calls, turn.outcomes, strict=True))
    return [index for index, (call, outcome) in calls if outcome.error is None and environment.tool(call.tool).writes]


def perturbed(environment: Environment, turn: Turn, session: Session, writes: list[int]) -> list[list[Call]]:
    """For each write: without it, on another row, and with another value."""
    found: list[list[Call]] = []
    for index in writes:
        call = turn.calls[index]
        tool = environment.tool(call.tool)
        found.append([c for i, c in enumerate(turn.calls) if i != index])
        swaps = [(argument, table) for argument, table in tool.parents.items()]
        if tool.key_parameter is not None and tool.verb != "create":
            swaps.append((tool.key_parameter, tool.table))
        for argument, table in swaps:
            keys = [row[environment.table(table).key] for row in session.state().get(table, [])]
            other = next((key for key in keys if key != call.arguments.get(argument)), None)
            if other is not None and argument in call.arguments:
                found.append(_swapped(turn, index, argument, other))
        for argument in tool.fields:
            value = call.arguments.get(argument)
            if isinstance(value, str) and not tool.parameters["properties"][argument].get("enum"):  # type: ignore
                found.append(_swapped(turn, index, argument, value + " x"))
    return found


def _swapped(turn: Turn, index: int, argument: str, value: JsonValue) -> list[Call]:
    calls = list(turn.calls)
    calls[index] = Call(tool=calls[index].tool, arguments={**calls[index].arguments, argument: value})
    return calls


def _contains(text: str, part: str) -> bool:
    return part.lower() in text.lower()


def _holds(result: JsonValue, path: str, value: JsonValue) -> bool:
    try:
        return at(result, path) == value
    except (LookupError, ValueError):
        return False


def _default(environment: Environment, call: Call, argument: str) -> JsonValue:
    properties = environment.tool(call.tool).parameters.get("properties")
    schema = properties.get(argument) if isinstance(properties, dict) else None
    return schema.get("default") if isinstance(schema, dict) else None
