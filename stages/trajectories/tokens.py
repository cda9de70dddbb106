"""Counting tokens, so that what a model is shown fits its budget.

The stage counts with the base model's own tokenizer file (no model is loaded). Where there is none, an estimate on
the careful side.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from stages.core.errors import UserError
from stages.core.records import Call

CALLING = 'To call: <tool_call>{"name": NAME, "arguments": {ARGUMENTS}}</tool_call>'
Counter = Callable[[str], int]
"""Text -> how many tokens. `CALLING` is the template's line before the tools."""


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


def call_text(call: Call) -> str:
    """A call as the model writes it, with the mark that ends its message."""
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    return f'<tool_call>{{"name": "{call.tool}", "arguments": {arguments}}}</tool_call><|im_end|>'


def signature(function: Mapping[str, Any]) -> str:
    """A tool as the chat template shows it: one line with names, types, defaults and short descriptions."""
    inner = function.get("function", function)
    line = f"{inner['name']}({_fields(inner.get('parameters') or {}, 0)})"
    about = _short(inner.get("description"), 120)
    return f"{line} - {about}" if about else line


def shown(functions: Sequence[Mapping[str, Any]], count: Counter) -> int:
    """Tokens of the tools as a model sees them, with the line before them and the line breaks."""
    return count("\n".join([CALLING, "Tools:", *(signature(function) for function in functions)])) + 2


def _short(text: str | None, most: int) -> str:
    clean = (text or "").replace("\n", " ").replace("  ", " ").strip()
    return clean[:most]


def _fields(schema: Mapping[str, Any], depth: int) -> str:
    parts = []
    for name, field in (schema.get("properties") or {}).items():
        part = f"{name}{'' if name in (schema.get('required') or []) else '?'}: {_kind(field, depth)}"
        if field.get("default") is not None:
            part += f" = {json.dumps(field['default'], ensure_ascii=False)}"
        about = _short(field.get("description"), 80)
        parts.append(f"{part} ({about})" if about and depth == 0 else part)
    return ", ".join(parts)


def _kind(schema: Mapping[str, Any], depth: int) -> str:
    if schema.get("enum"):
        values = [json.dumps(value, ensure_ascii=False) for value in schema["enum"]]
        return "|".join(values[:12]) + ("|..." if len(values) > 12 else "")
    if schema.get("items"):
        return f"{_kind(schema['items'], depth)}[]"
    if schema.get("properties") and depth < 2:
        return f"{{{_fields(schema, depth + 1)}}}"
    kind = schema.get("type") or "any"
    return kind if isinstance(kind, str) else "|".join(kind)
