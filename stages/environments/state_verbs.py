"""Operations that put a row into a state: cancel, pause and resume, start and stop, and their like. One table of rules.

A rule applies where the row's own schema lists a state that the verb names (`cancel`: CANCELLED), or has the flag it
turns (`disable`: `enabled`). The description alone decides: a verb whose state is nowhere listed is left out, since what
it does could then not be seen. Rows begin in the first listed state that a new thing is in.
"""

import re
from typing import NamedTuple

from stages.core.records import Field, Scalar
from stages.environments.drafts import Draft, Use
from stages.environments.fields import MAX_ENUM, values
from stages.environments.nouns import words
from stages.environments.sentences import PARAMETER, short
from stages.environments.shapes import EntityShape, FieldShape


class Rule(NamedTuple):
    """Verbs that mean one thing, the states they lead to (the first that is listed counts), and the flag they turn."""

    verbs: tuple[str, ...]
    states: tuple[str, ...]
    flag: tuple[str, bool] | None = None


RULES = (
    Rule(("cancel", "abort"), ("CANCELLED", "CANCELED", "ABORTED", "CANCELLING", "CANCELING")),
    Rule(("pause",), ("PAUSED", "SUSPENDED", "PAUSED_BY_BUYER"), ("paused", True)),
    Rule(("resume", "unpause"), ("RUNNING", "ACTIVE", "ENABLED", "RESUMED", "STARTED"), ("paused", False)),
    Rule(("start", "run"), ("RUNNING", "STARTED", "ACTIVE", "IN_PROGRESS", "ENABLED", "IN_SERVICE", "STARTING")),
    Rule(("stop", "shutdown"), ("STOPPED", "INACTIVE", "TERMINATED", "STOPPING", "DISABLED")),
    Rule(("enable",), ("ENABLED", "ACTIVE", "ENABLE", "OPERATIONAL"), ("enabled", True)),
    Rule(("disable",), ("DISABLED", "INACTIVE", "DISABLE"), ("enabled", False)),
    Rule(("activate",), ("ACTIVE", "ACTIVATED", "ENABLED"), ("active", True)),
    Rule(("deactivate",), ("INACTIVE", "DEACTIVATED", "DISABLED"), ("active", False)),
    Rule(("archive",), ("ARCHIVED",), ("archived", True)),
    Rule(("unarchive", "restore", "reactivate"), ("ACTIVE", "ENABLED", "AVAILABLE"), ("archived", False)),
    Rule(("suspend",), ("SUSPENDED",), ("suspended", True)),
    Rule(("unsuspend",), ("ACTIVE", "ENABLED"), ("suspended", False)),
    Rule(("publish",), ("PUBLISHED", "LIVE", "ACTIVE"), ("published", True)),
    Rule(("unpublish",), ("UNPUBLISHED", "DRAFT"), ("published", False)),
    Rule(("complete", "finish", "end"), ("COMPLETED", "COMPLETE", "FINISHED", "DONE", "ENDED", "SUCCEEDED")),
    Rule(("close",), ("CLOSED", "RESOLVED"), ("closed", True)),
    Rule(("open", "reopen"), ("OPEN", "OPENED", "REOPENED"), ("closed", False)),
    Rule(("approve",), ("APPROVED",), ("approved", True)),
    Rule(("reject", "deny"), ("REJECTED", "DENIED"), ("approved", False)),
    Rule(("accept",), ("ACCEPTED", "ACTIVE")),
    Rule(("decline",), ("DECLINED", "REJECTED")),
    Rule(("revoke",), ("REVOKED",), ("revoked", True)),
    Rule(("lock",), ("LOCKED",), ("locked", True)),
    Rule(("unlock",), ("UNLOCKED",), ("locked", False)),
    Rule(("hide",), ("HIDDEN",), ("hidden", True)),
    Rule(("unhide", "show"), ("VISIBLE", "SHOWN"), ("hidden", False)),
    Rule(("mute",), ("MUTED",), ("muted", True)),
    Rule(("unmute",), ("UNMUTED",), ("muted", False)),
    Rule(("terminate",), ("TERMINATED", "TERMINATING")),
    Rule(("deregister",), ("DEREGISTERED",)),
    Rule(("deprecate",), ("DEPRECATED",), ("deprecated", True)),
    Rule(("undeprecate",), ("REGISTERED", "ACTIVE"), ("deprecated", False)),
    Rule(("deploy",), ("DEPLOYED",), ("deployed", True)),
    Rule(("undeploy",), ("UNDEPLOYED",), ("deployed", False)),
    Rule(("provision",), ("PROVISIONED",)),
    Rule(("deprovision",), ("DEPROVISIONED",)),
    Rule(("connect",), ("CONNECTED",), ("connected", True)),
    Rule(("disconnect",), ("DISCONNECTED",), ("connected", False)),
    Rule(("block",), ("BLOCKED",), ("blocked", True)),
    Rule(("unblock",), ("UNBLOCKED",), ("blocked", False)),
    Rule(("acknowledge",), ("ACKNOWLEDGED",), ("acknowledged", True)),
    Rule(("destroy",), ("DESTROY_SCHEDULED", "DESTROYED")),
    Rule(("wipe",), ("WIPED",)),
    Rule(("revert",), ("DRAFT",)),
    Rule(("merge",), ("MERGED",)),
    Rule(("commit",), ("COMMITTED",)),
    Rule(("prepare",), ("PREPARED",)),
    Rule(("finalize",), ("FINALIZED",)),
    Rule(("appeal",), ("APPEALED",)),
    Rule(("refund",), ("REFUNDED",)),
    Rule(("hibernate",), ("HIBERNATED",)),
    Rule(("turnin",), ("TURNED_IN",)),
    Rule(("return",), ("RETURNED",)),
    Rule(("reclaim",), ("RECLAIMED", "RECLAIMED_BY_STUDENT")),
)
_SAVED = ("restore", "DESTROY_SCHEDULED", "DISABLED")
"""What was to be destroyed comes back, but not into use: keys."""
_BY_VERB = {verb: rule for rule in RULES for verb in rule.verbs}
_BEGIN = (
    "ACTIVE", "ENABLED", "ENABLE", "RUNNING", "READY", "AVAILABLE", "OPEN", "CREATED", "STARTED", "NEW", "DRAFT",
    "PENDING", "PUBLISHED", "IN_PROGRESS", "QUEUED", "SCHEDULED", "STOPPED",
    "NOT_PREPARED", "DEPROVISIONED", "DISCONNECTED", "OPERATIONAL",
)  # fmt: skip
_NAMES = ("state", "status", "lifecycle")


class Turn(NamedTuple):
    """What a verb does to a row: this field takes this value, as the API writes it."""

    field: Field
    value: str | bool


def verb_of(name: str) -> str | None:
    """The verb of our table that an operation's word is, in any case: `Pause`, `pause`."""
    return name.lower() if name.lower() in _BY_VERB else None


def turn(verb: str, item: Field) -> Turn | None:
    """What the verb does to rows described by `item`; None where the description does not let it be seen."""
    rule = _BY_VERB[verb]
    for field in item.properties:
        if _is_state(field) and len(values(field)) > 1:
            listed = {_bare(value, field): str(value) for value in values(field)}
            saved = verb == _SAVED[0] and _SAVED[1] in listed
            states = _SAVED[2:] if saved else rule.states
            found = next((listed[state] for state in states if state in listed), None)
            if found is not None:
                return Turn(field, found)
    if rule.flag:
        name, value = rule.flag
        for field in item.properties:
            low = field.name.lower().removeprefix("is").strip("_")
            if field.type == "boolean" and low == name:
                return Turn(field, value)
            if field.type == "boolean" and name == "enabled" and low == "disabled":
                return Turn(field, not value)
    return None


def _is_state(field: Field) -> bool:
    return field.type == "string" and bool(field.enum) and bool(set(_NAMES) & set(words(field.name)[-1:]))


def _bare(value: object, field: Field) -> str:
    """`BUILD_STATE_RUNNING` and `Running` are RUNNING."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(value)).upper().replace("-", "_").replace(" ", "_")
    prefix = re.match(r"(?:[A-Z0-9]+_)*?(?:STATE|STATUS)_", text)
    return text[prefix.end() :] if prefix else text


def columns(draft: Draft) -> list[FieldShape]:
    """The columns that a resource's state verbs turn."""
    turns: dict[str, list[Turn]] = {}
    for use in draft.actions:
        found = turn(use.word, draft.item)
        if found is not None:
            turns.setdefault(found.field.name, []).append(found)
    return [_column(each[0].field, each) for each in turns.values()]


def sets(use: Use, draft: Draft, entity: EntityShape) -> dict[str, Scalar] | None:
    """What a state verb writes, as stored; None where the entity has no column that could take it."""
    found = turn(use.word, draft.item)
    field = next((f for f in entity.fields if found and f.name == found.field.name), None)
    if found is None or field is None or field.kind not in ("enum", "boolean"):
        return None
    if field.kind == "enum" and found.value not in field.one_of:
        return None
    return {field.name: int(found.value) if isinstance(found.value, bool) else found.value}


def _column(field: Field, turns: list[Turn]) -> FieldShape:
    """The column that the verbs turn, written by nothing else: a flag that begins unset, or a state.

    Of a long list of states only those are kept that a row begins in or a verb leads to, then the first others.
    """
    said = short(field.description, PARAMETER)
    common = {"name": field.name, "description": said, "required": True, "read_only": field.read_only}
    if field.type == "boolean":
        begin: Scalar = int(any(word in field.name.lower() for word in ("enabled", "active")))
        return FieldShape.model_validate(
            common | {"kind": "boolean", "type": "INTEGER", "json_schema": {"type": "boolean"}, "default": begin}
        )
    listed = [str(value) for value in values(field)]
    bare = {_bare(value, field): value for value in listed}
    first = next((bare[state] for state in _BEGIN if state in bare), listed[0])
    reached = list(dict.fromkeys([first, *(str(each.value) for each in turns)]))
    kept = [*reached, *(value for value in listed if value not in reached)][: max(MAX_ENUM, len(reached))]
    return FieldShape.model_validate(
        common
        | {
            "kind": "enum",
            "type": "TEXT",
            "json_schema": {"type": "string", "enum": sorted(kept, key=listed.index)},
            "one_of": sorted(kept, key=listed.index),
            "default": first,
        }
    )
