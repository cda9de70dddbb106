"""The calls that can be part of a shortest way to a turn's goal, out of all calls that the shown tools allow.

A `Task` is a turn as the search sees it: rows before and after, what must change, what must have been shown. What it
leaves out cannot shorten a way, given four rules that say what a way is:

- a row is addressed by its own key and under its own parents;
- a write acts on a row that the goal adds, changes or removes, and gives a field the value that it has in the goal;
- what goes with its parent is not deleted by itself, unless the reference does so;
- a value that stays as it is must have been seen in that very row; a new one is stated by the user, shown by a result, the
  schema's default, or a choice that the user's words name.

Reads that show nothing new about the rows concerned are useless, so they are not tried at all.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Call, Environment, Tool, Turn
from stages.trajectories.columns import schema
from stages.trajectories.knowledge import Change, Item, Key, Known, Row, Sight, State, asked, changes, key, states, text
from stages.trajectories.words import words


class Step(NamedTuple):
    """A call that may be tried once its `needs` are known."""

    call: Call
    needs: Known


class Task:
    """A turn to find ways for. `said` are the values that the user has stated so far, `heard` all of the user's words."""

    def __init__(
        self,
        environment: Environment,
        tools: Sequence[Tool],
        turn: Turn,
        before: State,
        after: State,
        said: Sequence[JsonValue],
        heard: str,
    ) -> None:
        self.environment, self.tools, self.turn = environment, tools, turn
        self.before, self.after = before, after
        self.said, self.heard = said, heard
        self.groups = asked(environment, turn)
        self.changes = changes(environment, before, after)
        self.reference = tuple(c for c, o in zip(turn.calls, turn.outcomes, strict=True) if o.error is None)
        self.writes = sum(environment.tool(call.tool).writes for call in self.reference)
        self.tables = {table.name: table for table in environment.tables}
        self.columns = {t.name: {c.name: c for c in t.columns} for t in environment.tables}
        removed = {(c.table, c.key) for c in self.changes if c.after is None}
        self._victims = {
            (c.table, c.key)
            for c in self.changes
            if c.after is None and self.writes == 1 and any(up in removed for up in self._links(c.table, c.before))
        }
        self._taken: dict[tuple[str, str], set[str]] = {}
        for call in self.reference:
            tool = environment.tool(call.tool)
            for argument, column in tool.fields.items():
                if tool.writes and argument in call.arguments:
                    self._taken.setdefault((tool.table, column), set()).add(text(call.arguments[argument]))
        self._replaced = {(c.table, c.key) for c in self.changes if c.before is not None and c.after is not None}

    def relevant(self, item: Item, concerned: set[Key]) -> bool:
        """Whether knowing the item can help: a key or a value of a row concerned, or a part of the answer."""
        if item[0] == "key":
            return (item[1], item[2]) in concerned
        if item[0] == "value" and (item[1], item[2]) in self._replaced:
            return True
        return item[0] == "page" or any(item in group for group in self.groups)

    def concerned(self, state: State) -> set[Key]:
        """Rows whose keys or values can matter: changed, asked about or addressed by the reference, and their parents."""
        found = {(c.table, c.key) for c in self.changes if (c.table, c.key) not in self._victims}
        found |= {(item[1], item[2]) for group in self.groups for item in group if item[0] == "value"}
        found |= {
            (table, one) for table, rows in state.items() for one in rows if one not in self.before.get(table, {})
        }
        for change in self.changes:
            found |= set(self._links(change.table, change.after))
        for call in self.reference:
            tool = self.environment.tool(call.tool)
            found |= {(table, str(call.arguments[a])) for a, table in tool.parents.items() if a in call.arguments}
            if tool.key_parameter in call.arguments:
                found.add((tool.table, str(call.arguments[tool.key_parameter])))
        while True:
            more = {link for table, one in found for link in self._links(table, state.get(table, {}).get(one))}
            for tool in self._foreign():
                rows = state.get(tool.table, {})
                more |= {(tool.table, one) for one, row in rows.items() if found & set(self._links(tool.table, row))}
            if more <= found:
                return {(table, one) for table, one in found if one in state.get(table, {})}
            found |= more

    def named(self) -> Sight:
        """Keys that the user's words hold: those of tables whose keys the caller chooses."""
        chosen = [table.name for table in self.environment.tables if not table.minted]
        keys = ((table, one) for table in chosen for one in {**self.before[table], **self.after[table]})
        return {key(table, one): one for table, one in keys if _holds(self.heard, one)}

    def _foreign(self) -> list[Tool]:
        """Reading tools whose rows show the keys of other tables too."""
        return [t for t in self.tools if not t.writes and json.dumps(t.returns).count('"x-entity"') > 1]

    def _links(self, table: str, row: Row | None) -> list[Key]:
        """The rows that a row refers to."""
        if row is None:
            return []
        linked = (c for c in self.tables[table].columns if c.references is not None and row[c.name] is not None)
        return [(str(c.references), str(row[c.name])) for c in linked]

    def _above(self, table: str, row: Row | None, wanted: str, states_: Sequence[State]) -> str | None:
        """The key of the row's ancestor in table `wanted`."""
        links = self._links(table, row)
        for _ in self.environment.tables:
            found = next((one for name, one in links if name == wanted), None)
            if found is not None or not links:
                return found
            rows = [
                (name, next((s[name][one] for s in states_ if one in s.get(name, {})), None)) for name, one in links
            ]
            links = [link for name, one in rows for link in self._links(name, one)]
        return None

    def _parents(self, tool: Tool, row: Row | None, state: State) -> list[dict[str, str]]:
        """Every way to fill the tool's parent arguments for a row; a parent made in this turn may have any new key."""
        required = tool.parameters.get("required", [])
        options: list[list[tuple[str, str] | None]] = []
        for argument, table in tool.parents.items():
            above = self._above(tool.table, row, table, (state, self.after))
            ones = [above] if above in state.get(table, {}) else []
            if above is not None and above not in self.before.get(table, {}):
                ones = [one for one in state.get(table, {}) if one not in self.before.get(table, {})]
            choice: list[tuple[str, str] | None] = [(argument, one) for one in ones if one is not None]
            options.append(choice if argument in required else [*choice, None])  # type: ignore[operator]
        return [dict(pair for pair in picked if pair is not None) for picked in product(*options)]

    def _needs(self, tool: Tool, arguments: Mapping[str, JsonValue]) -> Known:
        """The keys that a call takes from elsewhere."""
        named = {**tool.parents} | (
            {tool.key_parameter: tool.table} if tool.key_parameter and tool.verb != "create" else {}
        )
        return frozenset(key(table, arguments[name]) for name, table in named.items() if name in arguments)

    def step(self, call: Call) -> Step:
        """A call with the keys that must be known before it."""
        return Step(call, self._needs(self.environment.tool(call.tool), call.arguments))

    def reads(self, state: State, concerned: set[Key]) -> list[Step]:
        """Looks at the rows concerned; the reference's own looks are among them."""
        found: dict[str, Step] = {}
        calls = [call for call in self.reference if not self.environment.tool(call.tool).writes]
        for tool in self.tools:
            if tool.writes or (tool.items is None and tool.key_parameter is None):
                continue
            own = [(one, state[tool.table][one]) for table, one in sorted(concerned) if table == tool.table]
            for one, row in own:
                at = {tool.key_parameter: one} if tool.items is None and tool.key_parameter else {}
                calls += [Call(tool=tool.name, arguments={**p, **at}) for p in self._parents(tool, row, state)]
        for call in calls:
            found.setdefault(call.model_dump_json(), self.step(call))
        return list(found.values())

    def pages(self, tool: Tool, call: Call, token: str) -> list[Step]:
        """What else to try where a list was cut: its next page, or only the rows that the user's words name."""
        following = Call(tool=tool.name, arguments={**call.arguments, str(tool.page_token): token})
        found = [Step(following, self.step(call).needs | {("page", tool.name, token)})]
        for argument, column in tool.filters.items():
            named = {row[column] for row in self.before.get(tool.table, {}).values()}
            for value in sorted(str(one) for one in named if isinstance(one, str) and _holds(self.heard, one)):
                found.append(self.step(Call(tool=tool.name, arguments={**call.arguments, argument: value})))
        return found

    def writes_at(self, state: State, known: Sight) -> Iterator[tuple[Step, bool]]:
        """Writes that bring the state nearer to the goal. True with those that give fewer fields than they could."""
        for tool in self.tools:
            if not tool.writes:
                continue
            for change in self.changes:
                if change.table == tool.table:
                    yield from self._on(tool, change, state, known)
        for call in self.reference:
            tool = self.environment.tool(call.tool)
            if tool.writes and tool.verb == "action":
                yield self.step(call), False

    def _on(self, tool: Tool, change: Change, state: State, known: Sight) -> Iterator[tuple[Step, bool]]:
        """Calls of one writing tool for one row."""
        rows, table = state.get(change.table, {}), self.tables[change.table]
        goes, comes = change.after is None, change.before is None
        if tool.verb == "delete":
            targets = [change.key] if goes and change.key in rows else []
            targets = [one for one in targets if (change.table, one) not in self._victims]
        elif tool.verb == "create":
            targets = [change.key] if comes else []
        else:
            fresh = [one for one in rows if one not in self.before.get(change.table, {})]
            targets = fresh if comes else [change.key] if change.key in rows or tool.verb == "action" else []
        for target in targets:
            row = change.after if tool.verb == "create" else rows.get(target, change.after)
            at: dict[str, JsonValue] = {}
            if tool.key_parameter is not None:
                if tool.verb == "create" and (table.minted or not self._stated(target)):
                    continue
                at = {tool.key_parameter: target}
            elif tool.verb != "create":
                continue
            given = {} if tool.verb == "delete" or goes else self._fields(tool, change, known)
            required = set(tool.parameters.get("required", [])) - {tool.key_parameter, *tool.parents}  # type: ignore[arg-type]
            if not required <= set(given):
                continue
            free = sorted(set(given) - required)
            for parents in self._parents(tool, row, state):
                for size in range(len(free), -1, -1):
                    for left in combinations(free, size):
                        arguments = {**parents, **at, **{n: v for n, v in given.items() if n in required or n in left}}
                        yield (
                            self.step(Call(tool=tool.name, arguments=self._ordered(tool, arguments))),
                            size < len(free),
                        )

    def _ordered(self, tool: Tool, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        properties = tool.parameters.get("properties")
        return {
            name: arguments[name] for name in (properties if isinstance(properties, dict) else ()) if name in arguments
        }

    def _fields(self, tool: Tool, change: Change, known: Sight) -> dict[str, JsonValue]:
        """Every field that the goal's value is known for: new ones, and for an update those that must be repeated."""
        given: dict[str, JsonValue] = {}
        assert change.after is not None
        for argument, name in tool.fields.items():
            column, stored = self.columns[change.table][name], change.after[name]
            if argument in (tool.key_parameter, *tool.parents):
                continue
            if name in change.columns:
                options = [
                    *self._free(tool, argument),
                    *(v for i, v in known.items() if i[0] == "value" and i[3] == name),
                ]
            elif tool.verb == "update":
                place = ("value", change.table, change.key, name)
                options = [value for item, value in known.items() if item[:4] == place]
            else:
                continue
            taken = self._taken.get((change.table, name), set())
            fits = [value for value in options if states(value, stored, column) or text(value) in taken]
            if fits:
                given[argument] = fits[0]
        return given

    def _free(self, tool: Tool, argument: str) -> list[JsonValue]:
        """Values that nothing need show: the user's, a choice that the words name, the schema's default."""
        about = schema(tool, argument)
        choices = about.get("enum")
        named = [
            one
            for one in (choices if isinstance(choices, list) else [])
            if isinstance(one, str) and words(one) in self.heard
        ]
        return [*self.said, *named, *([about["default"]] if "default" in about else [])]

    def _stated(self, value: str) -> bool:
        return any(text(one) == value for one in self.said)


def _holds(heard: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", heard) is not None


def another(tool: Tool, argument: str, value: JsonValue) -> JsonValue:
    """Another value that the argument's schema most likely takes."""
    choices = schema(tool, argument).get("enum")
    if isinstance(choices, list):
        return next((one for one in choices if one != value), value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value} x" if isinstance(value, str) else [value]
