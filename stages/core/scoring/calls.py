"""Score a model on single calls: one user message, the tools shown, and the reply's calls against accepted values."""

from collections.abc import Sequence

from stages.core.decoding import Decoding
from stages.core.dialogues import SYSTEM, Message
from stages.core.models.calls import parse
from stages.core.models.encode import encode
from stages.core.models.grammar import guide
from stages.core.records import CallItem
from stages.core.scoring.replies import Reply, replies
from stages.core.scoring.result import ItemResult
from stages.core.verifiers import tool_call


def score(
    model,
    tokenizer,
    items: Sequence[CallItem],
    *,
    max_new_tokens: int,
    batch_size: int,
    decoding: Decoding = "free",
    prefix_messages: Sequence[Message] = (),
    stage: str = "scoring",
) -> list[ItemResult]:
    """One result an item. A reply that ran into the limit, or that cannot be parsed, fails."""
    prompts = [
        encode(
            tokenizer,
            [{"role": "system", "content": SYSTEM}, *prefix_messages, {"role": "user", "content": item.user}],
            item.tools,
            generate=True,
        ).ids
        for item in items
    ]
    grammars = [guide(tokenizer, item.tools, decoding).first for item in items]
    said = replies(
        model,
        tokenizer,
        prompts,
        max_new_tokens=max_new_tokens,
        batch_size=batch_size,
        grammars=grammars,
        stage=stage,
    )
    return [_result(item, reply, len(ids)) for item, reply, ids in zip(items, said, prompts, strict=True)]


def _result(item: CallItem, reply: Reply, prompt_tokens: int) -> ItemResult:
    parsed = parse(reply.text)
    verdict = tool_call.verify(parsed.calls, item, parsed.error)
    if not reply.stopped:
        # Like a turn in an environment: a message without an end is no message, whatever it began with.
        verdict = tool_call.Verdict(False, "cut_off")
    return ItemResult(
        id=item.id,
        cluster=item.id,
        passed=verdict.passed,
        detail=verdict.reason,
        output=reply.text,
        prompt_tokens=prompt_tokens,
        new_tokens=reply.tokens,
    )
