"""A case played: what comes of each call and what is left behind, held to what the author foretold."""

from typing import Any

from stages.core.engine import Session
from stages.core.engine.digest import State
from stages.core.records import Environment, Tool, canonical
from stages.environments.authoring.claims import differs, keyed
from stages.environments.authoring.mistakes import Mistake
from stages.environments.authoring.replies import Case

FAULTS = frozenset({"INTERNAL", "RESOURCE_EXHAUSTED"})
"""Errors that no case may expect: the program is at fault."""


def played(environment: Environment, session: Session | None, case: Case) -> list[Mistake]:
    """What goes otherwise than the case says."""
    if session is None:
        return [Mistake("case", f"scenario {case.scenario}", "there is no such scenario, or it does not load")]
    session.reset()
    start = session.state()
    found = []
    tools = {tool.name: tool for tool in environment.tools}
    for call in case.calls:
        before, moment = session.state(), session.meta()
        result = session.call(call.tool, dict(call.arguments))
        place = f"{call.tool} {canonical(call.arguments)[:120]}"
        if result.error in FAULTS:
            return [*found, Mistake("program", place, f"{result.error}: {result.message}"[:240])]
        came = canonical(result.value) if result.ok else f"{result.error}: {result.message}"
        if result.ok != (call.error is None) or (call.error is not None and result.error != call.error):
            found.append(Mistake("case", place, f"expected {call.error or 'success'}, came {came[:160]}"))
        elif result.ok and call.value is not None and not within(call.value, result.value):
            found.append(Mistake("case", place, f"expected at least {canonical(call.value)[:160]}, came {came[:160]}"))
        if result.ok:
            belied = _time(tools[call.tool], before != session.state(), moment != session.meta())
            belied = belied or differs(
                environment, tools[call.tool], call.arguments, result.value, before, session.state()
            )
            found += [Mistake("claim", place, belied[:240])] if belied else []
    return found or left(environment, start, session, case)


def _time(tool: Tool, changed: bool, ticked: bool) -> str | None:
    """Only writes tick, and a write that changed anything does."""
    if not tool.writes and (changed or ticked):
        return "it says that it only reads, and changed the state or the clock"
    return "it changed the state, and _meta.now stood still" if changed and not ticked else None


def within(wanted: Any, given: Any) -> bool:
    """Whether a value holds all of another: objects at least these properties, lists as many items, each holding its own."""
    if isinstance(wanted, dict):
        return isinstance(given, dict) and all(key in given and within(wanted[key], given[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(given, list) and len(wanted) == len(given) and all(map(within, wanted, given))
    return isinstance(wanted, bool) == isinstance(given, bool) and wanted == given


def left(environment: Environment, start: State, session: Session, case: Case) -> list[Mistake]:
    """The end state held to `rows` and `gone`: what they name is there, and nothing else has changed."""
    found, end = [], session.state()
    for name in sorted({*case.rows, *case.gone} - set(end)):
        found.append(Mistake("case", name[:80], "there is no such table"))
    for table in environment.tables:
        old, new = keyed(table, start), keyed(table, end)
        changed = [row for key, row in new.items() if old.get(key) != row]
        wanted = case.rows.get(table.name, ())
        for part in wanted:
            if not any(within(part, row) for row in new.values()):
                found.append(Mistake("case", table.name, f"no row holds {canonical(part)[:160]}"))
        for row in changed:
            if not any(within(part, row) for part in wanted):
                found.append(
                    Mistake("case", table.name, f"a row changed that the case does not name: {canonical(row)[:160]}")
                )
        gone = {key for key in old if key not in new}
        if gone != set(case.gone.get(table.name, ())):
            listed = canonical(sorted(map(str, gone)))
            found.append(Mistake("case", table.name, f"rows gone: {listed[:120]}, not what the case names"))
    return found
