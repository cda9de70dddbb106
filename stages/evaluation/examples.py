"""Worked examples for a few_shot prompt: earlier turns of the same conversation, from the train split alone.

A call row becomes a user message and the assistant's call; a dialogue of a train environment becomes its turns with the
tools' real replies. Both stand between the system message, which lists the item's own tools, and the item's question.
The examples' own tools are not listed: the list is what the item may use.
"""

from collections.abc import Iterable, Mapping

from stages.core import dialogues as chat
from stages.core.errors import UserError
from stages.core.records import CallItem, Dialogue, Environment
from stages.core.seeds import generator

SHORTEST = 20
"""Dialogue examples are drawn from so many of the shortest: an example is paid for with every item."""


def calls(rows: Iterable[CallItem], shots: int, seed: int) -> list[chat.Message]:
    """User message and reference call of `shots` train rows. Raises UserError if there are too few."""
    pool = sorted((row for row in rows if row.split == "train" and len(row.gold) == 1), key=lambda row: row.id)
    if len(pool) < shots:
        raise UserError("data/trajectories/calls.jsonl", f"{len(pool)} train rows, evaluation.shots asks for {shots}")
    spoken: list[chat.Message] = []
    for row in generator(seed, "examples", "calls").sample(pool, shots):
        spoken += [{"role": "user", "content": row.user}, chat.call_message(row.gold[0])]
    return spoken


def dialogue(
    dialogues: Iterable[Dialogue], environments: Mapping[str, Environment], shots: int, seed: int
) -> list[chat.Message]:
    """The messages of one short train dialogue with `shots` turns, its system message left out.

    One with a rule of the house in that message is no example: without the rule it refuses what it could do.

    Raises UserError if there is none.
    """
    pool = [one for one in dialogues if one.split == "train" and len(one.turns) == shots and not one.policy]
    if not pool:
        where = "data/trajectories/dialogues.jsonl"
        raise UserError(where, f"no train dialogue without a policy has evaluation.shots = {shots} turns")
    spoken = {one.id: chat.unweighted(chat.messages(one, environments[one.environment])[1:]) for one in pool}
    pool.sort(key=lambda one: (sum(len(str(message)) for message in spoken[one.id]), one.id))
    return spoken[generator(seed, "examples", "dialogue").choice(pool[:SHORTEST]).id]
