"""What is said on the line: requests as JSON, and answers sorted into values and named errors."""

import json
from typing import Any

from stages.core.engine.classes.wire import LARGEST, Wire
from stages.core.engine.faults import StateLost
from stages.core.engine.scenario import ScenarioRefused


class ClassFault(RuntimeError):
    """A class's own code failed outside a call: its objects cannot be copied, or not be shown. Nothing is lost."""


def written(value: Any) -> bytes:
    """Strict JSON in UTF-8. Raises TypeError, ValueError (NaN, lone surrogates, over LARGEST) or RecursionError."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    if len(text) > LARGEST:
        raise ValueError(f"more than {LARGEST} bytes")
    return text


def asked(wire: Wire, request: bytes) -> Any:
    """One request, one value. Raises ScenarioRefused, ClassFault or StateLost."""
    return understood(wire, wire.ask(request))


def understood(wire: Wire, answer: bytes) -> Any:
    """The value of an answer. Raises as `asked` does; a process whose answers cannot be read is ended."""
    try:
        found = json.loads(answer, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise wire.end("an answer that is not JSON") from None
    match found:
        case {"ok": value}:
            return value
        case {"fault": ["REFUSED", str(words)]}:
            raise ScenarioRefused("classes", " ".join(words.split()))
        case {"fault": ["BROKEN", str(words)]}:
            raise ClassFault(words)
        case {"fault": ["CLOSED", str(words)]}:
            raise StateLost(words)
    raise wire.end("an answer of no known shape")


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
