"""A pharmacy with refills as a good author would write it, and the loop played without a network."""

import copy
import json
from collections.abc import Callable
from typing import Any

from stages.core.llm.request import Answer, Failure
from stages.core.records import Source
from stages.environments.authoring import prompts
from stages.environments.authoring.loop import Ask, Bounds, Outcome, Task, write
from stages.environments.authoring.replies import Proposal
from stages.environments.authoring.written import About
from stages.environments.gate import Settings

SOURCE = Source(package="author", version="m", path="pharmacy", sha256="0" * 64, licence="none")
ABOUT = About("authored-pharmacy", "commerce", "author", "train", SOURCE, 0)
IDEA = Task(ABOUT, "a pharmacy with refills", None)
BOUNDS = Bounds(8, 2, 3)
SETTINGS = Settings(11, 6, 0.95)
TICK = {"let": "UPDATE _meta SET now = strftime('%Y-%m-%dT%H:%M:%SZ', now, '+1 minute') RETURNING now"}
ID = {"type": "string", "description": "Id of the prescription."}


def _schema(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def _there(table: str, argument: str, noun: str) -> dict[str, str]:
    sql = f"SELECT 1 FROM {table} WHERE id = :args->>'$.{argument}'"
    return {"require": sql, "error": "NOT_FOUND", "message": f"no {noun} {{{argument}}}"}


PROPOSAL: dict[str, Any] = {
    "title": "Pharmacy",
    "description": "Prescriptions of a pharmacy's patients and the refills they ask for.",
    "tools": [
        {"name": "list_prescriptions", "description": "List prescriptions.", "writes": False,
         "parameters": _schema([], patient={"type": "string", "description": "Name of the patient."})},
        {"name": "get_prescription", "description": "Show a prescription.", "writes": False,
         "parameters": _schema(["prescription_id"], prescription_id=ID)},
        {"name": "request_refill", "description": "Ask for a refill; fails when none is left.", "writes": True,
         "parameters": _schema(["prescription_id"], prescription_id=ID, note={"type": "string"})},
        {"name": "cancel_refill", "description": "Cancel a refill that was not picked up.", "writes": True,
         "parameters": _schema(["refill_id"], refill_id={"type": "string"})},
    ],
}  # fmt: skip


def column(name: str, kind: str = "text", type: str = "TEXT", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type, "kind": kind, "required": True, **more}


TABLES: list[dict[str, Any]] = [
    # The child first: the order is not the author's to know.
    {"name": "refill", "noun": "refill", "plural": "refills", "label": None, "minted": True, "parent": "prescription",
     "columns": [column("id", "key"), column("prescription_id", "parent", references="prescription"),
                 column("status", "enum", one_of=["requested", "cancelled"]), column("note", required=False),
                 column("requested", "time", clock=True)]},
    {"name": "prescription", "noun": "prescription", "plural": "prescriptions", "label": "drug", "minted": True,
     "columns": [column("id", "key"), column("drug"), column("patient"), column("refills_left", "number", "INTEGER")]},
]  # fmt: skip
for _table in TABLES:
    for _column in _table["columns"]:
        _column["required"] = _column["name"] != "note"

_PRESCRIPTION = "json_object('id', id, 'drug', drug, 'patient', patient, 'refills_left', refills_left)"
_REFILL = (
    "json_patch('{}', json_object('id', id, 'prescription_id', prescription_id, 'status', status, 'note', note, "
    "'requested', requested))"
)
TOOLS: dict[str, Any] = {
    "list_prescriptions": {
        "table": "prescription", "verb": "list", "items": "prescriptions", "filters": {"patient": "patient"},
        "program": [{"return": f"SELECT json_object('prescriptions', json_group_array({_PRESCRIPTION} ORDER BY id)) FROM "
                               "prescription WHERE :args->>'$.patient' IS NULL OR patient = :args->>'$.patient'"}],
    },
    "get_prescription": {
        "table": "prescription", "verb": "get", "key_parameter": "prescription_id",
        "program": [_there("prescription", "prescription_id", "prescription"),
                    {"return": f"SELECT {_PRESCRIPTION} FROM prescription WHERE id = :args->>'$.prescription_id'"}],
    },
    "request_refill": {
        "table": "refill", "verb": "create", "parents": {"prescription_id": "prescription"}, "fields": {"note": "note"},
        "program": [
            _there("prescription", "prescription_id", "prescription"),
            {"require": "SELECT 1 FROM prescription WHERE id = :args->>'$.prescription_id' AND refills_left > 0",
             "error": "FAILED_PRECONDITION", "message": "no refill is left"},
            {"let": "UPDATE _meta SET next_id = next_id + 1 RETURNING 'r' || next_id AS id"},
            TICK,
            {"run": "INSERT INTO refill(id, prescription_id, status, note, requested) VALUES (:id, "
                    ":args->>'$.prescription_id', 'requested', :args->>'$.note', :now)"},
            {"run": "UPDATE prescription SET refills_left = refills_left - 1 WHERE id = :args->>'$.prescription_id'"},
            {"return": f"SELECT {_REFILL} FROM refill WHERE id = :id"},
        ],
    },
    "cancel_refill": {
        "table": "refill", "program": [
            _there("refill", "refill_id", "refill"),
            {"require": "SELECT 1 FROM refill WHERE id = :args->>'$.refill_id' AND status = 'requested'",
             "error": "FAILED_PRECONDITION", "message": "refill {refill_id} is cancelled already"},
            TICK,
            {"run": "UPDATE refill SET status = 'cancelled' WHERE id = :args->>'$.refill_id'"},
            {"return": f"SELECT {_REFILL} FROM refill WHERE id = :args->>'$.refill_id'"},
        ],
    },
}  # fmt: skip
DRAFT = {"tables": TABLES, "tools": TOOLS}

_ROWS = [
    {"id": "p1", "drug": "Amoxicillin", "patient": "Ines Abt", "refills_left": 2},
    {"id": "p2", "drug": "Metformin", "patient": "Ines Abt", "refills_left": 0},
    {"id": "p3", "drug": "Lisinopril", "patient": "Tom Orr", "refills_left": 5},
]
_REFILLS = [
    {"id": "r7", "prescription_id": "p1", "status": "requested", "note": None, "requested": "2026-02-28T10:00:00Z"},
    {
        "id": "r8",
        "prescription_id": "p3",
        "status": "cancelled",
        "note": "call me",
        "requested": "2026-03-01T10:00:00Z",
    },
    {"id": "r9", "prescription_id": "p3", "status": "requested", "note": None, "requested": "2026-03-01T11:00:00Z"},
]
STATES: dict[str, Any] = {
    "scenarios": [
        {"name": "medium", "complexity": "medium", "description": "Two patients.",
         "tables": {"prescription": _ROWS, "refill": _REFILLS}},
        {"name": "empty", "complexity": "boundary", "description": "Nothing yet.", "tables": {}},
        {"name": "lost", "complexity": "simple", "description": "A refill of nothing.", "expect": "validation_error",
         "tables": {"refill": _REFILLS[:1]}},
    ]
}  # fmt: skip


def case(kind: str, *calls: tuple[Any, ...], scenario: str = "medium", **left: Any) -> dict[str, Any]:
    told = [
        {"tool": tool, "arguments": arguments, ("error" if isinstance(came, str) else "value"): came}
        for tool, arguments, came in calls
    ]
    return {"scenario": scenario, "kind": kind, "calls": told, **left}


CASES: dict[str, Any] = {
    "cases": [
        case("valid", ("list_prescriptions", {}, {"prescriptions": [{"id": "p1"}, {"id": "p2"}, {"id": "p3"}]})),
        case("valid", ("list_prescriptions", {"patient": "Ines Abt"}, {"prescriptions": [{"id": "p1"}, {"id": "p2"}]})),
        case("boundary", ("list_prescriptions", {}, {"prescriptions": []}), scenario="empty"),
        case("error", ("list_prescriptions", {"patient": 7}, "INVALID_ARGUMENT")),
        case("valid", ("get_prescription", {"prescription_id": "p2"}, {"drug": "Metformin", "refills_left": 0})),
        case("error", ("get_prescription", {"prescription_id": "p9"}, "NOT_FOUND")),
        case("valid",
             ("request_refill", {"prescription_id": "p1", "note": "soon"}, {"status": "requested", "note": "soon"}),
             ("get_prescription", {"prescription_id": "p1"}, {"refills_left": 1}),
             rows={"refill": [{"prescription_id": "p1", "note": "soon", "requested": "2026-03-02T09:01:00Z"}],
                   "prescription": [{"id": "p1", "refills_left": 1}]}),
        case("error", ("request_refill", {"prescription_id": "p2"}, "FAILED_PRECONDITION")),
        case("error", ("request_refill", {"prescription_id": "p2x"}, "NOT_FOUND")),
        case("valid", ("cancel_refill", {"refill_id": "r9"}, {"id": "r9", "status": "cancelled"}),
             rows={"refill": [{"id": "r9", "status": "cancelled"}]}),
        case("boundary",
             ("cancel_refill", {"refill_id": "r7"}, {"status": "cancelled"}),
             ("cancel_refill", {"refill_id": "r7"}, "FAILED_PRECONDITION"),
             ("request_refill", {"prescription_id": "p3"}, {"id": "r101", "requested": "2026-03-02T09:02:00Z"}),
             ("request_refill", {"prescription_id": "p3"}, {"id": "r102"}),
             rows={"refill": [{"id": "r7", "status": "cancelled"}, {"id": "r101"}, {"id": "r102"}],
                   "prescription": [{"id": "p3", "refills_left": 3}]}),
        case("error", ("cancel_refill", {"refill_id": "nowhere"}, "NOT_FOUND")),
    ]
}  # fmt: skip

RULES = {
    "propose": prompts.PROPOSE,
    "write": prompts.WRITE,
    "scenarios": prompts.STATES,
    "cases": prompts.CASES,
    "revise": prompts.REVISE,
}
GOOD: dict[str, Any] = {"propose": PROPOSAL, "write": DRAFT, "scenarios": STATES, "cases": CASES}


def good() -> dict[str, Any]:
    """A copy of the good author's replies, to be spoilt."""
    return copy.deepcopy(GOOD)


def step_of(messages: Any) -> str:
    """Which step of the loop a question belongs to."""
    return next(step for step, rules in RULES.items() if messages[0]["content"] == rules)


def told(messages: Any) -> dict[str, Any]:
    """What the author was given at a step."""
    return json.loads(messages[1]["content"])


def answer(said: Any, finish: str = "stop") -> Answer:
    text = said if isinstance(said, str) else json.dumps(said)
    return Answer(key="k", text=text, finish=finish, prompt_tokens=1, new_tokens=1)


Author = Callable[[str, Ask, int], Any]
"""(step, question, how often that step was asked before) -> a reply as text, JSON, Answer or Failure."""


def play(author: Author, task: Task = IDEA, bounds: Bounds = BOUNDS, settings: Settings = SETTINGS) -> Outcome:
    """The loop with that author, to its end."""
    talk, counts = write(task, bounds, settings), dict.fromkeys(RULES, 0)
    ask = next(talk)
    while True:
        step = step_of(ask.messages)
        said = author(step, ask, counts[step])
        counts[step] += 1
        try:
            ask = talk.send(said if isinstance(said, Answer | Failure) else answer(said))
        except StopIteration as end:
            return end.value


def scripted(replies: dict[str, Any], *revisions: Any) -> Author:
    """The same reply at a step however often it is asked; revisions in their order, the last one again and again."""

    def author(step: str, ask: Ask, count: int) -> Any:
        return revisions[min(count, len(revisions) - 1)] if step == "revise" else replies[step]

    return author


PROPOSED = Proposal.model_validate(PROPOSAL)
