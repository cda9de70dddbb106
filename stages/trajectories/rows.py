"""Dialogues and single calls as training rows: `messages` and `tools` for SFT, one prompt a turn for RL."""

from stages.core.dialogues import SYSTEM, call_message, messages, prompt, tools
from stages.core.records import CallItem, Dialogue, Environment, RlRow, SftRow, content_id


def sft_dialogue(dialogue: Dialogue, environment: Environment) -> SftRow:
    """A whole dialogue. Every assistant token is a target, but for a message whose call failed (`weight` 0)."""
    return SftRow(
        id=content_id("sft", dialogue.id),
        parents=(dialogue.id,),
        source="dialogue",
        split=dialogue.split,
        messages=tuple(messages(dialogue, environment)),
        tools=tuple(tools(dialogue, environment)),
    )


def sft_call(item: CallItem) -> SftRow:
    """One user sentence and the one call that answers it."""
    said = ({"role": "system", "content": SYSTEM}, {"role": "user", "content": item.user}, call_message(item.gold[0]))
    return SftRow(
        id=content_id("sft", item.id),
        parents=(item.id,),
        source="call",
        split=item.split,
        messages=said,  # pyright: ignore[reportArgumentType]
        tools=tuple({"type": "function", "function": tool} for tool in item.tools),
    )


def rl_rows(dialogue: Dialogue, environment: Environment) -> list[RlRow]:
    """One prompt a turn; the reference calls of earlier turns are replayed on the scenario before it."""
    return [
        RlRow(
            id=content_id("rl", [dialogue.id, number]),
            parents=(dialogue.id,),
            source="dialogue",
            split=dialogue.split,
            prompt=tuple(prompt(dialogue, environment, number)),
            tools=tuple(tools(dialogue, environment)),
            dialogue=dialogue.id,
            turn=number,
        )
        for number in range(len(dialogue.turns))
    ]
