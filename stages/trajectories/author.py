"""Dialogues of the grammar with their users' turns in an LLM's words, each turn proved or left as it was.

One request a dialogue: its turns make sense together, and a further dialogue asks one question more. The LLM sees the
user's words and what must stay in them, never a tool, a call or an answer. Its reply is one JSON object with a text a
turn, or it is refused; then every turn is judged for itself. Calls, results, goals and answers are the grammar's.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from stages.core.engine import Runtime
from stages.core.llm.asking import Asking
from stages.core.llm.request import Answer, Failure, Request
from stages.core.params.trajectories import Llm
from stages.core.records import Dialogue, Turn
from stages.core.records.base import canonical
from stages.trajectories import proof
from stages.trajectories.synthesis import identity
from stages.trajectories.wording import bare, refusal, things, values

RULES = """You put what a user says to an assistant into other words, as another person would say it in a chat.
You get a JSON object: turn_1, turn_2, ... are the user's messages in one conversation, in order. Each has "words", what the \
user says now, and "keep", texts that must stand in your wording letter for letter.
Each new message asks for exactly what the old one asked for: the same action on the same things, nothing more, nothing \
less. Add no name, no number, no quotation and no identifier of your own. Be about as long as the old message, on one line.
Answer with one JSON object that has the same keys, each with the new message as a string, and with nothing else."""


class Reworded(NamedTuple):
    """`metrics`: turns asked for, accepted, and kept in the grammar's words by reason."""

    dialogues: list[Dialogue]
    metrics: dict[str, Any]
    spent: dict[str, float]


class Schema(BaseModel):
    """What every reply has in common: nothing but text under the keys asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)


def reword(
    dialogues: Sequence[Dialogue],
    runtimes: Mapping[str, Runtime],
    author: Llm,
    base: Path,
    *,
    seed: int,
    export: Path,
) -> Reworded:
    """Ask for every dialogue and take what is proved.

    Args:
        dialogues: proved ones, of every split.
        runtimes: by environment.
        author: who is asked, and how.
        base: the model folder for a local engine.
        seed: of the waits between tries; it changes no bytes.
        export: where the answers go, as `llm.jsonl`.

    Raises:
        UserError: from the engine (see `Asking.ask`).
    """
    with Asking(author.engine, base, stage="trajectories", seed=seed) as asking:
        requests = [request(row, runtimes[row.environment], author, asking.model) for row in dialogues]
        replies = asking.ask(requests)
        asking.export(export)
        used, spent = asking.metrics(), asking.spent()
    judge = Judge(dialogues, runtimes, author)
    found = [judge.dialogue(row, reply) for row, reply in zip(dialogues, replies, strict=True)]
    turns = sum(len(row.turns) for row in dialogues)
    kept = dict(sorted(judge.kept.items()))
    return Reworded(found, {"asked": turns, "accepted": turns - sum(kept.values()), "kept": kept, **used}, spent)


def request(dialogue: Dialogue, runtime: Runtime, author: Llm, model: str) -> Request:
    """The question about one dialogue: its words, what must stay in them, and nothing else of it."""
    asked = {}
    for number, turn in enumerate(dialogue.turns):
        keep = values(dialogue, number, runtime.environment)
        keep += [ways[0] for ways in things(turn, runtime.environment)]
        asked[_key(number)] = {"words": turn.user, "keep": list(dict.fromkeys(keep))}
    messages = ({"role": "system", "content": RULES}, {"role": "user", "content": canonical(asked)})
    schema = {"name": "rewording", "strict": True, "schema": reply_of(len(asked)).model_json_schema()}
    return Request(
        model=model,
        messages=messages,  # pyright: ignore[reportArgumentType]
        temperature=author.temperature,
        max_tokens=author.max_new_tokens,
        extra={"response_format": {"type": "json_schema", "json_schema": schema}} if author.structured else {},
    )


@cache
def reply_of(turns: int) -> type[Schema]:
    """The schema of a reply for so many turns: a key a turn, so that none can be left out or added."""
    texts: dict[str, Any] = {_key(number): (str, ...) for number in range(turns)}
    return create_model("Rewording", __base__=Schema, **texts)


class Judge:
    """Takes new words or keeps the old ones. `kept` counts the turns that kept theirs, by reason."""

    def __init__(self, dialogues: Sequence[Dialogue], runtimes: Mapping[str, Runtime], author: Llm) -> None:
        self._runtimes, self._author = runtimes, author
        self._heard = {said for row in dialogues for said in _beginnings(row.turns)}
        self.kept: Counter[str] = Counter()

    def dialogue(self, old: Dialogue, reply: Answer | Failure) -> Dialogue:
        """The dialogue with all new words that are proved, under the id that they give it."""
        texts = _read(reply, len(old.turns))
        if isinstance(texts, str):
            self.kept[texts] += len(old.turns)
            return old
        best = old
        for number, text in enumerate(texts):
            new = _with(best, number, text.strip())
            reason = self._refusal(old, best, new, number)
            if reason is None:
                best = new
            else:
                self.kept[reason] += 1
        self._heard |= set(_beginnings(best.turns))
        return best

    def _refusal(self, old: Dialogue, best: Dialogue, new: Dialogue, number: int) -> str | None:
        runtime = self._runtimes[old.environment]
        turn, text = old.turns[number], new.turns[number].user
        if turn.case not in ("plain", "recovery"):
            return "hard_case"  # what must be missing from these words, or is forbidden, no check of words can hold
        if turn.refined:
            return "refined"  # nor one that hides a name or a step
        said, named = values(old, number, runtime.environment), things(turn, runtime.environment)
        found = refusal(turn, text, said, named, self._author.longest)
        if found is not None:
            return found[0]
        # Prompts for RL are the beginnings of dialogues, so no beginning may be another's.
        if _beginnings(new.turns)[number] in self._heard:
            return "duplicate"
        refuted = proof.refuted(runtime, new)
        return refuted[0] if refuted else None


def _read(reply: Answer | Failure, turns: int) -> list[str] | str:
    """The texts of a reply, or the reason why there are none."""
    if isinstance(reply, Failure):
        return reply.reason
    try:
        read = reply_of(turns).model_validate_json(reply.text)
    except ValidationError as error:
        if reply.finish == "length":
            return "cut_off"
        return "no_json" if error.errors()[0]["type"] == "json_invalid" else "wrong_shape"
    return [str(getattr(read, _key(number))) for number in range(turns)]


def _with(dialogue: Dialogue, number: int, user: str) -> Dialogue:
    """The same dialogue with other words in one turn. The wording's name says whose template they came from."""
    old = dialogue.turns[number]
    turn = old.model_copy(update={"user": user, "template": f"{old.template}/llm"})
    turns = (*dialogue.turns[:number], turn, *dialogue.turns[number + 1 :])
    name = identity(dialogue.environment, dialogue.scenario.id, turns, dialogue.policy)
    return dialogue.model_copy(update={"id": name, "turns": turns})


def _beginnings(turns: Sequence[Turn]) -> list[str]:
    said = [bare(turn.user) for turn in turns]
    return ["\n".join(said[: number + 1]) for number in range(len(said))]


def _key(number: int) -> str:
    return f"turn_{number + 1}"
