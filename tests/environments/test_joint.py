"""Two environments as one: each side does what it does alone, and neither touches the other (envfactory.md 1, 3, 4).

Run on real pairs: for every call of the gate's own stories the joined environment and the side alone are compared.
"""

from collections.abc import Iterator
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.core.engine import Runtime, Session
from stages.core.engine.catalogue import Entry, entry
from stages.core.engine.digest import goal_digest
from stages.core.engine.joint import JoinRefused, join, join_scenarios, origins
from stages.core.records import Call, Environment, Scenario
from stages.environments.cases import scripts
from stages.environments.compile import compile
from tests.environments.api import boards
from tests.environments.real import PAIRS, real
from tests.fixtures.tasks import tasks_environment, tasks_scenario

MANY = settings(max_examples=25, derandomize=True, database=None, deadline=None)


class Pair:
    """Both sides, alone and joined, on start states whose clock and counter are those of the join."""

    def __init__(self, names: tuple[str, str], number: int = 1) -> None:
        self.real = [real(name) for name in names]
        self.sides = [found.entry.environment for found in self.real]
        self.joint = join(*self.sides)
        states = [found.entry.scenarios[number] for found in self.real]
        self.scenario = join_scenarios(*states)
        meta = {"now": self.scenario.now, "next_id": self.scenario.next_id}
        self.states = [state.model_copy(update=meta) for state in states]
        self.runtime, self.alone = Runtime(self.joint), [Runtime(side) for side in self.sides]

    def open(self) -> Session:
        return self.runtime.open(self.scenario)

    def rows(self, session: Session, side: int) -> dict:
        own = {table.name for table in self.sides[side].tables}
        return {name: rows for name, rows in session.state().items() if name in own}

    def meaning(self, session: Session, side: int) -> str:
        """The goal digest of one side of a joint session."""
        start = self.alone[side].open(self.states[side])
        return goal_digest(self.sides[side], self.rows(session, side), start._start.keys)


@lru_cache
def pair(names: tuple[str, str]) -> Pair:
    return Pair(names)


@lru_cache
def stories(names: tuple[str, str], side: int) -> tuple[tuple[Call, ...], ...]:
    """The gate's call sequences for one side, right and wrong ones."""
    both = pair(names)
    told = scripts(both.real[side].shape, [both.states[side]], 3)
    return tuple(tuple(Call(tool=s.tool, arguments=s.arguments) for s in one.steps) for one in told if one.steps)


def run(session: Session, calls: tuple[Call, ...]) -> Iterator[tuple]:
    for call in calls:
        yield session.call(call.tool, dict(call.arguments))


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
@pytest.mark.parametrize("side", [0, 1])
def test_every_story_of_the_gate_goes_as_on_the_side_alone_and_leaves_the_other_as_it_was(names, side):
    """The gate's evidence for a part holds for the join: same results, same rows, to the last time and key."""
    both = pair(names)
    session, alone = both.open(), both.alone[side].open(both.states[side])
    other = both.rows(session, 1 - side)
    assert len(stories(names, side)) > 30
    for calls in stories(names, side):
        session.reset()
        alone.reset()
        assert list(run(session, calls)) == list(run(alone, calls))
        assert both.rows(session, side) == alone.state() and session.meta() == alone.meta()
        assert both.rows(session, 1 - side) == other


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
@MANY
@given(data=st.data())
def test_calls_of_both_sides_in_any_order_mean_on_each_side_what_its_own_mean_alone(names, data):
    both = pair(names)
    # First calls name rows of the start state alone: keys minted since depend on what the other side has minted.
    firsts = [[(side, calls[0]) for calls in stories(names, side)] for side in (0, 1)]
    plan = data.draw(st.lists(st.sampled_from([*firsts[0], *firsts[1]]), min_size=2, max_size=12))
    session = both.open()
    alone = [runtime.open(state) for runtime, state in zip(both.alone, both.states, strict=True)]
    for side, call in plan:
        before = both.rows(session, 1 - side)
        joined, own = (one.call(call.tool, dict(call.arguments)) for one in (session, alone[side]))
        assert (joined.ok, joined.error, joined.message) == (own.ok, own.error, own.message)
        assert both.rows(session, 1 - side) == before
    for side in (0, 1):
        assert both.meaning(session, side) == alone[side].goal_digest()


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
@MANY
@given(data=st.data())
def test_what_is_saved_loads_again_and_sessions_and_forks_are_apart(names, data):
    """envfactory.md 1: save(load(s)) == s; 3: the same calls give the same; 4: sessions are isolated."""
    both = pair(names)
    firsts = [calls[0] for side in (0, 1) for calls in stories(names, side)]
    plan = tuple(data.draw(st.lists(st.sampled_from(firsts), min_size=1, max_size=8)))
    session, still, again = both.open(), both.open(), both.open()
    start = still.digest()
    assert (
        both.runtime.open(still.save()).save() == still.save()
        and still.save().tables.keys() == both.scenario.tables.keys()
    )
    given_back = list(run(session, plan))
    assert list(run(again, plan)) == given_back and again.digest() == session.digest()
    assert still.digest() == start, "a session that nobody called has not moved"
    loaded = both.runtime.open(session.save())
    assert loaded.digest() == session.digest() and loaded.save() == session.save()
    fork, here = session.fork(), session.digest()
    list(run(fork, plan))
    assert session.digest() == here
    session.reset()
    assert session.digest() == start


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
def test_a_join_is_an_ordinary_record_whose_programs_all_compile(names):
    both = pair(names)
    assert Environment.model_validate_json(both.joint.model_dump_json(by_alias=True)) == both.joint
    assert both.runtime.refusals() == {}
    assert both.joint.id == "+".join(side.id for side in both.sides)
    assert [t.name for t in both.joint.tables] == [t.name for side in both.sides for t in side.tables]
    assert both.joint.operations == sum(side.operations for side in both.sides)


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
def test_the_clock_is_the_later_one_and_no_id_is_given_twice(names):
    both = pair(names)
    states = [found.entry.scenarios[1] for found in both.real]
    assert both.scenario.now == max(state.now for state in states)
    keys = {row[t.key] for t in both.joint.tables if t.minted for row in both.scenario.tables.get(t.name, ())}
    session = both.open()
    for side in (0, 1):
        create = next((c for s in stories(names, side) for c in s if both.joint.tool(c.tool).verb == "create"), None)
        if create is not None and both.joint.table(both.joint.tool(create.tool).table).minted:
            made = session.call(create.tool, dict(create.arguments))
            key = both.joint.table(both.joint.tool(create.tool).table).key
            assert made.ok and made.value[key] not in keys
            keys.add(made.value[key])


def test_tables_in_common_are_refused_by_name():
    """Drive and support cases both have a table `comment`, which both sides' programs name in their SQL."""
    with pytest.raises(JoinRefused, match="google-cloudsupport-v2 and google-drive-v3: both have a table comment"):
        join(real("cloudsupport.v2").entry.environment, real("drive.v3").entry.environment)


def apart(name: str, **changes) -> Environment:
    """The hand-written boards under another id, in words of their own."""
    made = compile(boards(), "train")
    tables = tuple(t.model_copy(update={"noun": f"{t.name} x", "plural": f"{t.name} xs"}) for t in made.tables)
    return made.model_copy(update={"id": name, "tables": tables, **changes})


def test_a_word_that_would_mean_two_things_is_refused():
    """Boards call a card "task": with the tasks beside it, nobody could say which is meant."""
    with pytest.raises(JoinRefused, match="something that is called task"):
        join(tasks_environment(), compile(boards(), "train"))


def test_the_held_out_border_is_not_crossed_and_nothing_is_joined_with_itself():
    with pytest.raises(JoinRefused, match="one is for train, the other for evaluation"):
        join(tasks_environment(), apart("boards", use="evaluation"))
    with pytest.raises(JoinRefused, match="is in both"):
        join(tasks_environment(), tasks_environment())
    with pytest.raises(JoinRefused, match="is in both"):
        join(join(tasks_environment(), apart("boards")), apart("boards"))


def test_tools_of_one_name_get_their_servers_before_it_and_work():
    """envfactory.md 2: `Server-tool`, in the letters that a name may have."""
    boards_ = apart("user-boards")
    first = boards_.tools[0].model_copy(update={"name": "tasks_list"})
    joint = join(tasks_environment(), boards_.model_copy(update={"tools": (first, *boards_.tools[1:])}))
    names = [tool.name for tool in joint.tools]
    own = tasks_environment().id.replace("-", "_")
    assert f"{own}_tasks_list" in names and "user_boards_tasks_list" in names and "tasks_list" not in names
    assert len(set(names)) == len(names) == len(tasks_environment().tools) + len(boards_.tools)
    empty = {table.name: () for table in boards_.tables}
    state = join_scenarios(
        tasks_scenario(), tasks_scenario().model_copy(update={"environment": "user-boards", "tables": empty})
    )
    session = Runtime(joint).open(state)
    found = session.call(f"{own}_tasks_list", {"tasklist": "l101"})
    alone = Runtime(tasks_environment()).open(tasks_scenario()).call("tasks_list", {"tasklist": "l101"})
    assert found == alone and found.ok
    assert origins(joint.id, "user_boards_tasks_list") == ["user-boards/tasks_list"]
    assert origins(joint.id, "tasks_get") == [f"{tasks_environment().id}/tasks_get", "user-boards/tasks_get"]
    assert origins("a", "tasks_get") == ["a/tasks_get"]


def test_start_states_that_share_a_table_or_must_not_load_are_refused():
    with pytest.raises(JoinRefused, match="both have rows of task"):
        join_scenarios(tasks_scenario(), tasks_scenario())
    other = Scenario.model_validate({**tasks_scenario().model_dump(), "tables": {}, "expect": "refuse"})
    with pytest.raises(JoinRefused, match="must not load"):
        join_scenarios(tasks_scenario(), other)


def test_three_can_be_joined():
    names = ("calendar.v3", "drive.v3", "tasks.v1")
    entries = {real(name).entry.environment.id: real(name).entry for name in names}
    found: Entry = entry(entries, "+".join(entries))
    assert len(found.environment.tools) == sum(len(one.environment.tools) for one in entries.values())
    assert Runtime(found.environment).refusals() == {}
    for scenario in found.scenarios:
        Runtime(found.environment).open(scenario).close()
