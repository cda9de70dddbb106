"""Vectors of an OpenAI-compatible `/embeddings` endpoint: in batches, each kept as it arrives, so none is paid for twice.

Retries wait as those of `client` do. A reply that is not one list of numbers a text is a mistake of the server's that
another try would repeat: it ends the run in one line.
"""

import math
import os
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import openai

from stages.core.errors import UserError
from stages.core.llm.attempt import AGAIN, FOR_ALL
from stages.core.llm.client import address, key
from stages.core.llm.waiting import Patience, retry_after
from stages.core.params.llm import Embedder
from stages.core.progress import track
from stages.core.records import content_id
from stages.core.stage import CACHE

PLACE = CACHE / "llm" / "vectors.sqlite"
"""From the project's folder, beside the answers."""


def embed(
    texts: Sequence[str],
    endpoint: Embedder,
    place: Path = PLACE,
    *,
    seed: int = 0,
    sleep: Callable[[float], None] = time.sleep,
) -> np.ndarray:
    """Vectors (len(texts), d) float32, each of length 1.

    Args:
        texts: any; equal ones are asked for once.
        endpoint: where.
        place: the file that keeps vectors by model and text.
        seed: feeds the jitter of waits alone.
        sleep: the waiting itself, so that a test need not wait.

    Raises:
        UserError: no usable key or address, a ceiling that the next batch could pass, no answer within the endpoint's
            patience, or a reply that is not a list of numbers a text, all of one length.
    """
    store = _open(place)
    try:
        kept = {text: found for text in texts if (found := _get(store, endpoint, text)) is not None}
        todo = [text for text in dict.fromkeys(texts) if text not in kept]
        batches = [todo[at : at + endpoint.batch] for at in range(0, len(todo), endpoint.batch)]
        spent = 0.0
        secret = key(endpoint.key_variable) if batches else "none"
        url, timeout = address(endpoint.base_url), endpoint.timeout
        jitter = random.Random(seed)
        with openai.OpenAI(base_url=url, api_key=secret, max_retries=0, timeout=timeout) as client:
            for batch in track(batches, "embeddings", "asking", total=len(batches), unit="batch"):
                # A token a byte is the most that any tokenizer makes of a text.
                most = sum(len(text.encode()) for text in batch) * endpoint.price / 1e6
                if endpoint.max_cost is not None and spent + most > endpoint.max_cost:
                    raise UserError(
                        "max_cost", f"{spent:.4f} spent, {len(todo)} texts wanted; vectors that came are kept"
                    )
                vectors, tokens = _parse(_post(client, endpoint, batch, jitter, sleep), len(batch), endpoint)
                spent += tokens * endpoint.price / 1e6 if tokens is not None else most
                for text, vector in zip(batch, vectors, strict=True):
                    _put(store, endpoint, text, vector)
                    kept[text] = vector
    finally:
        store.close()
    lengths = {len(vector) for vector in kept.values()}
    if len(lengths) > 1:
        raise UserError(endpoint.base_url, f"vectors of {len(lengths)} lengths for one model: {sorted(lengths)}")
    rows = np.stack([kept[text] for text in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _post(
    client: openai.OpenAI, endpoint: Embedder, batch: list[str], jitter: random.Random, sleep: Callable[[float], None]
) -> object:
    patience, why = Patience(endpoint.patience, jitter), ""
    for _ in range(endpoint.attempts):
        asked = None
        try:
            body = {"model": endpoint.model, "input": batch, "encoding_format": "float"}
            return client.post("/embeddings", body=body, cast_to=dict[str, object])
        except openai.APIConnectionError:
            why = "no answer"
        except openai.APIStatusError as error:
            status, asked = error.status_code, retry_after(error.response.headers)
            if status in FOR_ALL or not (status == 429 or status >= 500 or status in AGAIN):
                # The body is not repeated: providers quote the key in it.
                raise UserError(endpoint.base_url, f"HTTP {status}: {FOR_ALL.get(status, 'refused')}") from None
            why = f"HTTP {status}"
        except (openai.APIResponseValidationError, ValueError):
            raise UserError(endpoint.base_url, "no JSON in the reply to /embeddings") from None
        wait = patience.wait(asked)
        if wait is None:
            break
        sleep(wait)
    raise UserError(endpoint.base_url, f"no vectors ({why}); those that came are kept, so a further run asks the rest")


def _parse(reply: object, count: int, endpoint: Embedder) -> tuple[list[np.ndarray], int | None]:
    """The vectors in the order of the texts, and the tokens of the bill. Raises UserError."""
    data = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise UserError(endpoint.base_url, "no embeddings: expected a list `data` of objects")
    by_index = {one.get("index", place): one.get("embedding") for place, one in enumerate(data)}
    if sorted(by_index, key=str) != sorted(range(count), key=str):
        raise UserError(endpoint.base_url, f"{len(data)} embeddings for {count} texts")
    vectors = []
    for place in range(count):
        found = by_index[place]
        numbers = isinstance(found, list) and found and all(type(x) in (int, float) and math.isfinite(x) for x in found)
        if not numbers or not any(found):  # pyright: ignore[reportArgumentType]
            raise UserError(endpoint.base_url, f"embedding {place}: expected a list of finite numbers, not all 0")
        vectors.append(np.asarray(found, np.float32))
    usage = reply.get("usage") if isinstance(reply, dict) else None
    tokens = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return vectors, tokens if isinstance(tokens, int) else None


def _open(place: Path) -> sqlite3.Connection:
    place.parent.mkdir(parents=True, exist_ok=True)
    store = sqlite3.connect(os.fspath(place), timeout=60, isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = FULL")
    store.execute("CREATE TABLE IF NOT EXISTS vectors(key TEXT PRIMARY KEY, vector BLOB NOT NULL) STRICT")
    return store


def _key(endpoint: Embedder, text: str) -> str:
    return content_id("vector", [endpoint.base_url, endpoint.model, text])


def _get(store: sqlite3.Connection, endpoint: Embedder, text: str) -> np.ndarray | None:
    row = store.execute("SELECT vector FROM vectors WHERE key = ?", (_key(endpoint, text),)).fetchone()
    return None if row is None else np.frombuffer(row[0], "<f4")


def _put(store: sqlite3.Connection, endpoint: Embedder, text: str, vector: np.ndarray) -> None:
    blob = vector.astype("<f4").tobytes()
    store.execute("INSERT OR IGNORE INTO vectors VALUES (?, ?)", (_key(endpoint, text), blob))
