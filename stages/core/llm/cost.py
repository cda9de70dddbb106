"""What asking costs: tokens and money counted as answers arrive, a ceiling that holds before a request is sent."""

import json

from stages.core.llm.request import Answer, Request

CHARACTERS_A_TOKEN = 3.5
"""For estimates only, before any tokenizer is at hand; English chat text runs at 3.5 to 4.5."""


class Meter:
    """Counts tokens and money. Prices are per million tokens; `max_cost` in the same money, None for no ceiling."""

    def __init__(self, input_price: float, output_price: float, max_cost: float | None) -> None:
        self.input_price = input_price
        self.output_price = output_price
        self.max_cost = max_cost
        self.prompt_tokens = 0
        self.new_tokens = 0
        self.calls = 0
        self._promised = 0.0

    @property
    def cost(self) -> float:
        """Money spent so far."""
        return (self.prompt_tokens * self.input_price + self.new_tokens * self.output_price) / 1e6

    def estimate(self, request: Request) -> float:
        """The most one request may cost: its text at `CHARACTERS_A_TOKEN`, its reply at full length."""
        text = json.dumps(request.body(), ensure_ascii=False)
        return (len(text) / CHARACTERS_A_TOKEN * self.input_price + request.max_tokens * self.output_price) / 1e6

    def reserve(self, request: Request) -> bool:
        """Set the estimate aside; False if that could pass the ceiling. Pair with `settle`."""
        estimate = self.estimate(request)
        if self.max_cost is not None and self.cost + self._promised + estimate > self.max_cost:
            return False
        self._promised += estimate
        return True

    def settle(self, request: Request, answer: Answer | None) -> None:
        """Replace what was set aside by what was used (nothing, if no answer came)."""
        self._promised = max(0.0, self._promised - self.estimate(request))
        if answer is not None:
            self.calls += 1
            self.prompt_tokens += answer.prompt_tokens
            self.new_tokens += answer.new_tokens
