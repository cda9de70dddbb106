"""Play dialogues with a model: its calls run in the environment, each turn is judged, a failed turn ends the item.

Items are played in batches of similar prompt length; one key-value cache serves a batch over all its turns, so a turn
costs only its new tokens. Greedy, so a model and a dialogue give one result.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import torch

from stages.core import dialogues as chat
from stages.core.decoding import Decoding
from stages.core.engine import Runtime
from stages.core.models.encode import continuation, encode
from stages.core.models.generate import Conversations
from stages.core.models.grammar import Guide, guide
from stages.core.progress import bar
from stages.core.records import Dialogue, Environment
from stages.core.rollouts.seat import Limits, PlayedTurn, Seat


class PlaySettings(NamedTuple):
    """Limits of play. `max_new_tokens` is a message's, not a turn's."""

    max_calls_per_turn: int
    max_new_tokens: int
    batch_size: int


class Played(NamedTuple):
    """One dialogue as it went: the turns that were played, and whether all of its turns passed."""

    dialogue_id: str
    turns: tuple[PlayedTurn, ...]
    passed: bool
    messages: tuple[chat.Message, ...]


class _Item(NamedTuple):
    index: int
    dialogue: Dialogue
    head: list[chat.Message]
    tools: list[dict]
    prompt: list[int]


def play(
    model,
    tokenizer,
    dialogues: Sequence[Dialogue],
    environments: Mapping[str, Environment],
    settings: PlaySettings,
    *,
    decoding: Decoding = "free",
    prefix_messages: Iterable[chat.Message] = (),
    stage: str = "rollouts",
) -> list[Played]:
    """Play every dialogue and return the results in the dialogues' order.

    Args:
        model: a causal language model in eval mode.
        tokenizer: its tokenizer.
        dialogues: reference dialogues; only their user turns, scenarios and goals are used.
        environments: by id; must hold every dialogue's environment (KeyError otherwise).
        settings: limits and batch size.
        decoding: what messages must be, by the shown tools.
        prefix_messages: examples that go between the system message and the first user turn.
        stage: the word on the progress line.

    Raises:
        ScenarioRefused: a scenario does not load. That is a broken item, never a failed rollout (UniRL#214).
    """
    runtimes = {name: Runtime(environments[name]) for name in sorted({item.environment for item in dialogues})}
    items = [
        _item(index, dialogue, environments, tokenizer, prefix_messages) for index, dialogue in enumerate(dialogues)
    ]
    items.sort(key=lambda item: (len(item.prompt), item.dialogue.id))
    results: list[Played | None] = [None] * len(items)
    shown = bar(stage, "playing dialogues", len(items), "dialogue")
    for start in range(0, len(items), settings.batch_size):
        batch = items[start : start + settings.batch_size]
        for item, played in zip(batch, _play_batch(model, tokenizer, batch, runtimes, settings, decoding), strict=True):
            results[item.index] = played
        shown.update(len(batch))
    shown.close()
    return [played for played in results if played is not None]


def _item(index: int, dialogue: Dialogue, environments, tokenizer, prefix_messages) -> _Item:
    environment = environments[dialogue.environment]
    system, user = chat.prompt(dialogue, environment, 0)
    tools = chat.tools(dialogue, environment)
    head = [system, *prefix_messages]
    ids = encode(tokenizer, [*head, user], tools, generate=True).ids
    return _Item(index, dialogue, head, tools, list(ids))


def _play_batch(
    model, tokenizer, batch: list[_Item], runtimes, settings: PlaySettings, decoding: Decoding
) -> list[Played]:
    limits = Limits(settings.max_calls_per_turn)
    seats = [
        Seat(
            runtimes[item.dialogue.environment].open(item.dialogue.scenario),
            [turn.user for turn in item.dialogue.turns],
            [turn.goal for turn in item.dialogue.turns],
            limits,
        )
        for item in batch
    ]
    guides = [guide(tokenizer, item.tools, decoding) for item in batch]
    converse(model, tokenizer, seats, [item.prompt for item in batch], settings.max_new_tokens, guides=guides)
    return [
        Played(
            item.dialogue.id,
            tuple(seat.turns),
            seat.passed,
            (*item.head, *(message for turn in seat.turns for message in turn.messages)),
        )
        for item, seat in zip(batch, seats, strict=True)
    ]


class Place(Protocol):
    """What a conversation needs of a seat: RL answers a plain question from one that is no `Seat`."""

    @property
    def over(self) -> bool: ...

    @property
    def turns(self) -> Sequence[Any]: ...

    def hear(self, text: str, stopped: bool) -> list[chat.Message]: ...

    def give_up(self, reason: str) -> None: ...


def converse(
    model,
    tokenizer,
    seats: Sequence[Place],
    prompts: Sequence[list[int]],
    max_new_tokens: int,
    *,
    guides: Sequence[Guide] | None = None,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
    max_length: int | None = None,
    talk: Conversations | None = None,
) -> Conversations:
    """Let the model speak from every seat until all are over. Returns the conversations, for their tokens.

    Args:
        seats: fresh seats, one a row.
        prompts: token ids of each row, generation header included.
        max_new_tokens: limit of one message.
        guides: what the messages of each row must be; anything when None.
        temperature: 0 is greedy.
        generator: randomness of the draws; needed when temperature is not 0.
        max_length: a row that would grow beyond this many tokens ends as `over_context`; the model's own limit when None.
        talk: conversations to use in place of new ones.
    """
    talk = talk or Conversations(model, tokenizer)
    talk.start([list(prompt) for prompt in prompts])
    room = max_length or getattr(model.config, "max_position_embeddings", None)
    fresh = [True] * len(seats)
    while any(not seat.over for seat in seats):
        active = [not seat.over for seat in seats]
        grammars = [one.first if fresh[i] else one.later for i, one in enumerate(guides)] if guides else None
        replies = talk.complete(active, max_new_tokens, temperature=temperature, generator=generator, grammars=grammars)
        new: list[list[int]] = [[] for _ in seats]
        for i, seat in enumerate(seats):
            if not active[i]:
                continue
            turn = len(seat.turns)
            messages = seat.hear(replies[i].text, replies[i].stopped)
            fresh[i] = len(seat.turns) > turn
            if seat.over:
                continue
            new[i] = continuation(tokenizer, messages)
            if room is not None and len(talk.ids(i)) + len(new[i]) + max_new_tokens > room:
                seat.give_up("over_context")
                new[i] = []
        if any(new):
            talk.extend(new)
    return talk
