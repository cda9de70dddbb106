"""The model behind the scorers: one asker and one sampler over a model folder, loaded when first needed."""

from collections.abc import Sequence
from pathlib import Path

import torch

from stages.core.dialogues import Message
from stages.core.models import folder
from stages.core.models.encode import encode
from stages.core.models.grammar import Grammar
from stages.core.params.difficulty import Params
from stages.core.params.llm import Local
from stages.core.records import Problem
from stages.core.scoring.problems import examples
from stages.core.scoring.replies import replies
from stages.core.seeds import derive
from stages.difficulty.score import DIGIT_TOKENS

DIGIT = "start: /[1-5]/"
"""Grammar of a score, as guided decoding on a server would have it: a model of 135M left free starts to solve."""


class Model:
    """A model that can be asked for scores (`ask`) and for answers (`sample`)."""

    def __init__(self, path: Path, params: Params, pool: Sequence[Problem]) -> None:
        self._path, self._params = path, params
        self._examples = examples(pool, params.shots, params.seed)
        self._loaded: tuple | None = None

    def ask(self, engine: Local, prompts: Sequence[list[Message]], attempt: int) -> list[str]:
        """Replies to prompts, under the grammar of a score: greedy, on a later attempt at the params' temperature."""
        return self._replies(
            [self._ids(prompt) for prompt in prompts],
            DIGIT_TOKENS,
            temperature=self._params.temperature if attempt else 0.0,
            stream=f"ask {attempt}",
            batch_size=engine.batch_size,
            threads=engine.threads,
            grammar=Grammar(self._model()[1], DIGIT),
        )

    def sample(self, problems: Sequence[Problem]) -> list[list[str]]:
        """`samples` drawn answers to each problem, after the examples of its family."""
        k = self._params.samples
        prompts = [
            self._ids([*self._examples[problem.family], {"role": "user", "content": problem.question}])
            for problem in problems
            for _ in range(k)
        ]
        said = self._replies(
            prompts,
            self._params.max_new_tokens,
            temperature=self._params.temperature,
            stream="sample",
            batch_size=self._params.batch_size,
            threads=self._params.threads,
        )
        return [said[start : start + k] for start in range(0, len(said), k)]

    def _model(self) -> tuple:
        if self._loaded is None:
            self._loaded = (folder.load_model(self._path), folder.load_tokenizer(self._path))
        return self._loaded

    def _ids(self, messages: Sequence[Message]) -> list[int]:
        return encode(self._model()[1], messages, generate=True).ids

    def _replies(
        self,
        prompts: list[list[int]],
        limit: int,
        *,
        temperature: float,
        stream: str,
        batch_size: int,
        threads: int,
        grammar: Grammar | None = None,
    ) -> list[str]:
        model, tokenizer = self._model()
        torch.set_num_threads(threads)  # one loaded model serves both scorers, each with threads of its own
        draws = torch.Generator().manual_seed(derive(self._params.seed, "difficulty", stream))
        said = replies(
            model,
            tokenizer,
            prompts,
            max_new_tokens=limit,
            batch_size=batch_size,
            temperature=temperature,
            generator=draws,
            grammars=[grammar] * len(prompts) if grammar else None,
            stage="difficulty",
        )
        return [reply.text for reply in said]
