"""The goal digest ignores what a person would, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stages.core.engine import Runtime, Session
from stages.core.engine.digest import goal_digest
from tests.fixtures.tasks import tasks_environment, tasks_scenario

RUNTIME = Runtime(tasks_environment())
TITLES = st.sampled_from(["Buy rice", "Call Dana", "Pay rent"])
TREES = st.lists(st.tuples(TITLES, st.lists(TITLES, max_size=3)), max_size=4)


def opened() -> Session:
    return RUNTIME.open(tasks_scenario())


def grow(session: Session, tree: list[tuple[str, list[str]]]) -> str:
    for title, children in tree:
        key = session.call("tasklists_insert", {"title": title}).value["id"]
        for child in children:
            session.call("tasks_insert", {"tasklist": key, "title": child})
    return session.goal_digest()


def shape(tree: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    return sorted((title, sorted(children)) for title, children in tree)


@settings(max_examples=60)
@given(TREES, st.randoms(use_true_random=False))
def test_order_of_inserts_does_not_matter(tree: list, chance) -> None:
    other = [(title, chance.sample(children, len(children))) for title, children in tree]
    chance.shuffle(other)
    assert grow(opened(), tree) == grow(opened(), other)


@settings(max_examples=60)
@given(TREES, TREES)
def test_different_trees_have_different_digests(one: list, two: list) -> None:
    assert (grow(opened(), one) == grow(opened(), two)) == (shape(one) == shape(two))


@settings(max_examples=40)
@given(st.permutations(["x", "y", "z"]), st.integers(1, 9))
def test_names_of_minted_rows_do_not_matter(names: list[str], shift: int) -> None:
    session = opened()
    before = grow(session, [("Garden", ["Buy rice", "Pay rent"])])
    state = session.state()
    fresh = {"l109": f"l{names[0]}", "t110": f"t{names[1]}{shift}", "t111": f"t{names[2]}{shift}"}
    renamed = {
        table: [{name: fresh.get(str(value), value) for name, value in row.items()} for row in rows]
        for table, rows in state.items()
    }
    start = {table: frozenset(row["id"] for row in rows) for table, rows in tasks_scenario().tables.items()}
    assert goal_digest(tasks_environment(), renamed, start) == before


def test_looking_and_failing_do_not_move_the_goal_but_an_undone_write_moves_the_replay() -> None:
    session = opened()
    goal, replay = session.goal_digest(), session.digest()
    session.call("tasks_list", {"tasklist": "l101"})
    session.call("tasks_get", {"tasklist": "l101", "task": "t999"})
    assert (session.goal_digest(), session.digest()) == (goal, replay)
    made = session.call("tasks_insert", {"tasklist": "l101", "title": "x"}).value["id"]
    session.call("tasks_delete", {"tasklist": "l101", "task": made})
    assert session.goal_digest() == goal
    assert session.digest() != replay


def test_the_same_instant_written_otherwise_is_the_same_goal() -> None:
    digests = set()
    for due in ("2026-04-01T00:00:00Z", "2026-04-01T00:00:00.000Z", "2026-04-01T02:00:00+02:00"):
        session = opened()
        session.call("tasks_insert", {"tasklist": "l101", "title": "x", "due": due})
        digests.add(session.goal_digest())
    assert len(digests) == 1


def test_a_wrong_target_value_or_missing_write_is_another_goal() -> None:
    digests = []
    for arguments in (
        {"tasklist": "l101", "task": "t102", "title": "Order cake"},
        {"tasklist": "l103", "task": "t108", "title": "Order cake"},
        {"tasklist": "l101", "task": "t102", "title": "Order a cake"},
        {"tasklist": "l101", "task": "t102", "title": "Order cake", "due": None},
        {"tasklist": "l101", "task": "t999"},
    ):
        session = opened()
        session.call("tasks_patch", arguments)
        digests.append(session.goal_digest())
    assert len(set(digests)) == len(digests)


def test_two_equal_rows_are_not_one() -> None:
    assert grow(opened(), [("Garden", ["Buy rice"])]) != grow(opened(), [("Garden", ["Buy rice", "Buy rice"])])
