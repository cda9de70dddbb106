"""One question to an LLM and what may be taken of its reply: a JSON object of a known shape that passes local checks.

A talk is a generator: it yields the questions that it has now and is sent the replies to them, in order. So the questions
of many talks go out together, and a talk is deterministic given the replies.
"""

import re
from collections.abc import Callable, Generator
from typing import Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from stages.core.llm.request import Answer, Failure
from stages.core.records import canonical

Message = dict[str, JsonValue]
Who = Literal["writer", "solver", "judge"]
CUT = 4_000
"""Characters of a refused reply that are shown again."""
JSON = "Answer with one JSON object and with nothing else."
_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)
_THOUGHT = re.compile(r"\s*<think>.*?</think>", re.DOTALL)


class Ask(NamedTuple):
    """A question. `expected`: the shape of a reply in JSON; None where the reply is a step of a conversation."""

    who: Who
    messages: tuple[Message, ...]
    expected: type[BaseModel] | None = None
    tools: tuple[dict[str, JsonValue], ...] = ()
    sample: int = 0


class Refusal(NamedTuple):
    """Why something was not taken: a short code that is counted, and what was seen."""

    reason: str
    detail: str = ""


class Shape(BaseModel):
    """What every JSON reply has in common: nothing but what was asked for."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


Replies = list[Answer | Failure]
T = TypeVar("T")
S = TypeVar("S", bound=BaseModel)
Talk = Generator[list[Ask], Replies, T]
Note = Callable[[str, str], None]
"""Takes a step's name and the reason of a refusal, and counts them."""


def opening(rules: str, **parts: object) -> tuple[Message, ...]:
    """The messages that begin a question: the rules, and what there is as one JSON object."""
    return ({"role": "system", "content": f"{rules}\n{JSON}"}, {"role": "user", "content": canonical(parts)})


def spoken(text: str) -> str:
    """A reply without the thoughts that some servers leave before it."""
    return _THOUGHT.sub("", text, count=1) if _THOUGHT.match(text) else text


def read(answer: Answer, expected: type[S]) -> S | Refusal:
    """The object of a reply, which may stand in one code fence; or why there is none."""
    text = spoken(answer.text)
    fenced = _FENCE.fullmatch(text)
    try:
        return expected.model_validate_json(fenced[1] if fenced else text)
    except ValidationError as error:
        first = error.errors()[0]
        if answer.finish == "length":
            return Refusal("cut_off", "the reply was longer than it may be")
        if first["type"] == "json_invalid":
            return Refusal("no_json", "the reply is not one JSON object")
        return Refusal("wrong_shape", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def tried(
    step: str, ask: Ask, expected: type[S], check: Callable[[S], Refusal | None], tries: int, note: Note
) -> Talk[S | Refusal]:
    """Ask until a reply passes `check`, at most `tries` times; each further question says what was wrong.

    Returns:
        The reply, or the last refusal. A question that got no answer at all is not asked again here: the client did that.
    """
    refusal = Refusal("no_tries")
    for _ in range(tries):
        (reply,) = yield [ask]
        if isinstance(reply, Failure):
            note(step, reply.reason)
            return Refusal(reply.reason, reply.detail)
        found = read(reply, expected)
        problem = found if isinstance(found, Refusal) else check(found)
        if problem is None:
            assert not isinstance(found, Refusal)
            return found
        refusal = problem
        note(step, refusal.reason)
        said = f"That was not taken ({refusal.reason}: {refusal.detail}). Write the whole object again. {JSON}"
        before: Message = {"role": "assistant", "content": reply.text[:CUT] or "-"}
        ask = ask._replace(messages=(*ask.messages, before, {"role": "user", "content": said}))
    return refusal
