"""Vectors of an endpoint, over a real socket: kept as they come, never paid twice, and what is no vector is named."""

import json
from pathlib import Path

import numpy as np
import pytest

from stages.core.errors import UserError
from stages.core.llm.embedding import embed
from stages.core.params.llm import Embedder
from tests.core.llm.server import Reply, Server

TEXTS = ["name of a task", "id of a task list", "name of a task", "due date"]


def endpoint(url: str, **changes: object) -> Embedder:
    settings = {
        "method": "endpoint", "base_url": url, "model": "m", "key_variable": None, "batch": 2, "timeout": 5,
        "attempts": 3, "patience": 60, "price": 1.0, "max_cost": None,
    }  # fmt: skip
    return Embedder.model_validate(settings | changes)


def vectors(body: dict, _: int) -> Reply:
    """Two numbers a text, in another order than asked."""
    data = [{"index": n, "embedding": [len(text), 3.0]} for n, text in enumerate(body["input"])]
    return 200, {}, json.dumps({"data": data[::-1], "usage": {"prompt_tokens": 7}}).encode()


def test_vectors_are_of_length_one_in_the_order_of_the_texts_and_equal_texts_are_asked_once(tmp_path: Path) -> None:
    with Server(vectors) as server:
        found = embed(TEXTS, endpoint(server.url), tmp_path / "v.sqlite")
    assert found.shape == (4, 2) and found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1)
    assert np.allclose(found[0], np.array([14, 3]) / np.hypot(14, 3)) and (found[0] == found[2]).all()
    assert [body["input"] for body in server.seen] == [["name of a task", "id of a task list"], ["due date"]]


def test_nothing_is_paid_twice_for_one_text_more(tmp_path: Path) -> None:
    with Server(vectors) as server:
        embed(TEXTS, endpoint(server.url), tmp_path / "v.sqlite")
        embed([*TEXTS, "one more"], endpoint(server.url), tmp_path / "v.sqlite")
        asked = [text for body in server.seen for text in body["input"]]
    assert sorted(asked) == sorted({*TEXTS, "one more"})


def test_a_run_goes_on_where_a_broken_one_stood(tmp_path: Path) -> None:
    fail = True

    def flaky(body: dict, count: int) -> Reply:
        return (503, {}, b"") if fail and count > 1 else vectors(body, count)

    with Server(flaky) as server:
        with pytest.raises(UserError):
            embed(TEXTS, endpoint(server.url), tmp_path / "v.sqlite", sleep=lambda _: None)
        first, fail = len(server.seen), False
        embed(TEXTS, endpoint(server.url), tmp_path / "v.sqlite")
        assert [body["input"] for body in server.seen[first:]] == [["due date"]]


def test_a_busy_server_is_left_alone_as_long_as_it_asks(tmp_path: Path) -> None:
    slept: list[float] = []

    def busy(body: dict, count: int) -> Reply:
        return (429, {"retry-after": "7"}, b"") if count == 1 else vectors(body, count)

    with Server(busy) as server:
        embed(TEXTS[:1], endpoint(server.url), tmp_path / "v.sqlite", sleep=slept.append)
    assert len(slept) == 1 and 7 <= slept[0] <= 8.75


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"<html>", "no JSON|no vectors"),
        (b"[]", "expected a list"),
        (b'{"data": [{"index": 0, "embedding": "AAAA"}]}', "finite numbers"),
        (b'{"data": [{"index": 0, "embedding": [0, 0]}]}', "not all 0"),
        (b'{"data": [{"index": 0, "embedding": [NaN]}]}', "finite numbers"),
        (b'{"data": []}', "0 embeddings for 1 texts"),
        (b'{"data": [{"index": 4, "embedding": [1]}]}', "1 embeddings for 1 texts"),
    ],
)
def test_a_reply_without_vectors_is_one_line(tmp_path: Path, reply: bytes, said: str) -> None:
    with Server(lambda *_: (200, {}, reply)) as server, pytest.raises(UserError, match=said):
        embed(["x"], endpoint(server.url), tmp_path / "v.sqlite", sleep=lambda _: None)


def test_vectors_of_two_lengths_are_refused(tmp_path: Path) -> None:
    def uneven(body: dict, count: int) -> Reply:
        data = [{"index": n, "embedding": [1.0] * count} for n, _ in enumerate(body["input"])]
        return 200, {}, json.dumps({"data": data}).encode()

    with Server(uneven) as server, pytest.raises(UserError, match="2 lengths"):
        embed(TEXTS, endpoint(server.url), tmp_path / "v.sqlite")


def test_the_ceiling_holds_before_a_batch_is_sent(tmp_path: Path) -> None:
    with Server(vectors) as server, pytest.raises(UserError, match="max_cost"):
        embed(TEXTS, endpoint(server.url, max_cost=1e-6), tmp_path / "v.sqlite")
    assert not server.seen


@pytest.mark.parametrize("status", [401, 404, 400])
def test_what_every_request_would_get_ends_at_once(tmp_path: Path, status: int) -> None:
    with Server(lambda *_: (status, {}, b'{"error": "sk-secret"}')) as server:
        with pytest.raises(UserError, match=f"HTTP {status}") as caught:
            embed(TEXTS, endpoint(server.url), tmp_path / "v.sqlite")
        assert len(server.seen) == 1 and "sk-secret" not in str(caught.value)
