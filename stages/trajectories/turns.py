"""One turn: a verb, worked out on the engine and then put into words.

In: a `Draft` (a fork that may fail), a verb and perhaps the row the last turn was about. Out: `Worked`, the user's
words in slots, the answer and the values asked for; the calls and spans are in the draft. Raises Refused.
"""

from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from stages.core.records import Column, Table, Tool
from stages.trajectories.columns import answered, askable, schema, spoken_field, spoken_switch, tellable
from stages.trajectories.draft import Bound, Draft, Refused, said
from stages.trajectories.phrases import extra, mention, named
from stages.trajectories.spoken import say
from stages.trajectories.templates import Verb
from stages.trajectories.values import Pool
from stages.trajectories.words import article, listing, many, words
from stages.trajectories.world import Ref

MOST_ROWS = 5
"""Rows that an answer may list."""


@dataclass
class Worked:
    """What a turn says. `slots` fill its template; `focus` is the row that "it" means in the next turn."""

    slots: dict[str, str]
    answer: str
    says: tuple[str, ...] = ()
    focus: Ref | None = None
    gone: bool = False


class Turns:
    """Works out turns of one environment with one generator."""

    def __init__(self, pool: Pool, rng: Random) -> None:
        self.pool = pool
        self.environment = pool.environment
        self.rng = rng

    def work(self, draft: Draft, verb: Verb, tool: Tool, focus: Ref | None, place: bool = False) -> Worked:
        """Do what `verb` says with `tool`; `place`: the focus is only where the last turn acted. Raises Refused."""
        table = self.environment.table(tool.table)
        if verb == "create_pair":
            return self.pair(draft, tool, table)
        if verb.startswith("create"):
            return self.create(draft, tool, table, self._scope(draft, verb, table, focus, place), verb)
        if verb.startswith(("list", "count")):
            return self.rows(draft, verb, table, self._scope(draft, verb, table, focus, place))
        target = focus if verb.endswith("_it") else self._target(draft, table)
        if target is None or target.table != table.name:
            raise Refused("no_target", verb)
        if verb.startswith("delete"):
            return self.delete(draft, tool, target, verb)
        if verb.startswith("read"):
            return self.read(draft, tool, target, verb)
        return self.change(draft, tool, target, verb)

    def _scope(self, draft: Draft, verb: Verb, table: Table, focus: Ref | None, place: bool) -> Ref | None:
        """The parent a new row or a list goes under: "it" is the focus, "there" is where the focus stands."""
        if verb in ("create", "list_all", "count_all"):
            if table.parent is not None:
                raise Refused("has_parent", table.name)
            return None
        if table.parent is None:
            raise Refused("no_parent", table.name)
        if verb.endswith(("_it", "_there")):
            beside = verb.endswith("_there")
            scope = focus.scope if beside and not place and focus is not None else focus
            if scope is None or scope.table != table.parent or (place and not beside):
                raise Refused("no_focus", verb)
            return scope
        parents = draft.world.refs(self.environment.table(table.parent))
        if not parents:
            raise Refused("no_parent", table.name)
        return self.rng.choice(parents)

    def _target(self, draft: Draft, table: Table) -> Ref:
        refs = draft.world.refs(table)
        if not refs:
            raise Refused("no_rows", table.name)
        return self.rng.choice(refs)

    def create(self, draft: Draft, tool: Tool, table: Table, scope: Ref | None, verb: Verb) -> Worked:
        """A new row, under `scope` where it has one."""
        label, arguments, extras = self._new_row(draft, tool, table)
        given = {**draft.parents(tool, scope), **arguments}
        value = draft.call(tool, given)
        ref = self._created(table, value, label, scope)
        slots = {"label": named(label, self.rng), "extras": self._extras(extras)}
        where = ""
        if scope is not None:
            slots["parent"] = mention(self.environment, scope, self.rng)
            where = f" to {scope.label}"
        return Worked(self._nouns(table) | slots, f"Done, I added {label}{where}.", focus=ref)

    def pair(self, draft: Draft, tool: Tool, table: Table) -> Worked:
        """A new parent and a row in it, in one request."""
        above = self.environment.table(table.parent) if table.parent else None
        make = draft.world.tool(above.name, "create") if above else None
        if above is None or make is None or above.parent is not None:
            raise Refused("no_pair", table.name)
        label, arguments, _ = self._new_row(draft, make, above, extras=0)
        scope = self._created(above, draft.call(make, arguments), label, None)
        if scope is None:
            raise Refused("no_pair", table.name)
        child, more, _ = self._new_row(draft, tool, table, extras=0)
        draft.call(tool, {**draft.parents(tool, scope), **more})
        slots = {"label": named(child, self.rng), "parent_label": named(label, self.rng), "parent_noun": above.noun}
        slots["a_parent_noun"] = article(above.noun)
        return Worked(
            self._nouns(table) | slots, f"Done, I created {label} and added {child} to it.", focus=scope, gone=True
        )

    def change(self, draft: Draft, tool: Tool, target: Ref, verb: Verb) -> Worked:
        """One field of a row: its name, a switch or any other."""
        world, table = draft.world, self.environment.table(target.table)
        row = world.row(target) or {}
        name = world.name_column(table)
        options: list[tuple[str, Column]] = []
        for argument, column_name in tool.fields.items():
            column = world.column(table.name, column_name)
            kind = "rename" if column.name == name else "flag" if column.kind == "boolean" else "set"
            if kind == "flag" and spoken_switch(column) is None:
                continue
            if kind == verb.removesuffix("_it") and column.kind not in ("json", "key", "parent", "etag", "position"):
                options.append((argument, column))
        if not options:
            raise Refused("no_field", tool.name)
        argument, column = self.rng.choice(options)
        slots, focus = self._nouns(table), target
        if verb.startswith("rename"):
            new = self._label(draft, table)
            bound, shown = said(new, new), new
            slots["new"] = named(new, self.rng)
            focus = Ref(target.table, target.key, new, target.scope)
            answer = f"Done, {target.label} is now called {new}."
        elif verb.startswith("flag"):
            on = not row.get(column.name)
            shown = "turn on" if on else "turn off"
            bound = said(on, shown)
            slots |= {"turn": shown, "field": spoken_switch(column) or ""}
            answer = f"Done, I turned {'on' if on else 'off'} {slots['field']} for {target.label}."
        else:
            value, field = self.pool.value(table.name, column, schema(tool, argument), self.rng), spoken_field(column)
            if value is None or value == row.get(column.name):
                raise Refused("no_value", column.name)
            shown = self._shown(value, column)
            bound = said(value, shown)
            slots |= {"field": field, "value": self._quoted(shown, column)}
            answer = f"Done, the {field} of {target.label} {'are' if many(field) else 'is'} now {shown}."
        given = self._address(draft, tool, target)
        given |= self._kept(draft, tool, target, argument, row) if tool.verb == "update" else {}
        draft.call(tool, given | {argument: bound})
        slots["target"] = mention(self.environment, target, self.rng)
        return Worked(slots, answer, focus=focus)

    def delete(self, draft: Draft, tool: Tool, target: Ref, verb: Verb) -> Worked:
        """A row goes, and all below it."""
        draft.call(tool, self._address(draft, tool, target))
        slots = self._nouns(self.environment.table(target.table))
        slots["target"] = mention(self.environment, target, self.rng)
        return Worked(slots, f"Done, I deleted {target.label}.", focus=target.scope, gone=True)

    def read(self, draft: Draft, tool: Tool, target: Ref, verb: Verb) -> Worked:
        """One value of a row, looked up and said. Where the look-up of the row shows it, no further call is made."""
        table, before = self.environment.table(target.table), len(draft.calls)
        name = draft.world.name_column(table)
        given = self._address(draft, tool, target)
        listed = draft.seen(table.name, target.key) if len(draft.calls) > before else {}
        probe = draft.session.fork()
        shown = probe.call(tool.name, {argument: bound.value for argument, bound in given.items()}).value
        probe.close()
        seen = draft.seen(table.name, target.key)
        unseen = {c: v for c, v in shown.items() if c not in seen} if isinstance(shown, dict) else {}
        if listed and not askable(table, name, unseen):
            value = listed
        else:
            draft.call(tool, given)
            value = unseen
        options = askable(table, name, value)
        if not options:
            raise Refused("nothing_to_read", table.name)
        column = self.rng.choice(options)
        told, field = str(value[column.name]), spoken_field(column)
        slots = self._nouns(table) | {"field": field}
        slots["target"] = mention(self.environment, target, self.rng)
        answer = f"The {field} of {target.label} {'are' if many(field) else 'is'} {answered(column, told)}."
        return Worked(slots, answer, says=(told,), focus=target)

    def rows(self, draft: Draft, verb: Verb, table: Table, scope: Ref | None) -> Worked:
        """The names of rows, or how many there are."""
        rows = draft.list_rows(table.name, scope)
        name = draft.world.name_column(table)
        labels = [str(row[name]) for row in rows if isinstance(row, dict) and name in row]
        if not 1 <= len(labels) <= MOST_ROWS or len(labels) != len(rows) or not all(map(tellable, labels)):
            raise Refused("not_listable", f"{len(labels)} of {len(rows)}")
        slots = self._nouns(table)
        if scope is not None:
            slots["parent"] = mention(self.environment, scope, self.rng)
        if verb.startswith("count"):
            noun = table.noun if len(rows) == 1 else table.plural
            verb_form = "is" if len(rows) == 1 else "are"
            return Worked(slots, f"There {verb_form} {len(rows)} {noun}.", says=(str(len(rows)),), focus=scope)
        told = f"The {table.plural} are {listing(labels)}." if rows[1:] else f"The only {table.noun} is {labels[0]}."
        return Worked(slots, told, says=tuple(labels), focus=scope)

    def _new_row(
        self, draft: Draft, tool: Tool, table: Table, extras: int | None = None
    ) -> tuple[str, dict[str, Bound], list[tuple[str, str]]]:
        """A label, the arguments that state a new row, and (field, words) of those beyond the label."""
        label = self._label(draft, table)
        required = tool.parameters.get("required", [])
        name, told = draft.world.name_column(table), []
        arguments: dict[str, Bound] = {}
        if tool.key_parameter is not None and not table.minted:
            arguments[tool.key_parameter] = said(label, label)
        options = list(tool.fields.items())
        self.rng.shuffle(options)
        wanted = self.rng.choice((0, 0, 1, 1, 2)) if extras is None else extras
        for argument, column_name in sorted(options, key=lambda pair: pair[0] not in required):  # type: ignore[operator]
            must = argument in required  # type: ignore[operator]
            column = draft.world.column(table.name, column_name)
            if column.name == name or (column.name == table.label and table.minted):
                arguments[argument] = said(label, label)
                continue
            if not must and (len(told) >= wanted or column.kind not in ("text", "number", "enum", "time")):
                continue
            value = (
                None if column.kind == "json" else self.pool.value(table.name, column, schema(tool, argument), self.rng)
            )
            if value is None:
                if must:
                    raise Refused("no_value", argument)
                continue
            shown = self._shown(value, column)
            arguments[argument] = said(value, shown)
            told.append((spoken_field(column), self._quoted(shown, column)))
        if not any(bound.text == label for bound in arguments.values()):
            raise Refused("no_label", tool.name)
        return label, arguments, told

    def _label(self, draft: Draft, table: Table) -> str:
        name = draft.world.name_column(table)
        if name is None:
            raise Refused("no_label", table.name)
        taken = {str(row[name]).lower() for row in draft.world.rows(table.name)}
        label = self.pool.label(table.name, name, taken, self.rng)
        if label is None:
            raise Refused("no_label", table.name)
        return label

    def _created(self, table: Table, value: JsonValue, label: str, scope: Ref | None) -> Ref | None:
        key = value.get(table.key) if isinstance(value, dict) else None
        if not table.minted:
            return Ref(table.name, label, label, scope)
        return Ref(table.name, key, label, scope) if isinstance(key, str) else None

    def _address(self, draft: Draft, tool: Tool, target: Ref) -> dict[str, Bound]:
        """Parents and key of the row acted on. Raises Refused if the tool has no key argument."""
        if tool.key_parameter is None:
            raise Refused("no_key", tool.name)
        key = draft.key(target)
        return {**draft.parents(tool, target.scope), tool.key_parameter: key}

    def _kept(self, draft: Draft, tool: Tool, target: Ref, changed: str, row: dict) -> dict[str, Bound]:
        """What a replacing update must repeat so that nothing else is lost: values read off an earlier result."""
        kept: dict[str, Bound] = {}
        for argument, column in tool.fields.items():
            if argument == changed or row.get(column) is None:
                continue
            place = draft.known.get((target.table, target.key))
            if place is None or len(kept) == 3:
                raise Refused("too_much_to_keep", tool.name)
            index, path = place
            parent = path.rpartition(".")[0]
            shown = draft.result(index, parent)
            if not isinstance(shown, dict) or column not in shown:
                raise Refused("not_shown", column)
            kept[argument] = Bound(shown[column], path=f"{parent}.{column}".lstrip("."), call_index=index)
        return kept

    def _shown(self, value: JsonValue, column: Column) -> str:
        if column.kind == "enum" or column.one_of:
            return words(str(value))
        return say(value, self.rng)

    def _quoted(self, shown: str, column: Column) -> str:
        return f'"{shown}"' if column.kind == "text" and not column.one_of else shown

    def _extras(self, told: list[tuple[str, str]]) -> str:
        return "".join(extra(name, shown, not number, self.rng) for number, (name, shown) in enumerate(told))

    def _nouns(self, table: Table) -> dict[str, str]:
        return {"noun": table.noun, "a_noun": article(table.noun), "plural": table.plural}
