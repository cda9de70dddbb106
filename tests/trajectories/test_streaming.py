"""What `datasets` gives back of the exported rows, whole and streamed: objects of other keys in each row survive."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from datasets import Features, load_dataset

from stages.core.records import RlRow, SftRow
from stages.trajectories import features, strings
from tests.trajectories.test_run import made as run_made

DATA = Path(__file__).resolve().parents[2] / "data/trajectories"
SMALL = 1 << 12
"""Bytes a chunk: types are guessed from the first one, so a small one stands for a large file."""
ARGUMENTS = ({"price": 0.6, "place": "A|B"}, {"tags": ["x", {"deep": None}], "n": 2**40}, {"price": "high"}, {})


def call(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "shop.find", "arguments": arguments}}


def sft(number: int, arguments: dict[str, Any]) -> SftRow:
    """A row whose arguments, schema and messages have keys of their own; the failed call is not taught."""
    schema = {"type": "object", "properties": {name: {"type": ["string", "null"]} for name in arguments}}
    said = (
        {"role": "user", "content": "\u2028 find it"},
        {"role": "assistant", "content": "", "tool_calls": [call(arguments)], **({"weight": 0} if number % 2 else {})},
        {"role": "tool", "name": "shop.find", "content": "{}"},
        {"role": "assistant", "content": "None."},
    )
    tool = {"type": "function", "function": {"name": "shop.find", "description": "", "parameters": schema}}
    tools = (tool,) if arguments else ()
    split = "test" if number % 3 == 0 else "train"
    return SftRow(id=f"sft-{number}", parents=(), source="call", split=split, messages=said, tools=tools)  # type: ignore


def rl(row: SftRow) -> RlRow:
    common = row.model_dump(exclude={"messages", "source"})
    return RlRow(**common, source="dialogue", prompt=row.messages[:3], dialogue="dialogue-1", turn=1)


def alike(one: object, other: object) -> bool:
    """Equal in every key, in order, and type; numbers but for their last bit, which datasets' decoder does not keep."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-15)
    return type(one) is type(other) and one == other


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the stage on a small world."""
    return run_made(tmp_path_factory.mktemp("run"))


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("kind", ["sft", "rl"])
def test_the_rows_of_a_run_come_back_as_written(folder: Path, tmp_path: Path, kind: str, streaming: bool) -> None:
    path = folder / f"{kind}.jsonl"
    read = load_dataset("json", data_files=str(path), split="train", streaming=streaming, cache_dir=str(tmp_path))
    assert alike(list(read), lines(path))


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("kind", sorted(features.OBJECTS))
def test_with_the_card_s_types_rows_of_later_chunks_come_back_too(
    folder: Path, tmp_path: Path, kind: str, streaming: bool
) -> None:
    """Types guessed from the first chunk would pad the others with nulls."""
    path = folder / f"{kind}.jsonl"
    read = load_dataset(
        "json",
        data_files=str(path),
        features=Features._from_yaml_list(features.OBJECTS[kind]),
        split="train",
        streaming=streaming,
        chunksize=SMALL,
        cache_dir=str(tmp_path),
    )
    assert alike(list(read), lines(path))


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("kind", ["sft", "rl"])
@pytest.mark.parametrize("source", ["hand", "run", "data"])
def test_strings_are_exact_to_the_last_bit(
    folder: Path, tmp_path: Path, kind: str, streaming: bool, source: str
) -> None:
    home = tmp_path
    if source == "hand":
        rows = [sft(number, ARGUMENTS[number % len(ARGUMENTS)]) for number in range(60)]
        strings.write(home, rows, [rl(row) for row in rows])
        made: list[SftRow] | list[RlRow] = rows if kind == "sft" else [rl(row) for row in rows]
        written = [row.model_dump(mode="json") for row in made]
    else:
        home = folder if source == "run" else DATA
        if not (home / strings.FOLDER).is_dir():
            pytest.skip("the pipeline has not run here")
        written = lines(home / f"{kind}.jsonl")
    for split in strings.SPLITS:
        expected = [row for row in written if row["split"] == split]
        path = home / strings.FOLDER / f"{kind}-{split}.json"
        assert path.is_file() == bool(expected)
        if expected:
            read = load_dataset(
                "json",
                data_files=str(path),
                features=Features._from_yaml_list(features.STRINGS[kind]),
                split="train",
                streaming=streaming,
                chunksize=SMALL,
                cache_dir=str(tmp_path / "arrow"),
            )
            found = [strings.decoded(row) for row in read]
            assert [json.dumps(row) for row in found] == [json.dumps(row) for row in expected]
