"""Counting tokens, so that what a model is shown fits its budget.

The stage counts with the base model's own tokenizer file (no model is loaded). Where there is none, an estimate on
the careful side.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from stages.core.errors import UserError

Counter = Callable[[str], int]
"""Text -> how many tokens."""


def estimate(text: str) -> int:
    """A guess without a tokenizer: three and a half characters a token, rounded up."""
    return -(-len(text) * 2 // 7)


def from_model(folder: Path) -> Counter:
    """The counter of a model folder's tokenizer. Raises UserError if the folder has none."""
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise UserError(str(path), "no tokenizer here; run the stage `base` first")
    tokenizer = Tokenizer.from_file(str(path))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def signature(function: Mapping[str, Any]) -> str:
    """A tool about as the chat template shows it: one line with names, types and the description."""
    inner = function.get("function", function)
    parameters = inner.get("parameters") or {}
    required = parameters.get("required", [])
    shown = [
        f"{name}{'' if name in required else '?'}: {schema.get('type', 'any')} {schema.get('description', '')[:60]}"
        for name, schema in parameters.get("properties", {}).items()
    ]
    return f"{inner['name']}({', '.join(shown)}) - {inner.get('description', '')[:160]}"


def shown(functions: Sequence[Mapping[str, Any]], count: Counter) -> int:
    """Tokens of the tools as a model sees them."""
    return count("\n".join(signature(function) for function in functions))
