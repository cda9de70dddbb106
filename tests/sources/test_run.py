"""The stage itself, on a small choice of the real packages."""

import pytest

from stages.core import jsonl
from stages.core.errors import UserError
from stages.core.params import load
from stages.core.records import Api
from stages.sources.found import Choice
from stages.sources.run import run


def test_a_small_choice_is_written_with_its_reasons(tmp_path):
    params = load("sources")
    breadth = params.breadth.model_copy(
        update={"google": ("webfonts",), "python": params.breadth.python[:1], "specs": params.breadth.specs[:1]}
    )
    params = params.model_copy(update={"google": params.google[:1], "aws": params.aws[:1], "breadth": breadth})
    summary = run(params, {}, tmp_path)
    apis = list(jsonl.read(tmp_path / "apis.jsonl", Api))
    assert [api.publisher for api in apis] == ["google", "aws", "jupyter"]
    assert all(len(api.source.sha256) == 64 and api.source.licence != "unknown" for api in apis)
    choices = list(jsonl.read(tmp_path / "choices.jsonl", Choice))
    assert [choice.id for choice in choices[:3]] == [api.id for api in apis] and all(c.reason for c in choices)
    assert summary.metrics["apis"] == 3
    functions = list(jsonl.read(tmp_path / "breadth.jsonl", Api))
    assert [api.id for api in functions] == ["google-webfonts-v1", "python-fluids", "specs-tooluniverse"]
    assert all(api.source.licence in ("MIT", "Apache-2.0") or "Apache" in api.source.licence for api in functions)


def test_a_choice_of_nothing_and_an_unpinned_package_are_user_errors(tmp_path):
    params = load("sources")
    nothing = params.model_copy(update={"google": (), "aws": (), "swagger": ()})
    with pytest.raises(UserError, match="no API is chosen"):
        run(nothing, {}, tmp_path)
    with pytest.raises(UserError, match=r"sources\.packages\.google-api-python-client"):
        run(params.model_copy(update={"packages": {}}), {}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_further_api_that_no_document_describes_is_a_user_error(tmp_path):
    params = load("sources")
    breadth = params.breadth.model_copy(update={"google": ("bookz",), "python": (), "specs": ()})
    with pytest.raises(UserError, match="no document of 'bookz'"):
        run(params.model_copy(update={"google": params.google[:1], "aws": (), "breadth": breadth}), {}, tmp_path)
