"""FAULTS that an engine can have: each named after what should happen."""

import apsw
import pytest

from stages.core.engine import Runtime, SchemaRefused
from tests.core.engine.made import session_with, with_tool
from tests.fixtures.tasks import tasks_environment, tasks_scenario

ECHO = {"return": "SELECT json(:args)"}


def test_braces_and_tags_in_an_argument_are_kept() -> None:
    """FAULTS 8 and 9."""
    for text in ("mkdir -p test/{test1,test2", "</tool_call>", "{name}"):
        assert session_with(ECHO).call("probe", {"text": text}).value == {"text": text}


def test_an_integer_enum_is_checked_as_integers() -> None:
    """FAULTS 31."""
    session = session_with(
        ECHO, parameters={"type": "object", "properties": {"n": {"type": "integer", "enum": [1, 2]}}}
    )
    assert session.call("probe", {"n": 2}).ok
    assert session.call("probe", {"n": "2"}).error == "INVALID_ARGUMENT"


def test_one_unusable_tool_leaves_the_others_usable() -> None:
    """FAULTS 32."""
    for parameters in (
        {"type": "no such type"},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "file:///etc/passwd"},
    ):
        session = session_with(ECHO, parameters=parameters)
        assert session.call("probe", {}).error == "INTERNAL"
        assert session.call("tasklists_list", {}).ok
        assert list(session.runtime.refusals()) == ["probe"]


def test_a_one_of_schema_is_just_a_schema() -> None:
    """FAULTS 32."""
    either = {"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"}
    session = session_with(ECHO, parameters=either)
    assert session.call("probe", {"a": 1}).ok
    assert session.call("probe", {"a": 1, "b": 1}).error == "INVALID_ARGUMENT"


def test_a_tool_named_like_code_is_only_an_unknown_name() -> None:
    """FAULTS 47 and 48."""
    name = "__import__('os').system"
    assert session_with(ECHO).call(name, {}).error == "UNKNOWN_TOOL"
    with pytest.raises(SchemaRefused):
        Runtime(with_tool(name, ECHO))


def test_a_crash_in_reset_is_raised_and_never_a_normal_episode() -> None:
    """FAULTS 51."""
    session = Runtime(tasks_environment()).open(tasks_scenario())
    session.close()
    with pytest.raises(apsw.Error):
        session.reset()


def test_judging_in_the_middle_of_an_episode_changes_nothing() -> None:
    """FAULTS 53."""
    session = Runtime(tasks_environment()).open(tasks_scenario())
    session.call("tasks_delete", {"tasklist": "l101", "task": "t101"})
    digest, log = session.digest(), session.log
    session.goal_digest()
    session.query("SELECT count(*) FROM task")
    assert (session.digest(), session.log) == (digest, log)


def test_a_description_with_triple_quotes_is_only_text() -> None:
    """FAULTS 54."""
    environment = tasks_environment()
    tools = [tool.model_copy(update={"description": '"""\nraise SystemExit\n"""'}) for tool in environment.tools]
    session = Runtime(environment.model_copy(update={"tools": tuple(tools)})).open(tasks_scenario())
    assert session.call("tasklists_list", {}).ok


def test_a_property_named_function_is_an_argument_like_any_other() -> None:
    """FAULTS 60."""
    schema = {"type": "object", "properties": {"function": {"type": "string"}, "interval": {"type": "array"}}}
    given = {"function": "sum", "interval": [1, 3]}
    assert session_with(ECHO, parameters=schema).call("probe", given).value == given
