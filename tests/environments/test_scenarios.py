"""Start states: believable, whole, seeded; the broken ones are turned away (envfactory.md 1)."""

from datetime import datetime

import pytest

from stages.core.engine import Runtime, ScenarioRefused
from stages.core.records import Scenario
from stages.environments.compile import compile
from stages.environments.refusals import refused
from stages.environments.scenarios import loadable
from tests.environments.api import boards

COUNTS = {"simple": 2, "medium": 2, "complex": 2, "boundary": 3}


def made(seed: int = 5) -> list[Scenario]:
    return loadable(boards(), seed, COUNTS)


def test_the_same_seed_gives_the_same_states_and_another_seed_others() -> None:
    assert made() == made()
    assert made() != made(6)


def test_labels_are_short_ascii_and_unique_whatever_their_case() -> None:
    for scenario in made():
        labels = [str(row["title"]) for row in scenario.tables["card"]]
        labels += [str(row["name"]) for row in scenario.tables["board"]]
        assert len({label.lower() for label in labels}) == len(labels)
        assert all(label.isascii() and 1 <= len(label.split()) <= 4 for label in labels)


def test_every_parent_exists_and_minted_keys_run_on_below_the_counter() -> None:
    for scenario in made():
        names = {row["name"] for row in scenario.tables["board"]}
        assert all(row["board"] in names for row in scenario.tables["card"])
        keys = [row["id"] for row in scenario.tables["card"]]
        assert keys == [f"c{101 + index}" for index in range(len(keys))]
        assert scenario.next_id >= 101 + len(keys)


def test_it_is_a_weekday_morning() -> None:
    for scenario in made():
        now = datetime.strptime(scenario.now, "%Y-%m-%dT%H:%M:%SZ")
        assert now.weekday() < 5 and 8 <= now.hour < 12


def test_the_engine_loads_every_loadable_state_and_gives_it_back() -> None:
    """envfactory.md 1: save(load(s)) == s."""
    runtime = Runtime(compile(boards(), "train"))
    for scenario in made():
        state = runtime.open(scenario).state()
        for table, rows in scenario.tables.items():
            assert sorted(map(str, map(dict, rows))) == sorted(map(str, state[table]))


def test_every_broken_state_names_what_is_broken_and_is_refused() -> None:
    runtime = Runtime(compile(boards(), "train"))
    broken = refused(boards(), made()[4], 8)
    assert {"dangling_parent", "duplicate_key"} <= {scenario.id.rsplit("-", 1)[0] for scenario in broken}
    for scenario in broken:
        assert scenario.expect == "refuse"
        with pytest.raises(ScenarioRefused):
            runtime.open(scenario)


def test_labels_do_not_depend_on_the_day_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faker's day_of_week and month_name draw a date up to the present: refuse to let them be used."""
    from faker.providers.date_time import Provider

    def refuse(*_: object) -> str:
        raise AssertionError("a draw that depends on the clock")

    for name in ("date", "date_time", "day_of_week", "month", "month_name"):
        monkeypatch.setattr(Provider, name, refuse)
    assert made() == made()


def test_values_that_the_description_shows_come_before_made_up_ones() -> None:
    shape = boards()
    board = shape.entity("board")
    note = board.field("note").model_copy(update={"examples": ("South bed", "Herb spiral")})
    card = shape.entity("card")
    title = card.field("title").model_copy(update={"examples": ("Kale", "Garlic")})
    entities = (
        board.model_copy(update={"fields": tuple(note if f.name == "note" else f for f in board.fields)}),
        card.model_copy(update={"fields": tuple(title if f.name == "title" else f for f in card.fields)}),
    )
    for scenario in loadable(shape.model_copy(update={"entities": entities}), 5, COUNTS):
        notes = {row["note"] for row in scenario.tables["board"]} - {None}
        assert notes <= {"South bed", "Herb spiral"}
        titles = [row["title"] for row in scenario.tables["card"]]
        # Labels stay unique: when the shown ones are used up, names are made as before.
        assert titles[:2] == ["Kale", "Garlic"][: len(titles)] and len(set(titles)) == len(titles)
