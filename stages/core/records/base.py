"""What every record shares: immutability, no unknown fields, an id that hashes its content only."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue


class Record(BaseModel):
    """One line of a JSON Lines file. Frozen; an unknown key is an error and names itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, UTF-8 kept. Used wherever bytes are hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_id(kind: str, value: JsonValue | dict | list) -> str:
    """`kind-` and 16 hex digits of the sha256 of the canonical JSON of `value`.

    Only content goes in, never a position or a parameter, so the id survives reordering and reruns.
    """
    return f"{kind}-{hashlib.sha256(canonical(value).encode()).hexdigest()[:16]}"


class Rejected(Record):
    """A row that was refused. `reason` is a short code (`over_context`), `detail` says what was seen."""

    id: str
    reason: str
    detail: str = ""
