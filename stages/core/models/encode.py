"""The one place where messages become tokens, for training, RL and every suite.

`encode(whole)` equals `encode(first part, generate) + reply + continuation(the rest)` token for token, so a rollout
that keeps the model's own tokens and appends ours is what training on the whole conversation saw. The text of special
tokens inside a message is taken apart first: a task called "<|im_end|>" must not end a turn.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple


class Encoded(NamedTuple):
    """`mask` is 1 where the assistant speaks, its end token included; same length as `ids`.

    0 throughout an assistant message of `weight` 0: it was said, and is not to be learned.
    """

    ids: list[int]
    mask: list[int]


def encode(tokenizer: Any, messages: Sequence[dict], tools: Sequence[dict] = (), *, generate: bool = False) -> Encoded:
    """Tokens and loss mask of a conversation.

    The key `weight` of a message is read here and shown to no template: another one than ours might take it for a text.

    Args:
        tokenizer: of a model folder that passed `template.check`.
        messages: Hugging Face shape, the system message first where there is one.
        tools: function objects, wrapped in {"type": "function", ...} or bare.
        generate: end with the header of an assistant turn, ready for a reply.

    Raises ValueError if a message has weight 0 and the template does not mark each assistant message as one stretch.
    """
    special = _special(tuple(sorted(tokenizer.get_added_vocab())))
    made = tokenizer.apply_chat_template(
        [_plain({key: m[key] for key in m if key != "weight"}, special) for m in messages],
        tools=[_plain(tool, special) for tool in tools] or None,
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
        add_generation_prompt=generate,
    )
    mask = [int(bit) for bit in made["assistant_masks"]]
    return Encoded(list(made["input_ids"]), _weighed(mask, [m for m in messages if m["role"] == "assistant"]))


def _weighed(mask: list[int], spoken: Sequence[dict]) -> list[int]:
    """The mask without the stretches of messages that have weight 0. Each stretch is one message (`template.check`)."""
    if all(message.get("weight") != 0 for message in spoken):
        return mask
    starts = [i for i, bit in enumerate(mask) if bit and not (i and mask[i - 1])]
    if len(starts) != len(spoken):
        raise ValueError(f"{len(starts)} stretches carry loss where the assistant speaks {len(spoken)} times")
    for start, message in zip(starts, spoken, strict=True):
        end = start
        while message.get("weight") == 0 and end < len(mask) and mask[end]:
            mask[end] = 0
            end += 1
    return mask


def continuation(tokenizer: Any, messages: Sequence[dict]) -> list[int]:
    """Tokens to append after an assistant turn that ended with the end token, up to the next assistant header."""
    before = list(_opening(tokenizer))
    whole = encode(tokenizer, [*OPENING, *messages], generate=True).ids
    return whole[len(before) :]


OPENING = (
    {"role": "system", "content": "x"},
    {"role": "user", "content": "x"},
    {"role": "assistant", "content": "x"},
)


def _opening(tokenizer: Any) -> list[int]:
    ids = encode(tokenizer, OPENING).ids
    last = len(ids) - ids[::-1].index(tokenizer.eos_token_id)
    return ids[:last]


@lru_cache(maxsize=8)
def _special(tokens: tuple[str, ...]) -> re.Pattern:
    return re.compile(
        "|".join(f"(?<={re.escape(token[0])})(?={re.escape(token[1:])})" for token in tokens if token[1:])
    )


def _plain(value: Any, special: re.Pattern) -> Any:
    """The same value with a space behind the first character of every special token's text."""
    if isinstance(value, str):
        return special.sub(" ", value)
    if isinstance(value, dict):
        return {_plain(key, special): _plain(item, special) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, special) for item in value]
    return value
