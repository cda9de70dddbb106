"""A batch of growing conversations that share one padded key-value cache, so that no turn pays for its past again.

Prompts are padded on the left; later text is appended on the right for all rows at once, shorter rows padded in place.
The attention mask has a hole wherever a row is padded, and positions count real tokens only, so each row sees exactly
what it would see alone. Greedy at temperature 0; sampled by the caller's torch.Generator otherwise.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from transformers import DynamicCache

from stages.core.models.grammar import Grammar


class Completion(NamedTuple):
    """What one row said. `ids` ends with the end token when `stopped`; `logprobs` are of the sampling distribution at
    temperature 1 (the model's own), one an id."""

    ids: list[int]
    logprobs: list[float]
    text: str
    stopped: bool


class Conversations:
    """B conversations. `start`, then `complete` and `extend` in turn."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.end = tokenizer.eos_token_id
        self.pad = tokenizer.pad_token_id
        self._cache = DynamicCache(config=model.config)
        self._mask = torch.zeros(0, 0, dtype=torch.long)
        self._pending: list[list[int]] = []
        self._ids: list[list[int]] = []

    def start(self, prompts: Sequence[Sequence[int]]) -> None:
        """Begin with one prompt a row (each at least one token)."""
        self._cache = DynamicCache(config=self.model.config)
        self._mask = torch.zeros(len(prompts), 0, dtype=torch.long)
        self._pending = [list(prompt) for prompt in prompts]
        self._ids = [list(prompt) for prompt in prompts]

    def extend(self, new: Sequence[Sequence[int]]) -> None:
        """Append ids to each row (none: an empty list). They are computed with the next `complete`."""
        for row, ids in enumerate(new):
            self._pending[row].extend(ids)
            self._ids[row].extend(ids)

    def ids(self, row: int) -> list[int]:
        """All ids of a row so far: prompt, replies, and what was appended."""
        return list(self._ids[row])

    @torch.inference_mode()
    def complete(
        self,
        active: Sequence[bool],
        max_new_tokens: int,
        *,
        temperature: float = 0.0,
        generator: torch.Generator | None = None,
        grammars: Sequence[Grammar | None] | None = None,
    ) -> list[Completion]:
        """Let each active row speak until its end token or the limit. Inactive rows give an empty completion.

        An active row must have something pending: its prompt, or what `extend` appended.
        """
        rows = len(self._ids)
        said: list[list[int]] = [[] for _ in range(rows)]
        logprobs: list[list[float]] = [[] for _ in range(rows)]
        speaking = list(active)
        states = [grammar.matcher() if grammar and active[i] else None for i, grammar in enumerate(grammars or [])]
        logits = self._feed([ids if on else [] for ids, on in zip(self._pending, active, strict=True)])
        for row in range(rows):
            if active[row]:
                self._pending[row] = []
        for _ in range(max_new_tokens):
            if not any(speaking):
                break
            scores = torch.log_softmax(logits.float(), dim=-1)
            chosen = self._choose(scores, states, speaking, temperature, generator)
            step: list[list[int]] = [[] for _ in range(rows)]
            for row in range(rows):
                if speaking[row]:
                    token = int(chosen[row])
                    said[row].append(token)
                    logprobs[row].append(float(scores[row, token]))
                    speaking[row] = token != self.end
                    step[row] = [token]
            last = [row for row in range(rows) if step[row] and (not speaking[row] or len(said[row]) == max_new_tokens)]
            for row in last:  # its last token waits: nothing is asked of the model before more is appended
                self._pending[row] = step[row]
                step[row] = []
            if any(step):
                logits = self._feed(step)
        for row in range(rows):
            self._ids[row].extend(said[row])
        return [
            Completion(ids, logprobs[row], self._text(ids), bool(ids) and ids[-1] == self.end)
            for row, ids in enumerate(said)
        ]

    def _choose(
        self,
        scores: torch.Tensor,
        states: list[Any],
        speaking: list[bool],
        temperature: float,
        generator: torch.Generator | None,
    ) -> torch.Tensor:
        for row, state in enumerate(states):
            if state is not None and speaking[row]:
                scores = scores.clone()
                scores[row] = state.mask(scores[row])
        if temperature > 0:
            chances = torch.softmax(scores / temperature, dim=-1)
            chosen = torch.multinomial(chances, 1, generator=generator).squeeze(1)
        else:
            chosen = scores.argmax(dim=-1)
        for row, state in enumerate(states):
            if state is not None and speaking[row]:
                state.accept(int(chosen[row]))
        return chosen

    def _feed(self, new: list[list[int]]) -> torch.Tensor:
        """Run the new ids, padded on the left of this block, and return the logits (B, V) after each row's last."""
        width = max(len(ids) for ids in new)
        ids = torch.full((len(new), width), self.pad, dtype=torch.long)
        block = torch.zeros(len(new), width, dtype=torch.long)
        for row, tokens in enumerate(new):
            if tokens:
                ids[row, width - len(tokens) :] = torch.tensor(tokens)
                block[row, width - len(tokens) :] = 1
        before = self._mask.sum(dim=1, keepdim=True)
        self._mask = torch.cat([self._mask, block], dim=1)
        positions = (before + block.cumsum(dim=1) - 1).clamp(min=0)
        out = self.model(
            input_ids=ids,
            attention_mask=self._mask,
            position_ids=positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._cache = out.past_key_values
        return out.logits[:, -1]

    def _text(self, ids: list[int]) -> str:
        return self.tokenizer.decode([token for token in ids if token != self.end], skip_special_tokens=False)
