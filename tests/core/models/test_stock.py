"""Our rows in other people's tools: a stock SFTTrainer makes the tokens that `encode` makes, Arrow pads no argument.

One thing `datasets` 5.2 does to rows that our own trainers, which read the JSON Lines themselves, never see: it parses
numbers with a fast and inexact reader, so 0.57 arrives as 0.5700000000000001 (datasets#8652, ms-swift#10216).
"""

import json
import math
from itertools import islice
from pathlib import Path

import pytest
from datasets import Dataset, Features, Json, load_dataset
from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined] # exported lazily

from stages.core.models.calls import message
from stages.core.models.encode import encode
from stages.core.records.dialogue import Call

ROWS = Path(__file__).resolve().parents[3] / "data" / "trajectories" / "sft.jsonl"
FEATURES = Features({"messages": Json(), "tools": Json()})


def function(name: str, **properties: dict) -> dict:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "function", "function": {"name": name, "description": "Does it.", "parameters": parameters}}


def hand_made() -> list[dict]:
    """Two rows that share no tool, no argument and no type: what Arrow would force into one struct."""
    number = function("tasks_list", maxResults={"type": "integer"}, showCompleted={"type": "boolean"})
    words = function(
        "events_insert", title={"type": "string"}, when={"type": "array", "items": {"enum": ["mon", "tue"]}}
    )
    return [
        {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Which tasks are left?"},
                message([Call(tool="tasks_list", arguments={"maxResults": 3, "showCompleted": False})]),
                {"role": "tool", "name": "tasks_list", "content": '{"items":[{"id":"t101","title":"Milk 日本"}]}'},
                {"role": "assistant", "content": "Only Milk 日本."},
            ],
            "tools": [number],
        },
        {
            "messages": [
                {"role": "user", "content": "Put the party on both days."},
                message([Call(tool="events_insert", arguments={"title": "Party", "when": ["mon", None]})], "Sure."),
                {"role": "tool", "name": "events_insert", "content": "{}"},
                {"role": "assistant", "content": "Done."},
                {"role": "user", "content": "And the other?"},
                message([Call(tool="events_insert", arguments={"title": {"de": "Fest"}, "when": 7})]),
                {"role": "tool", "name": "events_insert", "content": '{"error":"INVALID_ARGUMENT","message":"when"}'},
                {"role": "assistant", "content": "That did not work."},
                {"role": "user", "content": "Try both."},
                {
                    **message(
                        [
                            Call(tool="events_insert", arguments={"title": "Party", "when": []}),
                            Call(tool="tasks_list", arguments={"maxResults": 1}),
                        ]
                    ),
                    "weight": 0,
                },
                {"role": "tool", "name": "events_insert", "content": '{"error":"INVALID_ARGUMENT","message":"when"}'},
                {"role": "tool", "name": "tasks_list", "content": '{"items":[]}'},
                {"role": "assistant", "content": "The first did not work, there are no tasks."},
            ],
            "tools": [words, number],
        },
    ]


def real() -> list[dict]:
    """Rows of the pipeline, if it has run: dialogues at the start of the file, single calls at its end."""
    if not ROWS.is_file():
        return []
    with ROWS.open(encoding="utf-8") as lines:
        return [{key: row[key] for key in ("messages", "tools")} for row in map(json.loads, islice(lines, 0, None, 90))]


def stored(rows: list[dict], folder: Path) -> Dataset:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    found = load_dataset(
        "json", data_files=str(path), features=FEATURES, split="train", cache_dir=str(folder / "arrow")
    )
    assert isinstance(found, Dataset)
    return found


def same(one: object, other: object) -> bool:
    """Equal in every key and type, numbers but for their last bit."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-15)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("rows", [hand_made, real])
def test_loading_rows_as_json_pads_no_argument_with_null(rows, tmp_path):
    """ms-swift#10110, axolotl#2909, #3136."""
    made = rows() or hand_made()
    assert same(list(stored(made, tmp_path)), made)


@pytest.mark.parametrize("rows", [hand_made, real])
def test_a_stock_trainer_makes_the_same_tokens_and_labels_from_our_rows(rows, pico_model, tokenizer, tmp_path):
    made = rows() or hand_made()
    config = SFTConfig(
        output_dir=str(tmp_path / "out"),
        assistant_only_loss=True,
        max_length=None,
        use_cpu=True,
        bf16=False,
        report_to="none",
    )
    trainer = SFTTrainer(
        model=pico_model, args=config, train_dataset=stored(made, tmp_path), processing_class=tokenizer
    )
    assert len(trainer.train_dataset) == len(made)
    # A row with a number whose last bit the JSON reader changed has other digits, so other tokens: we follow its digits.
    for row, theirs in zip(stored(made, tmp_path), trainer.train_dataset, strict=True):
        ours = encode(tokenizer, row["messages"], row["tools"])
        assert theirs["input_ids"] == ours.ids
        assert theirs["labels"] == [token if bit else -100 for token, bit in zip(*ours, strict=True)]
    failed = '"title": "Party", "when": []'
    texts = [tokenizer.decode([token for token in row["labels"] if token >= 0]) for row in trainer.train_dataset]
    assert not any(failed in text for text in texts), "what failed is not trained on (envfactory.md 19)"
    assert trainer.processing_class.chat_template == tokenizer.chat_template, "our template is used, not swapped"
