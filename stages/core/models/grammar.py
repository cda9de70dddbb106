"""Grammars for what a model may say where tools are shown.

`required`: exactly one valid `<tool_call>` for one of the tools. `auto`: words, or valid calls and nothing else. Each tool's
JSON Schema becomes part of one llguidance grammar; at every step only tokens that keep the text valid may be chosen.
Used while answering, never in training.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import llguidance.hf
import llguidance.torch
import torch
from llguidance import LLMatcher, LLTokenizer

from stages.core.decoding import Decoding

_NO_TAG = r"/(?:[^<]|<[^t\/])+/"
"""Words without the beginning of a tag."""
_TOKENIZERS: dict[int, tuple[Any, LLTokenizer]] = {}


class Matcher:
    """Where one reply stands in its grammar."""

    def __init__(self, tokenizer: LLTokenizer, text: str, end: int) -> None:
        self._matcher = LLMatcher(tokenizer, text)
        self._bits = llguidance.torch.allocate_token_bitmask(1, tokenizer.vocab_size)
        self._end = end
        if self._matcher.is_error():
            raise ValueError(f"no grammar from these tools: {self._matcher.get_error()}")

    def mask(self, scores: torch.Tensor) -> torch.Tensor:
        """Scores (V,) with what the grammar forbids at minus infinity. A finished call leaves the end token alone."""
        if self._matcher.is_stopped():
            only = torch.full_like(scores, -torch.inf)
            only[self._end] = 0.0
            return only
        llguidance.torch.fill_next_token_bitmask(self._matcher, self._bits)
        rows = scores.unsqueeze(0).to("cpu", copy=True)  # where the bits are
        llguidance.torch.apply_token_bitmask_inplace(rows, self._bits)
        return rows.squeeze(0).to(scores.device)

    def accept(self, token: int) -> None:
        """Move on by one token."""
        if not self._matcher.is_stopped():
            self._matcher.consume_token(token)


class Grammar:
    """The grammar of one set of tools; `matcher()` begins a reply."""

    def __init__(self, tokenizer: Any, text: str) -> None:
        self._tokenizer = _for(tokenizer)
        self._end = tokenizer.eos_token_id
        self.text = text

    def matcher(self) -> Matcher:
        """A fresh position at the start. Raises ValueError if the schemas make no grammar."""
        return Matcher(self._tokenizer, self.text, self._end)


class Guide(NamedTuple):
    """What a conversation's messages must be: the first after a user's, and those after a tool's result. None: anything."""

    first: Grammar | None
    later: Grammar | None


def guide(tokenizer: Any, tools: Sequence[Any], decoding: Decoding) -> Guide:
    """The grammars of one set of tools (HF shape or bare), which may be empty."""
    if decoding == "free" or not tools:
        return Guide(None, None)
    if decoding == "required":
        return Guide(call_grammar(tokenizer, tools), None)
    text = f'start: ({_NO_TAG} | call ("\\n" call)*)?\n{_calls(tools)}'
    either = Grammar(tokenizer, text)
    return Guide(either, either)


def call_grammar(tokenizer: Any, tools: Sequence[Any]) -> Grammar:
    """One `<tool_call>{"name": ..., "arguments": {...}}</tool_call>` for one of `tools` (HF shape or bare)."""
    return Grammar(tokenizer, f"start: call\n{_calls(tools)}")


def _calls(tools: Sequence[Any]) -> str:
    choices = []
    for tool in tools:
        function = tool.get("function", tool)
        schema = {
            "type": "object",
            "properties": {"name": {"const": function["name"]}, "arguments": function.get("parameters") or {}},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        choices.append(schema)
    body = {
        "anyOf": choices,
        "x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "},
    }
    return f'call: "<tool_call>" body "</tool_call>"\nbody: %json {json.dumps(body)}\n'


def _for(tokenizer: Any) -> LLTokenizer:
    """One llguidance tokenizer a tokenizer object: making it costs a second. The object is kept so its id stays its own."""
    if id(tokenizer) not in _TOKENIZERS:
        _TOKENIZERS[id(tokenizer)] = (tokenizer, llguidance.hf.from_tokenizer(tokenizer))
    return _TOKENIZERS[id(tokenizer)][1]
