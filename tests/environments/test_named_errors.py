"""The error that a call ends in has the name that the description gives it, else google.rpc's."""

import pytest

from stages.core.records import Operation
from stages.environments.arguments import error


def operation(*errors: str) -> Operation:
    return Operation(name="GetRule", resource="", method="GetRule", http_method="POST", path="/", errors=errors)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("missing", "ResourceNotFoundException"),
        ("missing", "ApplicationDoesNotExistException"),
        ("missing", "EntityNotExistsException"),
        ("missing", "WAFNonexistentItemException"),
        ("missing", "NoSuchEntityException"),
        ("taken", "ConflictException"),
        ("taken", "ResourceInUseException"),
        ("taken", "TopicAlreadyExists"),
        ("bad_token", "InvalidNextTokenException"),
        ("bad_token", "InvalidMarkerException"),
        ("bad_token", "ValidationException"),
    ],
)
def test_each_kind_of_error_is_known_by_the_words_of_its_name(kind: str, named: str) -> None:
    assert error(operation("ThrottlingException", named, "AccessDeniedException"), kind, "rule") == named


@pytest.mark.parametrize(
    ("kind", "ours"), [("missing", "NOT_FOUND"), ("taken", "ALREADY_EXISTS"), ("bad_token", "INVALID_ARGUMENT")]
)
def test_what_is_not_named_is_called_as_google_rpc_does(kind: str, ours: str) -> None:
    assert error(operation("ThrottlingException"), kind, "rule") == ours
    assert error(operation("NOT_FOUND", "ALREADY_EXISTS", "INVALID_ARGUMENT"), kind, "rule") == ours


def test_an_error_that_says_the_noun_goes_before_others() -> None:
    assert error(operation("ParentNotFoundException", "RuleNotFoundException"), "missing", "rule") == (
        "RuleNotFoundException"
    )
