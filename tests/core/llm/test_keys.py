"""Keys come from the environment, go into one header, and show nowhere else."""

import traceback

import pytest

from stages.core.errors import UserError
from stages.core.llm.cache import Cache
from stages.core.llm.client import ask
from tests.core.llm.server import Server, good
from tests.core.llm.test_client import Clock, endpoint, meter, request

CANARY = "sk-canary-3141592653"


def test_the_key_is_read_from_the_environment_and_written_nowhere(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SOME_KEY", CANARY)
    with Server(lambda body, _: good(body)) as server, Cache(tmp_path / "c") as cache:
        settings = endpoint(server.url, key_variable="SOME_KEY")
        ask([request()], settings, cache, meter(), stage="t")
        cache.export(tmp_path / "llm.jsonl", [request()])
        assert server.keys == {f"Bearer {CANARY}"}
    shown = capfd.readouterr()
    assert CANARY not in shown.out + shown.err
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


@pytest.mark.parametrize("status", [401, 402, 404])
def test_what_would_refuse_every_request_ends_the_run_in_one_line_without_the_key(tmp_path, monkeypatch, status):
    """A provider quotes the key in its refusal; we do not."""
    monkeypatch.setenv("SOME_KEY", CANARY)
    body = f'{{"error": {{"message": "Incorrect API key provided: {CANARY}"}}}}'.encode()
    with Server(lambda *_: (status, {}, body)) as server, Cache(tmp_path / "c") as cache:
        settings = endpoint(server.url, key_variable="SOME_KEY", concurrency=2)
        with pytest.raises(UserError, match=str(status)) as raised:
            ask([request(str(i)) for i in range(50)], settings, cache, meter(), stage="t")
        assert len(server.seen) <= 2
    assert CANARY not in "".join(traceback.format_exception(raised.value)) and "SOME_KEY" in raised.value.problem


@pytest.mark.parametrize("status", [400, 403, 429, 500])
def test_a_refusals_words_are_not_repeated(tmp_path, monkeypatch, status):
    monkeypatch.setenv("SOME_KEY", CANARY)
    body = f'{{"error": {{"message": "bad key {CANARY}"}}}}'.encode()
    with Server(lambda *_: (status, {}, body)) as server, Cache(tmp_path / "c") as cache:
        settings = endpoint(server.url, key_variable="SOME_KEY", attempts=2)
        found = ask([request()], settings, cache, meter(), stage="t", sleep=Clock())
    assert CANARY not in repr(found)


def test_a_missing_key_is_one_line(tmp_path, monkeypatch):
    monkeypatch.delenv("SOME_KEY", raising=False)
    with Cache(tmp_path / "c") as cache, pytest.raises(UserError, match="SOME_KEY"):
        ask([request()], endpoint("http://127.0.0.1:9", key_variable="SOME_KEY"), cache, meter(), stage="t")


def test_a_line_end_behind_the_key_is_taken_off(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_KEY", CANARY + "\n")
    with Server(lambda body, _: good(body)) as server, Cache(tmp_path / "c") as cache:
        ask([request()], endpoint(server.url, key_variable="SOME_KEY"), cache, meter(), stage="t")
    assert server.keys == {f"Bearer {CANARY}"}


@pytest.mark.parametrize("value", [f"{CANARY}\nsecond", f"{CANARY} x", f"{CANARY}\u00e9", f"\u201c{CANARY}\u201d"])
def test_what_cannot_be_a_key_is_refused_without_showing_it(tmp_path, monkeypatch, value):
    """The HTTP library's own error would quote the whole header."""
    monkeypatch.setenv("SOME_KEY", value)
    with Cache(tmp_path / "c") as cache, pytest.raises(UserError, match="SOME_KEY") as raised:
        ask([request()], endpoint("http://127.0.0.1:9", key_variable="SOME_KEY"), cache, meter(), stage="t")
    assert CANARY not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    "url", [f"http://me:{CANARY}@127.0.0.1:9/v1", "127.0.0.1:8000/v1", "localhost:8000", "http://", "http://[x", ""]
)
def test_an_address_that_is_none_or_holds_a_key_is_one_line(tmp_path, url):
    with Cache(tmp_path / "c") as cache, pytest.raises(UserError, match="base_url") as raised:
        ask([request()], endpoint(url), cache, meter(), stage="t")
    assert CANARY not in str(raised.value)
