"""Training rows once more for readers that cannot hold free-form objects: arguments and tools as JSON texts, a file a split.

Arrow gives every row of a file one type, and the objects of tool data have other keys in each row. `pyarrow.json` refuses
such a file; `datasets` guesses a type from the first 10 MB and pads later rows with nulls or fails on them, unless it is
told the type (the card tells it), and its JSON decoder spoils the last bit of some numbers (0.6 comes back as
0.6000000000000001). Text cannot be spoilt. The shape is OpenAI's: `arguments` a text, a `weight` for every message (0: not
taught), and null where a message has no name or calls (`trl.trainer.utils.remove_none_values` and `decoded` take them
out). The files hold lines of JSON and end in `.json`, so that `index.parquet`, which reads `.jsonl`, lists a row once.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from stages.core import jsonl
from stages.core.records import RlRow, SftRow, Split

FOLDER = "strings"
SPLITS: tuple[Split, ...] = get_args(Split)
SPOKEN = ("messages", "prompt")
"""Columns that hold messages."""


def write(out: Path, sft: Sequence[SftRow], rl: Sequence[RlRow]) -> None:
    """Write `strings/sft-SPLIT.json` and `strings/rl-SPLIT.json` below `out` for every split that has rows."""
    (out / FOLDER).mkdir()
    kinds: tuple[tuple[str, Sequence[SftRow | RlRow]], ...] = (("sft", sft), ("rl", rl))
    for kind, rows in kinds:
        for split in SPLITS:
            lines = [encoded(row) for row in rows if row.split == split]
            if lines:
                texts = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines)
                jsonl.write_lines(out / FOLDER / f"{kind}-{split}.json", texts)


def encoded(row: SftRow | RlRow) -> dict[str, Any]:
    """The row with texts for objects. A problem is no part of this stage's rows and has no column."""
    shown = row.model_dump(mode="json", exclude={"problem"})
    for name in SPOKEN:
        if name in shown:
            shown[name] = [_message(one) for one in shown[name]]
    return {**shown, "tools": _text(shown["tools"])}


def decoded(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it stands in sft.jsonl or rl.jsonl, of one that a reader gave back."""
    found: dict[str, Any] = {**row, "tools": json.loads(row["tools"])}
    for name in SPOKEN:
        if name in found:
            found[name] = [_object(one) for one in found[name]]
    return {**found, "problem": None} if "turn" in found else found


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    """Every message has the same keys."""
    calls = [
        {"type": call["type"], "function": {**call["function"], "arguments": _text(call["function"]["arguments"])}}
        for call in message.get("tool_calls", ())
    ]
    return {
        "role": message["role"],
        "name": message.get("name"),
        "content": message["content"],
        "tool_calls": calls or None,
        "weight": message.get("weight", 1),
    }


def _object(message: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in message.items() if value is not None and (key, value) != ("weight", 1)}
    if "tool_calls" in found:
        found["tool_calls"] = [
            {**call, "function": {**call["function"], "arguments": json.loads(call["function"]["arguments"])}}
            for call in found["tool_calls"]
        ]
    return found


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
