"""What asking costs: tokens and money counted as answers arrive, a ceiling that holds before a request is sent."""

import json

from stages.core.llm.request import Answer, Request


class Meter:
    """Counts tokens and money. Prices are per million tokens; `max_cost` in the same money, None for no ceiling.

    Money that nobody showed a bill for (a reply that never came, one without `usage`) counts at its most.
    """

    def __init__(self, input_price: float, output_price: float, max_cost: float | None) -> None:
        self.input_price = input_price
        self.output_price = output_price
        self.max_cost = max_cost
        self.prompt_tokens = 0
        self.new_tokens = 0
        self.calls = 0
        self.presumed = 0.0
        """Money for tries without a bill."""
        self._promised = 0.0
        self._open = 0

    @property
    def cost(self) -> float:
        """Money spent so far, at most."""
        return (self.prompt_tokens * self.input_price + self.new_tokens * self.output_price) / 1e6 + self.presumed

    @property
    def idle(self) -> bool:
        """Nothing is set aside: waiting would free no money."""
        return self._open == 0

    def estimate(self, request: Request) -> float:
        """The most one try may cost: a token a byte of its text (no tokenizer makes more), its reply at full length."""
        body = request.body()
        text = len(json.dumps(body, ensure_ascii=False).encode())
        longest = max(_count(body.get(name)) for name in ("max_tokens", "max_completion_tokens"))
        return (text * self.input_price + longest * max(1, _count(body.get("n"))) * self.output_price) / 1e6

    def reserve(self, request: Request) -> bool:
        """Set the estimate aside; False if that could pass the ceiling. Pair with `settle`."""
        estimate = self.estimate(request)
        if self.max_cost is not None and self.cost + self._promised + estimate > self.max_cost:
            return False
        self._promised += estimate
        self._open += 1
        return True

    def settle(self, request: Request, answer: Answer | None, *, billed: bool = False) -> None:
        """Replace what was set aside by what was used.

        Args:
            request: as reserved.
            answer: the answer, or None if none came.
            billed: without an answer: the try may have been charged all the same (it timed out, it broke off).
        """
        self._open -= 1
        self._promised = max(0.0, self._promised - self.estimate(request)) if self._open else 0.0
        if answer is not None:
            self.calls += 1
            self.prompt_tokens += answer.prompt_tokens
            self.new_tokens += answer.new_tokens
            billed = not answer.prompt_tokens + answer.new_tokens
        if billed:
            self.presumed += self.estimate(request)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
