"""The planner against brute force and against the engine: all shortest ways, none that is not one, and no guess."""

from collections.abc import Iterator
from itertools import product

import pytest
from pydantic import JsonValue

from stages.core.engine import Runtime, Session
from stages.core.records import Call, Dialogue, Environment, Goal, Outcome, Rejected, Span, Tool, Turn, canonical
from stages.core.rollouts.reward import covers, matches
from stages.core.seeds import generator
from stages.trajectories.hard import recovery
from stages.trajectories.planner import Ways, plan, searched
from stages.trajectories.ways import Caps
from tests.fixtures.tasks import tasks_environment, tasks_scenario
from tests.trajectories.test_dialogues import RUNTIME, made

CAPS = Caps(calls=4, states=2000)
LISTS = Call(tool="tasklists_list", arguments={})
DELETE = Call(tool="tasklists_delete", arguments={"tasklist": "l101"})


def twice() -> Environment:
    """The tasks environment with a second tool that renames lists."""
    environment = tasks_environment()
    rename = environment.tool("tasklists_patch").model_copy(update={"name": "tasklists_rename"})
    return environment.model_copy(update={"tools": (*environment.tools, rename)})


def said(environment: Environment, *turns: tuple[str, tuple[Call, ...], tuple[str, ...]], tools: str = "") -> Dialogue:
    """A dialogue of (the user's words, reference calls, values to say), played on the engine."""
    session = Runtime(environment).open(tasks_scenario())
    start, done = session.digest(), []
    for number, (user, calls, says) in enumerate(turns):
        results = [session.call(call.tool, dict(call.arguments)) for call in calls]
        spans = [
            Span(call=index, argument=name, origin="user", turn=number, text=str(value))
            for index, call in enumerate(calls)
            for name, value in call.arguments.items()
            if name in environment.tool(call.tool).fields
        ]
        reads = tuple(call.tool for call in calls if not environment.tool(call.tool).writes) if says else ()
        done.append(
            Turn(
                user=user,
                calls=calls,
                outcomes=tuple(Outcome(value=one.value, error=one.error, message=one.message) for one in results),
                answer=", ".join(says) or "Done.",
                goal=Goal(digest=session.goal_digest(), says=says, reads=reads),
                spans=tuple(spans),
            )
        )
    return Dialogue(
        id="dialogue-x",
        parents=(),
        environment=environment.id,
        split="train",
        scenario=tasks_scenario(),
        tools=tuple(tools.split()) or tuple(tool.name for tool in environment.tools),
        turns=tuple(done),
        start_digest=start,
        end_digest=session.digest(),
    )


def ways(dialogue: Dialogue, environment: Environment | None = None, caps: Caps = CAPS) -> list[Ways]:
    runtime = Runtime(environment) if environment else RUNTIME
    return [found for _, found in searched(runtime, dialogue, caps)]


def before(dialogue: Dialogue, number: int) -> Session:
    session = RUNTIME.open(dialogue.scenario)
    for turn in dialogue.turns[:number]:
        for call in turn.calls:
            session.call(call.tool, dict(call.arguments))
    return session


def strings(value: JsonValue) -> Iterator[str]:
    """Every scalar of a result, as text."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)
    else:
        yield str(value)


def possible(session: Session, tools: list[Tool], spoken: dict[str, list[JsonValue]], state: dict) -> Iterator[Call]:
    """Every call whose keys some result has shown and whose fields the user has stated under that name."""
    told = {text for entry in session.log if entry.result.ok for text in strings(entry.result.value)}
    for tool in tools:
        required = tool.parameters["required"]
        assert isinstance(required, list)
        options: list[list[tuple[str, JsonValue] | None]] = []
        keyed = dict(tool.parents) | ({tool.key_parameter: tool.table} if tool.key_parameter else {})
        for name, table in keyed.items():
            options.append([(name, row["id"]) for row in state[table] if row["id"] in told])
        for name in tool.fields:
            given: list[tuple[str, JsonValue] | None] = [(name, value) for value in spoken.get(name, [])]
            options.append(given + ([] if name in required else [None]))
        for picked in product(*options):
            yield Call(tool=tool.name, arguments=dict(pair for pair in picked if pair is not None))


def brute(dialogue: Dialogue, number: int) -> set[tuple[str, ...]]:
    """All shortest ways of a turn by trying every sequence of calls; the fewest arguments of each."""
    turn, tools = dialogue.turns[number], [RUNTIME.environment.tool(name) for name in dialogue.tools]
    spoken: dict[str, list[JsonValue]] = {}
    for one in dialogue.turns[: number + 1]:
        for span in one.spans:
            if span.origin == "user":
                spoken.setdefault(span.argument, []).append(one.calls[span.call].arguments[span.argument])
    layer: list[tuple[tuple[Call, ...], Session]] = [((), before(dialogue, number))]
    for depth in range(len(turn.calls) + 1):
        found = [calls for calls, session in layer if arrived(session, turn.goal)]
        if found:
            least = [way for way in found if not any(covers(way, other) and way != other for other in found)]
            return {tuple(sorted(canonical(call.model_dump()) for call in way)) for way in least}
        assert depth < len(turn.calls), "the reference itself was not found"
        following = []
        for calls, session in layer:
            for call in possible(session, tools, spoken, session.state()):
                fork = session.fork()
                if fork.call(call.tool, dict(call.arguments)).ok:
                    following.append(((*calls, call), fork))
        layer = following
    raise AssertionError("nothing found")


def arrived(session: Session, goal: Goal) -> bool:
    shown = {text for entry in session.log if entry.result.ok for text in strings(entry.result.value)}
    looked = not goal.reads or any(entry.tool in goal.reads for entry in session.log)
    return looked and all(value in shown for value in goal.says) and session.goal_digest() == goal.digest


def small() -> list[tuple[Dialogue, int]]:
    """Turns that brute force can take: two calls, and an answer that is one value which no other row has."""
    found = []
    for dialogue in (*made(), *made("test")):
        for number, turn in enumerate(dialogue.turns):
            one = turn.template.split(".")[0].removesuffix("_it") in (
                "read",
                "create",
                "create_in",
                "rename",
                "set",
                "delete",
            )
            same = (
                before(dialogue, number).query(
                    "SELECT count(*) FROM task WHERE :v IN (notes, due, status)", {"v": turn.goal.says[0]}
                )
                if turn.goal.says
                else [(1,)]
            )
            # A word that an earlier result showed of another row (a status, say) would pass for the answer here.
            known = turn.goal.says and arrived(before(dialogue, number), turn.goal)
            if one and len(turn.calls) <= 2 and same == [(1,)] and not known:
                found.append((dialogue, number))
    return found


def test_no_way_is_missed_and_none_is_shorter_by_brute_force():
    turns = small()
    assert len(turns) >= 20
    for dialogue, number in turns:
        found = ways(dialogue)[number]
        mine = {tuple(sorted(canonical(call.model_dump()) for call in way)) for way in found.minimal}
        assert mine == brute(dialogue, number), dialogue.turns[number].user
        fewer = len(found.minimal[0]) < len(dialogue.turns[number].calls)
        assert found.verdict == ("shorter" if fewer else "found")


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_way_replays_to_the_goal_and_has_shown_what_is_said(split):
    """envfactory.md 18."""
    several = 0
    for dialogue in made(split):
        for number, found in enumerate(ways(dialogue)):
            turn = dialogue.turns[number]
            several += len(found.minimal) > 1
            for way in found.minimal:
                session = before(dialogue, number)
                assert all(session.call(call.tool, dict(call.arguments)).ok for call in way)
                assert session.goal_digest() == turn.goal.digest
                assert len(way) <= len(turn.calls)
                if not turn.goal.says[0].isdigit() if turn.goal.says else True:
                    assert arrived(session, turn.goal)
    assert made(split)


def test_a_useless_look_makes_the_reference_longer_than_needed():
    look = Call(tool="tasks_list", arguments={"tasklist": "l101"})
    dialogue = said(tasks_environment(), ("Delete Groceries.", (LISTS, look, DELETE), ()))
    (found,) = ways(dialogue)
    assert (found.verdict, found.minimal) == ("shorter", ((LISTS, DELETE),))
    refused = plan(RUNTIME, dialogue, CAPS)
    assert isinstance(refused, Rejected) and refused.reason == "not_minimal"
    assert refused.detail == "turn 0: list, list, delete; enough: list, delete"


def test_what_a_list_shows_need_not_be_fetched():
    get = Call(tool="tasks_get", arguments={"tasklist": "l101", "task": "t101"})
    look = Call(tool="tasks_list", arguments={"tasklist": "l101"})
    value = ("Two cartons, unsweetened",)
    (found,) = ways(said(tasks_environment(), ("What is noted for oat milk?", (LISTS, look, get), value)))
    assert (found.verdict, found.minimal) == ("shorter", ((LISTS, look),))


def test_what_was_shown_before_is_remembered_only_as_long_as_it_is_true():
    environment = tasks_environment()
    look = Call(tool="tasks_list", arguments={"tasklist": "l101"})
    count = ("How many tasks are in Groceries?", (LISTS, look), ("3",))
    again = ("How many tasks are in Groceries?", (look,), ("3",))
    gone = ("Delete oat milk.", (Call(tool="tasks_delete", arguments={"tasklist": "l101", "task": "t101"}),), ())
    less = ("How many tasks are in Groceries?", (look,), ("2",))
    assert [one.verdict for one in ways(said(environment, count, again))] == ["found", "shorter"]
    assert [one.verdict for one in ways(said(environment, count, gone, less))] == ["found"] * 3


def test_two_tools_that_do_the_same_are_two_ways():
    environment = twice()
    patch = Call(tool="tasklists_patch", arguments={"tasklist": "l101", "title": "Food"})
    rename = Call(tool="tasklists_rename", arguments=patch.arguments)
    dialogue = said(environment, ("Rename Groceries to Food.", (LISTS, patch), ()))
    planned = plan(Runtime(environment), dialogue, CAPS)
    assert isinstance(planned, Dialogue) and planned.turns[0].ways == ((LISTS, rename),)
    assert matches([LISTS, rename], planned.turns[0]) and not matches([LISTS, rename], dialogue.turns[0])


def test_the_order_of_looks_makes_no_other_way():
    looks = tuple(Call(tool="tasks_list", arguments={"tasklist": key}) for key in ("l101", "l102"))
    deletes = tuple(
        Call(tool="tasks_delete", arguments={"tasklist": parent, "task": key})
        for parent, key in (("l101", "t101"), ("l102", "t104"))
    )
    dialogue = said(
        tasks_environment(),
        ("Which lists are there?", (LISTS,), ("Groceries", "Kitchen renovation", "Work")),
        ("Delete oat milk and the plumber.", (*looks, *deletes), ()),
    )
    assert [len(found.minimal) for found in ways(dialogue)] == [1, 1]


@pytest.mark.parametrize("caps", [Caps(calls=1, states=2000), Caps(calls=4, states=1)])
def test_beyond_a_cap_nothing_is_claimed(caps):
    dialogue = said(tasks_environment(), ("Delete Groceries.", (LISTS, DELETE), ()))
    (found,) = ways(dialogue, caps=caps)
    assert found.verdict == "unknown"
    refused = plan(RUNTIME, dialogue, caps)
    assert isinstance(refused, Rejected) and refused.reason == "unknown"


def test_a_key_that_nothing_has_shown_is_never_used():
    (found,) = ways(said(tasks_environment(), ("Delete Groceries.", (DELETE,), ())))
    assert found.verdict == "unknown"


def test_a_page_size_and_a_default_do_not_matter_and_leaving_them_out_reaches_the_goal():
    """envfactory.md 4, step 7."""
    look = Call(tool="tasklists_list", arguments={"maxResults": 50})
    task = {"tasklist": "l101", "title": "Buy soap", "status": "needsAction"}
    dialogue = said(tasks_environment(), ("Add soap.", (look, Call(tool="tasks_insert", arguments=task)), ()))
    planned = plan(RUNTIME, dialogue, CAPS)
    assert isinstance(planned, Dialogue)
    turn = planned.turns[0]
    assert turn.masked == ((0, "maxResults"), (1, "status")) and turn.ways == ()
    spared = [
        Call(tool=c.tool, arguments={k: v for k, v in c.arguments.items() if (i, k) not in turn.masked})
        for i, c in enumerate(turn.calls)
    ]
    session = before(planned, 0)
    assert all(session.call(call.tool, dict(call.arguments)).ok for call in spared)
    assert session.goal_digest() == turn.goal.digest
    assert matches(spared, turn) and not matches(spared, dialogue.turns[0])


def test_a_page_too_small_to_show_the_row_is_not_enough():
    small = Call(tool="tasklists_list", arguments={"maxResults": 1})
    dialogue = said(
        tasks_environment(),
        ("Delete Work.", (small, Call(tool="tasklists_delete", arguments={"tasklist": "l103"})), ()),
    )
    assert ways(dialogue)[0].verdict == "unknown"


def test_a_failed_try_may_stay_and_the_way_without_it_is_known():
    rows = [one for n, row in enumerate(made()) if (one := recovery(RUNTIME, row, generator(9, "recovery", n)))]
    checked = 0
    for row in rows:
        number = next(n for n, turn in enumerate(row.turns) if turn.case == "recovery")
        found = ways(row)[number]
        if found.verdict != "found":
            continue
        checked += 1
        turn = row.turns[number]
        assert turn.calls[1:] in [tuple(way) for way in found.minimal]
        alone = row.model_copy(update={"turns": row.turns[: number + 1]})
        planned = plan(RUNTIME, alone, CAPS)
        if isinstance(planned, Dialogue):
            assert turn.calls[1:] in planned.turns[number].ways
    assert checked >= 3


def test_a_planned_dialogue_comes_back_from_its_line_as_it_was():
    planned = [one for row in made() if isinstance(one := plan(RUNTIME, row, CAPS), Dialogue)]
    assert len(planned) >= 8
    assert all(Dialogue.model_validate_json(one.model_dump_json(by_alias=True)) == one for one in planned)
