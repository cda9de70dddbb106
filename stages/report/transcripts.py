"""Dialogues to read: training rows as the model sees them, and what `final` said on held-out tasks.

They are drawn by seed, an environment after the other, never picked.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple, TypeVar

from markupsafe import Markup

from stages.core import dialogues as chat
from stages.core.engine.catalogue import Entry
from stages.core.records import Dialogue
from stages.core.scoring.result import ItemResult
from stages.report.templating import missing, render

T = TypeVar("T")


class Line(NamedTuple):
    """One thing said: `kind` is system, user, call, result, error or answer; a call has the tool's `name`."""

    kind: str
    text: str
    name: str = ""


def drawn(items: Sequence[T], place: Callable[[T], str], wanted: int, rng: Random) -> list[T]:
    """`wanted` of the items, shuffled, one from each place in turn, so that no place stands for all."""
    shuffled = list(items)
    rng.shuffle(shuffled)
    by_place: dict[str, list[T]] = {}
    for item in shuffled:
        by_place.setdefault(place(item), []).append(item)
    found: list[T] = []
    while len(found) < wanted and any(by_place.values()):
        for waiting in by_place.values():
            if waiting and len(found) < wanted:
                found.append(waiting.pop())
    return found


def lines(messages: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Messages in the Hugging Face shape, line by line and word for word."""
    said: list[Line] = []
    for message in messages:
        role, content = message.get("role"), message.get("content")
        text = content if isinstance(content, str) else "" if content is None else _json(content)
        if role == "tool":
            said.append(Line("error" if text.startswith('{"error":') else "result", text))
        elif role == "assistant":
            if text:
                said.append(Line("answer", text))
            for call in message.get("tool_calls") or ():
                function = call.get("function", call)
                said.append(Line("call", _json(function.get("arguments", {})), str(function.get("name", ""))))
        else:
            said.append(Line("system" if role == "system" else "user", text))
    return said


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def training(dialogues: Sequence[Dialogue], catalogue: Mapping[str, Entry], wanted: int, rng: Random) -> Markup:
    """Dialogues of the training split with calls, results and goals, verbatim."""
    rows = [row for row in dialogues if row.split == "train" and row.environment in catalogue]
    if not rows:
        return missing("trajectories")
    shown = []
    for dialogue in drawn(rows, lambda row: row.environment, wanted, rng):
        environment = catalogue[dialogue.environment].environment
        shown.append(
            {
                "id": dialogue.id,
                "title": environment.title,
                "turns": len(dialogue.turns),
                "calls": sum(len(turn.calls) for turn in dialogue.turns),
                "tools": [environment.tool(name) for name in dialogue.tools],
                "lines": lines(chat.messages(dialogue, environment)),
                "wordings": [turn.template for turn in dialogue.turns],
            }
        )
    return render("dialogues", shown=shown, total=len(rows))


def own(
    results: Sequence[ItemResult],
    dialogues: Sequence[Dialogue],
    catalogue: Mapping[str, Entry],
    wanted: int,
    rng: Random,
) -> Markup:
    """What the model did on held-out tasks, right and wrong as drawn, beside the reference's calls."""
    if not results:
        return missing("evaluation")
    tasks = {dialogue.id: dialogue for dialogue in dialogues}
    shown = []
    for result in drawn(results, lambda item: item.cluster, wanted, rng):
        task = tasks.get(result.id)
        entry = catalogue.get(result.cluster)
        output = result.output
        said = lines([m for m in output if isinstance(m, Mapping)]) if isinstance(output, list) else None
        shown.append(
            {
                "id": result.id,
                "title": entry.environment.title if entry else result.cluster,
                "passed": result.passed,
                "reason": result.detail,
                "lines": said if said is not None else [Line("answer", str(output))],
                "reference": _reference(task) if task else [],
                "asked": len(task.turns) if task else 0,
            }
        )
    return render("own", shown=shown, passed=sum(item.passed for item in results), total=len(results))


def _reference(task: Dialogue) -> list[Line]:
    """What the task's reference does, and what an answer must say."""
    said: list[Line] = []
    for turn in task.turns:
        said.append(Line("user", turn.user))
        said += [Line("call", _json(call.arguments), call.tool) for call in turn.calls]
        said.append(Line("answer", turn.answer))
    return said
