"""Working a turn out on the engine: calls are really made, and each argument remembers where its value came from.

A `Draft` follows one dialogue. It knows every key that earlier results showed, so a key is looked up once; what it
does not know it finds as the model must: list the parents, then the children, and read the key off the row.
"""

from collections.abc import Collection
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.engine import Session
from stages.core.records import Call, Environment, Outcome, Span, Tool
from stages.core.rollouts.goal import shows
from stages.trajectories.columns import listed
from stages.trajectories.world import Ref, World


class Refused(Exception):
    """This turn cannot be worked out. `reason` is a short code, `detail` what was seen."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Bound(NamedTuple):
    """An argument's value with its origin: the user's words, or a place in an earlier result."""

    value: JsonValue
    text: str | None = None
    path: str | None = None
    call_index: int | None = None


def said(value: JsonValue, text: str) -> Bound:
    """A value that the user's `text` states."""
    return Bound(value, text=text)


def at(value: JsonValue, path: str) -> JsonValue:
    """The value at a dotted path (`items.0.id`; empty: the value itself). Raises LookupError."""
    for step in filter(None, path.split(".")):
        if isinstance(value, list):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value[step]
        else:
            raise LookupError(path)
    return value


class Draft:
    """One dialogue in the making: a session and the calls made so far, of this turn and before it."""

    def __init__(self, environment: Environment, session: Session) -> None:
        self.environment = environment
        self.session = session
        self.world = World(environment, session)
        self.before = 0
        """Calls of earlier turns."""
        self.turn = 0
        self.calls: list[Call] = []
        self.outcomes: list[Outcome] = []
        self.spans: list[Span] = []
        self.known: dict[tuple[str, str], tuple[int, str]] = {}
        """(table, key) -> index of the call whose result shows it, and where."""
        self.mentioned: list[Ref] = []
        """Rows that this turn's look-ups found by their label."""
        self.results: list[JsonValue] = []
        """Values of all calls so far, of every turn."""
        self.tools: list[Tool] = []
        """Their tools."""

    def begin(self) -> None:
        """Start the next turn on the state that the last one left."""
        if self.calls:
            self.before += len(self.calls)
            self.turn += 1
        self.calls, self.outcomes, self.spans, self.mentioned = [], [], [], []

    def fork(self) -> "Draft":
        """A copy that can fail without harm: its own session, everything else as it is now."""
        twin = Draft(self.environment, self.session.fork())
        twin.world = self.world.fork(twin.session)
        twin.before, twin.turn, twin.known = self.before, self.turn, dict(self.known)
        twin.calls, twin.outcomes = list(self.calls), list(self.outcomes)
        twin.spans, twin.mentioned = list(self.spans), list(self.mentioned)
        twin.results, twin.tools = list(self.results), list(self.tools)
        return twin

    def call(self, tool: Tool, arguments: dict[str, Bound]) -> JsonValue:
        """Make a call and note the origin of every argument. Raises Refused if it ends in an error."""
        order = [name for name in tool.parameters.get("properties", {}) if name in arguments]  # type: ignore[union-attr]
        plain = {name: arguments[name].value for name in order}
        result = self.session.call(tool.name, plain)
        if not result.ok:
            raise Refused("call_failed", f"{tool.name}: {result.error} {result.message}")
        index = self.before + len(self.calls)
        for name in order:
            bound = arguments[name]
            self.spans.append(
                Span(
                    call=len(self.calls),
                    argument=name,
                    origin="user" if bound.text is not None else "result",
                    turn=self.turn if bound.text is not None else None,
                    text=bound.text,
                    path=bound.path,
                    call_index=bound.call_index,
                )
            )
        self.calls.append(Call(tool=tool.name, arguments=plain))
        self.outcomes.append(Outcome(value=result.value))
        self.results.append(result.value)
        self.tools.append(tool)
        self._remember(tool, result.value, index)
        return result.value

    def result(self, call_index: int, path: str) -> JsonValue:
        """What an earlier call's result holds at a path."""
        return at(self.results[call_index], path)

    def seen(self, table: str, key: str) -> dict[str, JsonValue]:
        """What results so far have shown of a row, the latest value of each column."""
        found: dict[str, JsonValue] = {}
        name = self.environment.table(table).key
        for tool, value in zip(self.tools, self.results, strict=True):
            rows = [value, *listed(tool, value)] if tool.table == table else []
            for row in rows:
                if isinstance(row, dict) and row.get(name) == key:
                    found |= row
        return found

    def shown_before(self, tools: Collection[str], values: Collection[str]) -> bool:
        """Whether results of these tools in earlier turns show every value: nothing need be called to say them."""
        earlier = zip(self.tools[: self.before], self.results, strict=False)
        looks = [value for tool, value in earlier if tool.name in tools]
        return bool(looks) and all(any(shows(look, value) for look in looks) for value in values)

    def key(self, ref: Ref) -> Bound:
        """The key of a row: said by the user, seen in a result, or looked up now. Raises Refused."""
        table = self.environment.table(ref.table)
        if not table.minted:
            if ref not in self.mentioned:
                self.mentioned.append(ref)
            return said(ref.key, ref.label)
        if (ref.table, ref.key) not in self.known:
            self.look_up(ref)
        index, path = self.known[ref.table, ref.key]
        return Bound(ref.key, path=path, call_index=index)

    def look_up(self, ref: Ref) -> None:
        """List the table the row is in (its parents first). Raises Refused when the list does not show it."""
        self.mentioned.append(ref)
        self.list_rows(ref.table, ref.scope)
        if (ref.table, ref.key) not in self.known:
            raise Refused("not_listed", f"{ref.table} {ref.key}")

    def list_rows(self, table: str, scope: Ref | None) -> list[dict[str, JsonValue]]:
        """The rows that a plain list call shows under `scope`. Raises Refused when there is no such list."""
        tool = self.world.tool(table, "list")
        if tool is None or tool.items is None:
            raise Refused("no_list", table)
        value = self.call(tool, self.parents(tool, scope))
        if not isinstance(value, dict):
            raise Refused("no_list", table)
        if tool.page_token is not None and len(value) > 1 and any("oken" in name for name in value):
            raise Refused("more_pages", tool.name)
        return listed(tool, value)

    def parents(self, tool: Tool, scope: Ref | None) -> dict[str, Bound]:
        """The enclosing keys that a call needs. Raises Refused when the scope does not give one of them."""
        required = tool.parameters.get("required", [])
        found: dict[str, Bound] = {}
        for argument, table in tool.parents.items():
            above = scope
            while above is not None and above.table != table:
                above = above.scope
            if above is not None:
                found[argument] = self.key(above)
            elif argument in required:  # type: ignore[operator]
                raise Refused("no_scope", f"{tool.name}: {argument}")
        return found

    def _remember(self, tool: Tool, value: JsonValue, index: int) -> None:
        """Keep the first place where each key of this result can be read."""
        for path, entity, key in keys(tool.returns, value):
            self.known.setdefault((entity, key), (index, path))
        table = self.environment.table(tool.table)
        if tool.verb in ("get", "create", "update", "patch") and isinstance(value, dict):
            key = value.get(table.key)
            if isinstance(key, str):
                self.known.setdefault((table.name, key), (index, table.key))
        for number, row in enumerate(listed(tool, value)):
            if isinstance(row, dict) and isinstance(row.get(table.key), str):
                self.known.setdefault((table.name, str(row[table.key])), (index, f"{tool.items}.{number}.{table.key}"))


def keys(schema: JsonValue, value: JsonValue, path: str = "") -> list[tuple[str, str, str]]:
    """(path, table, key) for every key in a value, as the schema's `x-entity` marks them."""
    if not isinstance(schema, dict):
        return []
    entity = schema.get("x-entity")
    if isinstance(entity, str) and isinstance(value, str):
        return [(path, entity, value)]
    found: list[tuple[str, str, str]] = []
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += keys(schema.get("items"), item, f"{path}.{number}".lstrip("."))
    if isinstance(value, dict):
        properties = schema.get("properties")
        for name, item in value.items():
            if isinstance(properties, dict):
                found += keys(properties.get(name), item, f"{path}.{name}".lstrip("."))
    return found
