"""What the grammars let a model say: words, or calls of the shown tools with valid arguments."""

import pytest
import torch

from stages.core.models.grammar import Grammar, guide

TOOL = {
    "name": "paint",
    "description": "",
    "parameters": {
        "type": "object",
        "properties": {"colour": {"enum": ["red", "blue"]}, "coats": {"type": "integer"}},
        "required": ["colour"],
        "additionalProperties": False,
    },
}
RED = '<tool_call>{"name": "paint", "arguments": {"colour": "red"}}</tool_call>'
TWICE = '<tool_call>{"name": "paint", "arguments": {"colour": "blue", "coats": 2}}</tool_call>'


def may_say(grammar: Grammar | None, text: str, tokenizer) -> bool:
    """Whether a reply of exactly this text is open to a model under the grammar."""
    assert grammar is not None
    matcher = grammar.matcher()
    for token in [*tokenizer(text)["input_ids"], tokenizer.eos_token_id]:
        scores = matcher.mask(torch.zeros(len(tokenizer)))
        if torch.isinf(scores[token]):
            return False
        matcher.accept(token)
    return True


@pytest.mark.parametrize("text", ["", "Done.", "2 < 3, and <b> is a tag.\nYes.", RED, f"{RED}\n{TWICE}"])
def test_auto_leaves_words_and_valid_calls_open(text, tokenizer):
    assert may_say(guide(tokenizer, [TOOL], "auto").first, text, tokenizer)


@pytest.mark.parametrize(
    "text",
    [
        RED.replace("paint", "print"),
        RED.replace("red", "green"),
        RED.replace('"colour": "red"', ""),
        RED.replace('"colour": "red"', '"colour": "red", "size": 1'),
        RED.replace("</tool_call>", ""),
        f"I paint it. {RED}",
        f"{RED}\nDone.",
        "Done. </tool_call>",
    ],
)
def test_auto_leaves_nothing_else_open(text, tokenizer):
    assert not may_say(guide(tokenizer, [TOOL], "auto").first, text, tokenizer)


def test_required_leaves_one_valid_call_open_and_later_messages_free(tokenizer):
    found = guide(tokenizer, [TOOL], "required")
    assert may_say(found.first, RED, tokenizer)
    assert not may_say(found.first, "Done.", tokenizer)
    assert not may_say(found.first, f"{RED}\n{RED}", tokenizer)
    assert found.later is None


def test_auto_holds_for_later_messages_too(tokenizer):
    found = guide(tokenizer, [TOOL], "auto")
    assert found.later is found.first


def test_without_tools_or_free_nothing_is_enforced(tokenizer):
    assert guide(tokenizer, [], "auto") == guide(tokenizer, [TOOL], "free") == (None, None)
