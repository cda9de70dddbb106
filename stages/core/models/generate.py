"""A batch of growing conversations over one key-value cache, so that no turn pays for its past again.

What a row has not yet computed (its prompt, what `extend` appended, its own last token) waits until the row is next
asked to speak; then one pass reads it, padded on the right, and after it one token a step. Only rows that still speak
are computed. Rows with the same prompt (a group of RL samples) share one reading of it. Greedy at temperature 0;
sampled by the caller's torch.Generator otherwise, one draw a row and step whoever still speaks, so that what a row says
does not depend on when its neighbours end.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from stages.core.errors import UserError
from stages.core.models.grammar import Grammar
from stages.core.models.slots import Slots

READ = 2048
"""Most tokens, padding included, that one pass reads: larger ones were no faster and need memory."""


class Completion(NamedTuple):
    """What one row said. `ids` ends with the end token when `stopped`; `text` is without it. `logprobs` are those of the
    distribution that was drawn from, grammar aside (the model's own when greedy), one an id."""

    ids: list[int]
    logprobs: list[float]
    text: str
    stopped: bool


class Conversations:
    """B conversations. `start`, then `complete` and `extend` in turn."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        kinds = set(getattr(model.config, "layer_types", None) or ["full_attention"])
        if kinds != {"full_attention"} or getattr(model.config, "sliding_window", None):
            where = getattr(model.config, "name_or_path", "") or type(model).__name__
            raise UserError(where, "only models whose every layer attends to all of the past can be played")
        self.model = model
        self.tokenizer = tokenizer
        self.end = tokenizer.eos_token_id
        self.pad = tokenizer.pad_token_id
        self.start([])

    def start(self, prompts: Sequence[Sequence[int]]) -> None:
        """Begin with one prompt a row (each at least one token)."""
        self._ids = [list(prompt) for prompt in prompts]
        self._read = [0] * len(prompts)
        self._slot = list(range(len(prompts)))
        self._cache = Slots(self.model.config.num_hidden_layers, len(prompts))

    def extend(self, new: Sequence[Sequence[int]]) -> None:
        """Append ids to each row (none: an empty list). They are computed with the row's next `complete`."""
        for row, ids in enumerate(new):
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

        An active row must have something unread: its prompt, or what `extend` appended, or its own last token.
        """
        rows = len(self._ids)
        said: list[list[int]] = [[] for _ in range(rows)]
        logprobs: list[list[float]] = [[] for _ in range(rows)]
        speaking = [row for row in range(rows) if active[row]] if max_new_tokens > 0 else []
        states = {row: grammar.matcher() for row, grammar in enumerate(grammars or []) if grammar and active[row]}
        logits = self._catch_up(speaking) if speaking else torch.empty(0)
        while speaking:
            scores = torch.log_softmax(logits.float(), dim=-1)
            draws = torch.rand(rows, generator=generator, dtype=torch.float64)[speaking] if temperature > 0 else None
            chosen = choose(scores, [states.get(row) for row in speaking], temperature, draws)
            drawn = torch.log_softmax(scores / temperature, dim=-1) if temperature not in (0.0, 1.0) else scores
            taken = drawn.gather(1, torch.tensor(chosen, device=drawn.device)[:, None]).squeeze(1).tolist()
            for row, token, logprob in zip(speaking, chosen, taken, strict=True):
                said[row].append(token)
                logprobs[row].append(logprob)
                self._ids[row].append(token)
            speaking = [row for row in speaking if said[row][-1] != self.end and len(said[row]) < max_new_tokens]
            if speaking:
                logits = self._pass(speaking)
        return [
            Completion(ids, logprobs[row], self._text(ids), bool(ids) and ids[-1] == self.end)
            for row, ids in enumerate(said)
        ]

    def _catch_up(self, rows: list[int]) -> torch.Tensor:
        """Read what each row has unread; logits (rows, V) after each row's last token."""
        first: dict[tuple[int, ...], int] = {}
        leader = {}
        for row in rows:
            leader[row] = row if self._read[row] else first.setdefault(tuple(self._ids[row]), row)
        todo = sorted({*leader.values()}, key=lambda row: (len(self._ids[row]) - self._read[row], row))
        found: dict[int, torch.Tensor] = {}
        while todo:
            chunk = [todo.pop()]
            width = len(self._ids[chunk[0]]) - self._read[chunk[0]]
            while todo and (len(chunk) + 1) * width <= READ:
                chunk.append(todo.pop())
            found.update(zip(chunk, self._pass(chunk), strict=True))
        for head in sorted(set(first.values())):
            others = [row for row in rows if leader[row] == head and row != head]
            if others:
                self._cache.copy(self._slot[head], [self._slot[row] for row in others])
            for row in others:
                self._read[row] = self._read[head]
        return torch.stack([found[leader[row]] for row in rows])

    def _pass(self, rows: list[int]) -> torch.Tensor:
        """One forward pass over the unread tokens of `rows`; logits (rows, V) after each row's last."""
        self._gather(rows)
        device = self.model.device
        new = [self._ids[row][self._read[row] :] for row in rows]
        width = max(map(len, new))
        ids = torch.tensor([tokens + [self.pad] * (width - len(tokens)) for tokens in new], device=device)
        past = torch.tensor([self._read[row] for row in rows], device=device)
        columns = past[:, None] + torch.arange(width, device=device)
        self._cache.aim(columns)
        seen = torch.arange(self._cache.plan.span, device=device) <= columns[:, :, None]
        last = torch.tensor([len(tokens) - 1 for tokens in new], device=device)
        kept, place = torch.unique(last, return_inverse=True)
        logits = self.model(
            input_ids=ids,
            attention_mask=mask(seen[:, None], self.model.dtype),
            position_ids=columns,
            cache=self._cache,
            use_cache=True,
            logits_to_keep=kept,
        ).logits
        for row, tokens in zip(rows, new, strict=True):
            self._read[row] += len(tokens)
        return logits[torch.arange(len(rows), device=device), place]

    def _gather(self, rows: list[int]) -> None:
        """Move the rows at work into the first slots, in the order of `rows`."""
        for slot, row in enumerate(rows):
            held = self._slot[row]
            if held == slot:
                continue
            other = self._slot.index(slot)
            self._cache.swap(slot, held)
            self._slot[row], self._slot[other] = slot, held

    def _text(self, ids: list[int]) -> str:
        return self.tokenizer.decode([token for token in ids if token != self.end], skip_special_tokens=False)


def mask(seen: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Additive attention mask (rows, 1, new, columns): 0 where `seen`, minus infinity elsewhere."""
    return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, -torch.inf)


def choose(scores: torch.Tensor, states: Sequence[Any], temperature: float, draws: torch.Tensor | None) -> list[int]:
    """The next token of each row: the best, or the one that the row's draw from [0, 1) falls on.

    Args:
        scores: (rows, V) log-probabilities at temperature 1.
        states: each row's place in its grammar, or None; they move on by the chosen token.
        temperature: 0 takes the best.
        draws: (rows,) uniform numbers, where temperature is not 0.
    """
    if any(states):
        scores = torch.stack([state.mask(row) if state else row for row, state in zip(scores, states, strict=True)])
    if draws is None:
        chosen = scores.argmax(dim=-1).tolist()
    else:
        mass = torch.softmax(scores.double() / temperature, dim=-1).cumsum(dim=-1)
        aim = (draws.to(mass.device) * mass[:, -1])[:, None]
        # right=True: the first token whose mass passes the draw, never one without any.
        chosen = torch.searchsorted(mass, aim, right=True).squeeze(1).clamp(max=mass.shape[1] - 1).tolist()
    for state, token in zip(states, chosen, strict=True):
        if state:
            state.accept(token)
    return chosen
