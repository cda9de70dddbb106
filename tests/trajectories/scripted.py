"""An endpoint that plays the writer, the solvers and the judge on the tasks environment, well unless told otherwise."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.core.llm.server import Reply, Server

CHAINS = [
    ("chain-add", ["tasklists_list", "tasks_insert"]),
    ("chain-note", ["tasklists_list", "tasks_list", "tasks_patch"]),
    ("chain-count", ["tasklists_list", "tasks_list"]),
    ("chain-two", ["tasklists_list", "tasks_insert", "tasks_list", "tasks_delete"]),
]
Said = dict | str | list
"""A JSON object, a text as it is, or a list of OpenAI tool calls."""


def call(tool: str, **arguments: object) -> str:
    return f"<tool_call>{json.dumps({'name': tool, 'arguments': arguments})}</tool_call>"


def native(tool: str, arguments: object) -> list:
    return [{"id": "x", "type": "function", "function": {"name": tool, "arguments": arguments}}]


def plan(given: dict) -> Said:
    names = [tool["name"] for tool in given["tools"]]
    cuts = [names[:2], names[2:]] if "tasks_delete" in names and given["most_turns"] > 1 else [names]
    return {
        "persona": "A busy parent",
        "situation": "The week begins and the lists need care.",
        "turns": [{"about": "Put the list right.", "tools": part} for part in cuts if part],
    }


def query(given: dict) -> Said:
    lists = [row["title"] for row in given["state"]["task lists"]]
    first = next(row for row in given["state"]["tasks"] if row["tasklist"] == lists[0])
    text = {
        "tasks_insert": f'Please add "Buy stamps" to my {lists[-1]} list.',
        "tasks_patch": f'Change the notes of "{first["title"]}" in my {lists[0]} list to "Ask Mia first".',
        "tasks_delete": f'Now delete "Buy stamps" from my {lists[-1]} list again.',
        "tasks_list": f"How many tasks are in my {lists[0]} list?",
    }[given["targets"][-1]["name"]]
    return {"query": text, "intent": "The lists are right."}


def refine(given: dict) -> Said:
    changed = given["query"].replace("my Work list", "the list for my job").replace("my Car list", "the list of my car")
    return {"query": changed if changed != given["query"] else f"When you can: {changed}"}


def judge(given: dict) -> Said:
    places = [one["candidate"] for one in given["candidates"]]
    return {
        "verdicts": [{"candidate": place, "passes": True, "why": "all done"} for place in places],
        "ranking": places,
    }


def step(user: str, results: list[dict]) -> Said:
    """The next reply of a solver that knows what it wants. `results`: of this turn's calls so far."""
    wanted = re.search(r"my ([^\"]+?) list|(list for my job|list of my car)", user)
    assert wanted, user
    name = wanted[1] or {"list for my job": "Work", "list of my car": "Car"}[wanted[2]]
    quoted = re.findall(r'"([^"]+)"', user)
    if not results:
        return call("tasklists_list")
    where = next(row["id"] for row in results[0]["items"] if row["title"] == name)
    if "add" in user:
        return f"Done, {name} has it." if results[1:] else call("tasks_insert", tasklist=where, title=quoted[0])
    if not results[1:]:
        return call("tasks_list", tasklist=where)
    if "How many" in user:
        return f"There are {len(results[1]['items'])} tasks."
    if results[2:]:
        return "Done."
    task = next(row["id"] for row in results[1]["items"] if row["title"] == quoted[0])
    if "delete" in user:
        return call("tasks_delete", tasklist=where, task=task)
    return call("tasks_patch", tasklist=where, task=task, notes=quoted[1])


@dataclass
class Script:
    """Each part may be exchanged. `asked` counts the questions of each kind."""

    plan: Callable[[dict], Said] = plan
    query: Callable[[dict], Said] = query
    refine: Callable[[dict], Said] = refine
    judge: Callable[[dict], Said] = judge
    step: Callable[[str, list[dict]], Said] = step
    asked: dict[str, int] = field(default_factory=dict)

    def reply(self, body: dict) -> Said:
        kind = kind_of(body)
        self.asked[kind] = self.asked.get(kind, 0) + 1
        if kind == "solver":
            return self.step(*talk(body))
        return getattr(self, kind)(json.loads(body["messages"][1]["content"]))

    def __call__(self, body: dict, _: int) -> Reply:
        return completion(self.reply(body))


def kind_of(body: dict) -> str:
    rules = body["messages"][0]["content"]
    kinds = {"You plan": "plan", "You are the person": "query", "You put": "refine", "You judge": "judge"}
    return next((kind for start, kind in kinds.items() if rules.startswith(start)), "solver")


def talk(body: dict) -> tuple[str, list[dict]]:
    """The user's last own words, and the results since."""
    messages = body["messages"]
    last = max(
        place for place, one in enumerate(messages) if one["role"] == "user" and not one["content"].startswith("(That")
    )
    results = [json.loads(one["content"]) for one in messages[last:] if one["role"] == "tool"]
    return messages[last]["content"], [one for one in results if "error" not in one]


def completion(said: Said, finish: str = "stop") -> Reply:
    message: dict = {"role": "assistant", "content": json.dumps(said) if isinstance(said, dict) else said}
    if isinstance(said, list):
        message, finish = {"role": "assistant", "content": None, "tool_calls": said}, "tool_calls"
    used = {"prompt_tokens": 100, "completion_tokens": 20}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return 200, {}, json.dumps({"choices": [choice], "usage": used}).encode()


def scripted(**parts: Callable) -> tuple[Script, Server]:
    script = Script(**parts)
    return script, Server(script)
