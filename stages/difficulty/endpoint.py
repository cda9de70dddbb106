"""The scorer `llm` asked of an endpoint: the same prompts as the local model gets, answered once and kept.

A free endpoint has no grammar that holds it to a digit, so the reply is parsed as strictly as ever and asked for once more.
"""

from collections.abc import Sequence

from stages.core.dialogues import Message
from stages.core.llm.asking import Asking
from stages.core.llm.request import Answer, Request
from stages.difficulty.score import DIGIT_TOKENS


class Scores:
    """`ask` as `stages.difficulty.score.llm` wants it. `again` is the temperature of the second try."""

    def __init__(self, asking: Asking, again: float) -> None:
        self._asking, self._again = asking, again

    def ask(self, prompts: Sequence[list[Message]], attempt: int) -> list[str]:
        """Replies to prompts, greedy at first; "" where none came, which is no score. Raises UserError."""
        requests = [
            Request(
                model=self._asking.model,
                messages=tuple(prompt),  # pyright: ignore[reportArgumentType]
                temperature=self._again if attempt else 0.0,
                max_tokens=DIGIT_TOKENS,
                sample=attempt,
            )
            for prompt in prompts
        ]
        return [reply.text if isinstance(reply, Answer) else "" for reply in self._asking.ask(requests)]
