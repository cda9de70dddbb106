"""The catalogue admits whole environments with a verdict and names what is wrong with the others."""

from pathlib import Path
from random import Random

import pytest

from stages.core import jsonl
from stages.core.engine import catalogue
from stages.core.engine.catalogue import Entry
from stages.core.errors import UserError
from tests.fixtures.tasks import tasks_environment, tasks_scenario


def written(folder: Path, name: str = "google-tasks-v1", gate: object = None) -> Path:
    place = folder / name
    place.mkdir()
    (place / "environment.json").write_text(tasks_environment().model_dump_json(by_alias=True), "utf-8")
    jsonl.write(place / "scenarios.jsonl", [tasks_scenario()])
    jsonl.write_json(place / "gate.json", {"passed": True} if gate is None else gate)
    return place


def test_what_was_written_is_loaded(tmp_path: Path) -> None:
    written(tmp_path)
    entry = catalogue.load(tmp_path)["google-tasks-v1"]
    assert (entry.environment, entry.scenarios, entry.gate) == (
        tasks_environment(),
        (tasks_scenario(),),
        {"passed": True},
    )


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no environments"):
        catalogue.load(tmp_path)


def test_a_failed_or_missing_verdict_keeps_an_environment_out(tmp_path: Path) -> None:
    """envfactory.md 6."""
    place = written(tmp_path, gate={"passed": False})
    with pytest.raises(UserError, match=r"gate\.json: passed"):
        catalogue.load(tmp_path)
    for silent in ({}, {"passed": "yes"}, [True]):
        jsonl.write_json(place / "gate.json", silent)
        with pytest.raises(UserError, match=r"gate\.json: passed"):
            catalogue.load(tmp_path)
    (place / "gate.json").unlink()
    with pytest.raises(UserError, match="only the gate"):
        catalogue.load(tmp_path)


def test_a_broken_document_names_its_field(tmp_path: Path) -> None:
    (written(tmp_path) / "environment.json").write_text('{"id": 3}', "utf-8")
    with pytest.raises(UserError, match=r"environment\.json: id"):
        catalogue.load(tmp_path)


def test_a_folder_must_carry_its_environments_name(tmp_path: Path) -> None:
    written(tmp_path, name="other")
    with pytest.raises(UserError, match="the folder is other"):
        catalogue.load(tmp_path)


def entries() -> dict[str, Entry]:
    """Four environments of one domain, one of them held out, and one of another domain; each with a table of its own."""
    found = {}
    for name, use, domain in (
        ("a", "train", "office"),
        ("b", "train", "office"),
        ("c", "train", "office"),
        ("d", "evaluation", "office"),
        ("e", "train", "media"),
    ):
        (table, *_), tools = tasks_environment().tables, [tasks_environment().tool("tasklists_list")]
        own = table.model_copy(update={"name": f"list_{name}", "noun": f"list {name}", "plural": f"lists {name}"})
        environment = tasks_environment().model_copy(
            update={"id": name, "use": use, "domain": domain, "tables": (own,), "tools": tuple(tools)}
        )
        rows = {own.name: tasks_scenario().tables["tasklist"][:1]}
        states = tuple(
            tasks_scenario().model_copy(
                update={"id": f"{name}{n}", "environment": name, "tables": rows, "expect": expect}
            )
            for n, expect in enumerate(("load", "load", "refuse"))
        )
        found[name] = Entry(environment, states, {"passed": True})
    found["c"] = found["c"]._replace(scenarios=found["c"].scenarios[:1])
    return found


def test_an_id_with_a_plus_is_the_join_of_its_parts_and_any_other_id_itself():
    own = entries()
    assert catalogue.entry(own, "a") is own["a"]
    joined = catalogue.entry(own, "a+b")
    assert joined.environment.id == "a+b" and [t.name for t in joined.environment.tables] == ["list_a", "list_b"]
    assert [s.id for s in joined.scenarios] == ["a0+b0", "a1+b1"], "what must be refused is no start state"
    assert joined.gate == {"passed": True, "joined": {"a": {"passed": True}, "b": {"passed": True}}}
    assert [s.id for s in catalogue.entry(own, "a+c").scenarios] == ["a0+c0", "a1+c0"]
    assert {s.environment for s in joined.scenarios} == {"a+b"}


def test_parts_that_are_not_there_and_parts_that_do_not_go_together_are_named():
    with pytest.raises(KeyError, match="z"):
        catalogue.entry(entries(), "a+z")
    with pytest.raises(UserError, match="a and d: one is for train, the other for evaluation"):
        catalogue.entry(entries(), "a+d")


def test_the_joins_that_dialogues_name_stand_beside_the_catalogue():
    own = entries()
    found = catalogue.environments(own, ["a", "b+c", "b+c", "a+z", "z"])
    assert list(found) == [*own, "b+c"] and found["a"] is own["a"].environment
    assert [t.name for t in found["b+c"].tables] == ["list_b", "list_c"]


def test_pairs_are_of_one_domain_and_one_side_and_the_same_for_one_seed():
    """Never across the held-out border: `d` is as much of an office as the others."""
    assert catalogue.pairs(entries(), Random(1), 9) == ["a+b", "a+c", "b+c"]
    two = catalogue.pairs(entries(), Random(2), 2)
    assert len(two) == 2 and set(two) < {"a+b", "a+c", "b+c"} and two == catalogue.pairs(entries(), Random(2), 2)
    alike = {name: one._replace(environment=one.environment.model_copy(update={"tables": entries()["a"].environment.tables}))
             for name, one in entries().items()}  # fmt: skip
    assert catalogue.pairs(alike, Random(1), 9) == [], "what cannot be joined is no pair"
