"""Calls that need not wait for each other, made in one assistant message (OpenAI's `tool_calls` with several entries).

Out of a proved dialogue, one of two: the calls of a turn are put into messages, each call as early as what it reads
from earlier results allows; or two turns in a row that ask for different things become one request, and their calls one
turn's. Spans say what a call waits for. That the rest may come in any order is proved by running: every order that the
spans allow gives each call the same result and the same goal digest, times and minted keys aside.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from random import Random

from pydantic import JsonValue

from stages.core.engine import Runtime, Session
from stages.core.engine.digest import LEFT_OUT
from stages.core.records import Call, Dialogue, Environment, Outcome, Span, Turn
from stages.core.replay import at_turn
from stages.trajectories.asides import pick
from stages.trajectories.rework import joined, two_guesses
from stages.trajectories.templates import TEMPLATES
from stages.trajectories.words import sentence

MOST = 4
"""Calls of a turn, as in synthesis; so many have 24 orders at most."""
COMMANDS = (
    "{first}, and {second}.",
    "{first} and {second}.",
    "{first}, and also {second}.",
    "{first}; {second}.",
    "{first}, and {second}, please.",
    "{first} and, while you are at it, {second}.",
)
"""Two commands as one sentence. Every third wording here and below serves dev and test alone (`asides.pick`)."""
SENTENCES = (
    "{first} {second}",
    "{first} And another thing: {second}",
    "Two things. {first} {second}",
    "{first} Apart from that: {second}",
    "I have two requests. {first} {second}",
    "{first} On another note: {second}",
)
"""Two sentences one after the other, each with its end mark."""
_TEMPLATES = {template.id: template for template in TEMPLATES}
_COMMAND = re.compile(
    r"(?:Add|Change|Check|Count|Create|Delete|Find|Get|Give|List|Look|Name|Open|Put|Read|Rename|Set|Show|Start|Tell|Throw|Use)\b"
    r"[^.?:]*\."
)
"""A wording that is one command and nothing else, so that another can follow behind "and"."""


def parallel(runtime: Runtime, dialogue: Dialogue, rng: Random) -> Dialogue | None:
    """The dialogue with a turn that makes several calls in one message; None where no order is free.

    The caller proves the result like any other dialogue (`hard.harden`).
    """
    options = [*_single(dialogue), *_joined(dialogue, rng)]
    rng.shuffle(options)
    for number, candidate in options:
        made = _grouped(runtime, candidate, number)
        if made is not None:
            return made
    return None


def _single(dialogue: Dialogue) -> Iterator[tuple[int, Dialogue]]:
    """Every plain turn of several calls, where it stands."""
    for number, turn in enumerate(dialogue.turns):
        if turn.case == "plain" and len(turn.calls) > 1:
            yield number, dialogue


def _joined(dialogue: Dialogue, rng: Random) -> Iterator[tuple[int, Dialogue]]:
    """The dialogue with two turns in a row made one, for every two that can be."""
    for number, (first, second) in enumerate(zip(dialogue.turns, dialogue.turns[1:], strict=False)):
        user = _request(first, second, dialogue.split != "train", rng)
        if user is None:
            continue
        yield number, joined(dialogue, number, user)


def _request(first: Turn, second: Turn, held: bool, rng: Random) -> str | None:
    """Both requests in one turn's words; None where they cannot stand together."""
    one, two = _TEMPLATES.get(first.template), _TEMPLATES.get(second.template)
    if one is None or two is None or {first.case, second.case} != {"plain"}:
        return None
    # "It" would be the row of the first request.
    if two.verb.endswith(("_it", "_more")) or len(first.calls) + len(second.calls) > MOST:
        return None
    if two_guesses(first, second):
        return None
    plain = not (first.refined or second.refined)  # else the words are no longer the template's one command
    if plain and _COMMAND.fullmatch(one.text) and _COMMAND.fullmatch(two.text):
        bare = {"first": first.user.rstrip("."), "second": _lower(second.user.rstrip("."))}
        return sentence(pick(COMMANDS, held, rng).format_map(bare))
    return pick(SENTENCES, held, rng).format(first=first.user, second=second.user)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _grouped(runtime: Runtime, dialogue: Dialogue, number: int) -> Dialogue | None:
    """The dialogue with the calls of a turn in as few messages as its spans allow; None if that is one call each."""
    turn = dialogue.turns[number]
    before, count = sum(len(one.calls) for one in dialogue.turns[:number]), len(turn.calls)
    needs: list[set[int]] = [set() for _ in turn.calls]
    for span in turn.spans:
        if span.call_index is not None and span.call_index >= before:
            needs[span.call].add(span.call_index - before)
    levels: list[int] = []
    for waits in needs:
        levels.append(1 + max((levels[index] for index in waits), default=-1))
    messages = tuple(levels.count(level) for level in range(max(levels, default=-1) + 1))
    if count > MOST or max(messages, default=1) < 2 or not _free(runtime, dialogue, number, needs):
        return None
    order = sorted(range(count), key=lambda index: levels[index])
    moved = {before + old: before + new for new, old in enumerate(order)}
    turns = list(dialogue.turns)
    for place in range(number, len(turns)):
        spans = tuple(_moved(span, moved) for span in turns[place].spans)
        turns[place] = turns[place].model_copy(update={"spans": spans})
    spans = (s.model_copy(update={"call": order.index(s.call)}) for s in turns[number].spans)
    calls = tuple(turn.calls[index] for index in order)
    changed = {"calls": calls, "spans": tuple(spans), "messages": messages, "case": "parallel"}
    turns[number] = turns[number].model_copy(update=changed)
    return _run_again(runtime, dialogue.model_copy(update={"turns": tuple(turns)}))


def _moved(span: Span, moved: dict[int, int]) -> Span:
    if span.call_index not in moved:
        return span
    return span.model_copy(update={"call_index": moved[span.call_index]})


def _free(runtime: Runtime, dialogue: Dialogue, number: int, needs: Sequence[set[int]]) -> bool:
    """Whether every order in which no call comes before one that it needs gives the same."""
    calls = dialogue.turns[number].calls
    session = at_turn(runtime, dialogue, number)
    first: tuple[str, list[JsonValue]] | None = None
    for order in permutations(range(len(calls))):
        if any(not needs[call] <= set(order[:place]) for place, call in enumerate(order)):
            continue
        found = _played(session, calls, order)
        first = first or found
        if found is None or found != first:
            return False
    return True


def _played(session: Session, calls: Sequence[Call], order: Sequence[int]) -> tuple[str, list[JsonValue]] | None:
    """The goal digest and each call's result as far as order must not change it; None if a call fails."""
    attempt = session.fork()
    results = {}
    for index in order:
        result = attempt.call(calls[index].tool, dict(calls[index].arguments))
        if not result.ok:
            return None
        results[index] = result.value
    environment = session.runtime.environment
    fresh = _keys(environment, attempt) - _keys(environment, session)
    told = [_meant(environment, call, results[index], fresh) for index, call in enumerate(calls)]
    digest = attempt.goal_digest()
    attempt.close()
    return digest, told


def _keys(environment: Environment, session: Session) -> set[str]:
    state = session.state()
    return {str(row[table.key]) for table in environment.tables if table.minted for row in state[table.name]}


def _meant(environment: Environment, call: Call, value: JsonValue, fresh: set[str]) -> JsonValue:
    """A result without the times of writing, and with one word for all keys minted in this turn."""
    table = environment.table(environment.tool(call.tool).table)
    moving = {column.name for column in table.columns if column.clock or column.kind in LEFT_OUT}

    def bare(part: JsonValue) -> JsonValue:
        if isinstance(part, dict):
            return {key: bare(item) for key, item in part.items() if key not in moving}
        if isinstance(part, list):
            return [bare(item) for item in part]
        return "minted" if part in fresh else part

    return bare(value)


def _run_again(runtime: Runtime, dialogue: Dialogue) -> Dialogue | None:
    """The dialogue with what its calls give now: in another order writes get other times. None if a goal is missed."""
    session = runtime.open(dialogue.scenario)
    turns: list[Turn] = []
    for turn in dialogue.turns:
        results = [session.call(call.tool, dict(call.arguments)) for call in turn.calls]
        outcomes = tuple(Outcome(value=r.value, error=r.error, message=r.message) for r in results)
        turns.append(turn.model_copy(update={"outcomes": outcomes}))
        if session.goal_digest() != turn.goal.digest:
            return None
    end = session.digest()
    session.close()
    return dialogue.model_copy(update={"turns": tuple(turns), "end_digest": end})
