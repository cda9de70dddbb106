"""The dataset card: hubs can read it, readers can load by it, its numbers are those of the rows, its bytes are fixed."""

import json
from pathlib import Path

import pytest
from datasets import get_dataset_config_names, load_dataset
from huggingface_hub import DatasetCard

from stages.core import jsonl
from stages.core.lineage import file_hash
from stages.core.records import CallItem, Dialogue, SftRow
from stages.trajectories import card, features, strings
from tests.fixtures.tasks import tasks_environment
from tests.trajectories.test_calls import API
from tests.trajectories.test_run import PARAMS, inputs
from tests.trajectories.test_run import made as run_made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the stage on a small world."""
    return run_made(tmp_path_factory.mktemp("run"))


def read(folder: Path) -> tuple[list[Dialogue], list[CallItem]]:
    return list(jsonl.read(folder / "dialogues.jsonl", Dialogue)), list(jsonl.read(folder / "calls.jsonl", CallItem))


def spoken_of(folder: Path, root: Path, **changes) -> card.Made:
    dialogues, items = read(folder)
    environments = {row.environment: tasks_environment() for row in dialogues}
    made = card.Made(dialogues, items, environments, {API.id: API}, PARAMS, inputs(root))
    return made._replace(**changes)


def rows(text: str) -> dict[str, list[str]]:
    """First cell of each table row -> the others."""
    cells = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("|")
    ]
    return {first: rest for first, *rest in cells}


@pytest.mark.parametrize("streaming", [False, True])
def test_every_configuration_loads_by_its_name_and_has_all_rows(folder: Path, tmp_path: Path, streaming: bool) -> None:
    names = {*features.OBJECTS, *(f"{kind}_{strings.FOLDER}" for kind in features.STRINGS)}
    assert set(get_dataset_config_names(str(folder))) == names
    for name in names:
        found = load_dataset(str(folder), name, streaming=streaming, cache_dir=str(tmp_path))
        if name in features.OBJECTS:
            assert set(found) == {card.WHOLE}
        else:
            assert all({row["split"] for row in part} == {split} for split, part in found.items())
        written = (folder / f"{name.partition('_')[0]}.jsonl").read_text("utf-8").count("\n")
        assert sum(len(list(part)) for part in found.values()) == written


def test_without_a_name_training_rows_come_apart_from_test_rows(folder: Path, tmp_path: Path) -> None:
    found = load_dataset(str(folder), split="train", cache_dir=str(tmp_path))
    expected = [row.id for row in jsonl.read(folder / "sft.jsonl", SftRow) if row.split == "train"]
    assert list(found["id"]) == expected


def test_the_front_matter_is_a_hub_s(folder: Path) -> None:
    data = DatasetCard.load(folder / "README.md").data
    assert data.language == ["en"]
    assert data.license == ["apache-2.0", "mit"]  # the tasks environment's and the described functions'
    assert data.size_categories == ["n<1K"]


def test_counts_are_those_of_the_rows(folder: Path) -> None:
    dialogues, items = read(folder)
    shown = rows((folder / "README.md").read_text("utf-8"))
    splits = ("train", "dev", "test")
    told = [str(sum(row.split == split for row in dialogues)) for split in splits]
    assert shown["dialogues"] == [*told, str(len(dialogues))]
    assert shown["rows of `sft`"][-1] == str(len(dialogues) + len(items))
    assert shown["turns, case `plain`"][-1] == str(sum(len(row.turns) for row in dialogues))
    for name in {row.environment for row in dialogues}:
        assert shown[name][3] == str(sum(row.environment == name for row in dialogues))


def test_environments_stand_with_document_publisher_and_licence(folder: Path) -> None:
    source = tasks_environment().source
    cells = rows((folder / "README.md").read_text("utf-8"))["held"]
    assert {"google", source.path, source.licence, f"{source.package} {source.version}"} <= set(cells)


def test_a_licence_that_hubs_do_not_know_is_other_and_stands_in_full(folder: Path, tmp_path: Path) -> None:
    source = API.source.model_copy(update={"licence": "Ask | me\nfirst"})
    made = spoken_of(folder, tmp_path, apis={API.id: API.model_copy(update={"source": source})})
    card.write(tmp_path, made)
    text = (tmp_path / "README.md").read_text("utf-8")
    assert DatasetCard(text).data.license == ["apache-2.0", "other"]
    assert "| Ask \\| me first |" in text


def test_both_documents_and_licences_of_a_join_stand_there(folder: Path, tmp_path: Path) -> None:
    first, second = tasks_environment(), tasks_environment()
    other = second.source.model_copy(update={"licence": "MIT", "path": "other.json"})
    second = second.model_copy(update={"source": other})
    dialogues, _ = read(folder)
    made = spoken_of(
        folder,
        tmp_path,
        dialogues=[dialogues[0].model_copy(update={"environment": "one+two"})],
        environments={"one": first, "two": second, "one+two": first},
    )
    card.write(tmp_path, made)
    text = (tmp_path / "README.md").read_text("utf-8")
    assert DatasetCard(text).data.license == ["apache-2.0", "mit"]
    assert first.source.path in text and "other.json" in text


def test_an_environment_in_two_splits_is_counted(folder: Path, tmp_path: Path) -> None:
    dialogues, _ = read(folder)
    both = [dialogues[0], dialogues[0].model_copy(update={"split": "test"})]
    assert "In more than one split: 1 environments" in card.body(spoken_of(folder, tmp_path, dialogues=both))


def test_provenance_hashes_params_and_what_was_read(folder: Path, tmp_path: Path) -> None:
    made = spoken_of(folder, tmp_path)
    manifest = made.inputs["toolgraph"] / "manifest.json"
    manifest.write_text(json.dumps({}))
    first = card.body(made)
    assert rows(first)["`toolgraph`"] == [f"`{file_hash(manifest)}`"]
    other = card.body(made._replace(params=PARAMS.model_copy(update={"seed": 12345})))
    hashed = [text.partition("`params-")[2][:16] for text in (first, other)]
    assert len(set(hashed)) == 2


def test_the_same_run_gives_the_same_card_and_no_path_of_this_machine(folder: Path, tmp_path: Path) -> None:
    again = run_made(tmp_path)
    for path in [Path("README.md"), *(p.relative_to(folder) for p in (folder / strings.FOLDER).iterdir())]:
        assert (folder / path).read_bytes() == (again / path).read_bytes()
    assert str(folder.parent) not in (folder / "README.md").read_text("utf-8")
