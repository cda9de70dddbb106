"""`python -m stages.trajectories.rewards [data/trajectories] [data/environments]`: what rewards make of perturbed golds.

Every turn's reference is played as it is, in other ways that are right too (the planner's among them), and in ways that are
wrong by construction. The goal reward, EnvFactory's reward (notes, section 6) with all shortest ways, and the same as it was
released, with the reference alone, price each; the table says how often each pays for a wrong end and how often it takes
from a right one. Whether a way is right is not asked of a reward: a right one must end in the reference's
exact rows, a wrong one must not.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from stages.core import jsonl
from stages.core.engine import Runtime, Session
from stages.core.engine.catalogue import entry, load
from stages.core.errors import UserError
from stages.core.records import Call, Dialogue, Environment, Goal, Turn
from stages.core.rollouts.goal import reached, shows
from stages.core.rollouts.reward import GoalWeights, envfactory_reward, goal_reward
from stages.core.rollouts.seat import PlayedTurn
from stages.trajectories.planner import Ways, recorded, searched
from stages.trajectories.proof import effective, perturbed
from stages.trajectories.ways import Caps

WEIGHTS = GoalWeights(valid=0.1, length=0.1)
CAPS = Caps(calls=8, states=20_000)
"""Of the search for other ways, wide enough for every turn measured so far."""
REWARDS = ("goal", "envfactory", "released")
PAID = 0.5
"""From here on a reward counts as paid: no reward of a wrong end should come so far, none of a right one fall below."""


class Way(NamedTuple):
    """A way to play a turn. `right`: None where only the end state can tell."""

    name: str
    right: bool | None
    calls: tuple[Call, ...]
    text: str


class Row(NamedTuple):
    """One way played: what it was, whether it was right, and what it earned."""

    name: str
    right: bool
    goal: float
    envfactory: float
    released: float
    """EnvFactory's reward that knows no way but the reference."""


def ways(environment: Environment, turn: Turn, session: Session, found: Ways) -> Iterator[Way]:
    """The reference, other ways and perturbations, on a session that stands where the turn starts."""
    calls, text = turn.calls, turn.answer
    yield Way("the reference", True, calls, text)
    for other in recorded(turn, found).ways if found.verdict == "found" else found.minimal:
        if other:
            shorter = len(other) < len(calls)
            yield Way("a shorter path" if shorter else "another minimal path", True, other, text)
    look = next((t for t in environment.tools if not t.writes and not t.parameters.get("required")), None)
    if look is not None and look.name not in {call.tool for call in calls}:
        yield Way("a look first", True, (Call(tool=look.name, arguments={}), *calls), text)
    failing = next((t for t in environment.tools if not t.writes and t.key_parameter), None)
    if failing is not None and failing.key_parameter is not None:
        arguments: dict[str, JsonValue] = dict.fromkeys([*failing.parents, failing.key_parameter], "nowhere")
        yield Way("a failed try first", True, (Call(tool=failing.name, arguments=arguments), *calls), text)
    if len(calls) > 1:
        yield Way("in another order", None, tuple(reversed(calls)), text)
    spared = _spared(turn)
    if spared != calls:
        yield Way("defaults left out", None, spared, text)
    writes = effective(environment, turn)
    if writes:
        yield Way("nothing done", False, (), text)
    else:
        # What an earlier turn has shown need not be looked up again; what nothing has shown is a guess.
        known = _shown(session, turn.goal)
        yield Way("answered from memory" if known else "a guess", known, (), text)
    for wrong in perturbed(environment, turn, session, writes):
        yield Way("a write dropped" if len(wrong) < len(calls) else "another value or row", False, tuple(wrong), text)
    for call in _unasked(environment, session):
        yield Way("an unasked write too", False, (*calls, call), text)
    if turn.goal.says:
        yield Way("the answer unsaid", False, calls, "Done.")


def _shown(session: Session, goal: Goal) -> bool:
    """Whether results before this turn hold every value, or as many things as it counts."""
    looks = [entry.result.value for entry in session.log if entry.result.ok and entry.tool in goal.reads]
    return all(any(shows(look, value) for look in looks) for value in goal.says)


def _spared(turn: Turn) -> tuple[Call, ...]:
    """The reference without the arguments that it took from the schema's defaults."""
    masked = {(span.call, span.argument) for span in turn.spans if span.origin == "default"}
    return tuple(
        Call(tool=call.tool, arguments={k: v for k, v in call.arguments.items() if (index, k) not in masked})
        for index, call in enumerate(turn.calls)
    )


def _unasked(environment: Environment, session: Session) -> Iterator[Call]:
    """A row deleted that nobody spoke of: the last one of the first table that has a delete and rows."""
    state = session.state()
    for tool in environment.tools:
        rows = state.get(tool.table, [])
        if tool.verb == "delete" and tool.key_parameter and rows and len(tool.parents) <= 1:
            table = environment.table(tool.table)
            above = {
                a: next((rows[-1][c.name] for c in table.columns if c.references == t), None)
                for a, t in tool.parents.items()
            }
            yield Call(tool=tool.name, arguments={**above, tool.key_parameter: rows[-1][table.key]})
            return


def play(session: Session, turn: Turn, way: Way) -> tuple[PlayedTurn, bool]:
    """The way played on a fork, and whether it ends in exactly the rows that the reference ends in."""
    attempt, reference = session.fork(), session.fork()
    before = len(attempt.log)
    for call in way.calls:
        attempt.call(call.tool, dict(call.arguments))
    for call in turn.calls:
        reference.call(call.tool, dict(call.arguments))
    verdict = reached(attempt, turn.goal, way.text)
    state = attempt.goal_digest() == turn.goal.digest
    same = _rows(attempt) == _rows(reference)
    played = PlayedTurn((), tuple(attempt.log[before:]), verdict.passed, verdict.reason, 0, state, way.text)
    attempt.close()
    reference.close()
    return played, same


def _rows(session: Session) -> list[str]:
    """All rows without their times and minted keys, which another order or one more look may change."""
    kept = {
        table.name: [c.name for c in table.columns if not c.clock and not (c.kind == "key" and table.minted)]
        for table in session.runtime.environment.tables
    }
    state = session.state()
    return sorted(json.dumps([t, *(row[c] for c in kept[t])]) for t, rows in state.items() for row in rows)


def measure(runtime: Runtime, dialogue: Dialogue) -> Iterator[Row]:
    """Every turn of a dialogue in every way. A way that turns out to be another's is left out."""
    session = runtime.open(dialogue.scenario)
    for turn, (_, found) in zip(dialogue.turns, searched(runtime, dialogue, CAPS), strict=True):
        planned = recorded(turn, found) if found.verdict == "found" else turn
        for way in ways(runtime.environment, turn, session, found):
            played, same = play(session, turn, way)
            right = way.right if way.right is not None else same
            said = way.text == turn.answer
            if way.right is False and same and said and way.calls:
                continue  # a perturbation that changed nothing
            released = turn.model_copy(update={"ways": (), "masked": ()})
            prices = (envfactory_reward(played, planned), envfactory_reward(played, released))
            yield Row(way.name, right, goal_reward(played, planned, WEIGHTS), *prices)
        for call in turn.calls:
            session.call(call.tool, dict(call.arguments))
    session.close()


def table(rows: Sequence[Row]) -> list[dict[str, object]]:
    """By kind of way: how many, and for each reward the mean and the share that it got wrong."""
    found = []
    for name, right in dict.fromkeys((row.name, row.right) for row in rows):
        own = [row for row in rows if (row.name, row.right) == (name, right)]
        line: dict[str, object] = {"way": name, "right": right, "turns": len(own)}
        for reward in REWARDS:
            values = [getattr(row, reward) for row in own]
            wrong = [value < PAID if right else value >= PAID for value in values]
            line[reward] = {"mean": round(sum(values) / len(own), 3), "wrong": round(sum(wrong) / len(own), 4)}
        found.append(line)
    return found


def main(words: Sequence[str]) -> int:
    """Print the table as lines of JSON and each reward's shares. Returns 2 for a user's mistake."""
    folders = [Path(word) for word in words] or [Path("data/trajectories"), Path("data/environments")]
    try:
        entries = load(folders[1])
        dialogues = list(jsonl.read(folders[0] / "dialogues.jsonl", Dialogue))
    except UserError as error:
        print(f"rewards: {error}", file=sys.stderr)
        return 2
    runtimes = {name: Runtime(entry(entries, name).environment) for name in {one.environment for one in dialogues}}
    rows = [row for one in dialogues for row in measure(runtimes[one.environment], one)]
    for line in table(rows):
        print(json.dumps(line))
    for reward in REWARDS:
        paid = [getattr(row, reward) >= PAID for row in rows if not row.right]
        punished = [getattr(row, reward) < PAID for row in rows if row.right]
        print(
            f"{reward}: pays {sum(paid)} of {len(paid)} wrong ends, refuses {sum(punished)} of {len(punished)} right ones"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
