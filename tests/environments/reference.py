"""Google Tasks and Calendar by hand: what a programmer would write who knows the two APIs and the rules for keys and time.

The third opinion beside the compiled programs and the oracle, so it imports nothing of ours. Calls come with arguments
of the right types; whether types are checked is tested elsewhere.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]


class Refused(Exception):
    """A call that ends in this error code."""


class Server:
    """Rows by collection, one clock and one counter for all of them."""

    keys: dict[str, str]
    """Collection -> first letter of its keys, parents first."""
    parents: dict[str, tuple[str, str]]
    """Collection -> the collection it lies in, and the field that holds the parent's key."""
    hidden: tuple[str, ...] = ()
    """Fields that lists leave out."""

    def __init__(self, now: str, next_id: int, rows: dict[str, list[Row]]) -> None:
        self.now = datetime.strptime(now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        self.next_id = next_id
        self.rows = {name: {row["id"]: dict(row) for row in rows.get(name, ())} for name in self.keys}

    def call(self, tool: str, arguments: Row) -> tuple[bool, Any]:
        """(True, value) or (False, error code)."""
        resource, _, verb = tool.rpartition("_")
        try:
            return True, getattr(self, verb)(resource, dict(arguments))
        except Refused as error:
            return False, error.args[0]

    def moment(self) -> str:
        """A minute passes with every write."""
        self.now += timedelta(minutes=1)
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def find(self, resource: str, arguments: Row) -> Row:
        """The row named by the last key, inside the parent named by the one before."""
        self.inside(resource, arguments)
        row = self.rows[resource].get(arguments.pop(self.argument(resource)))
        field = self.parents[resource][1] if resource in self.parents else None
        if row is None or (field and row[field] != arguments.pop(field)):
            raise Refused("NOT_FOUND")
        return row

    def inside(self, resource: str, arguments: Row) -> None:
        """The parent must be there."""
        if resource in self.parents:
            above, field = self.parents[resource]
            if arguments[field] not in self.rows[above]:
                raise Refused("NOT_FOUND")

    def argument(self, resource: str) -> str:
        """Name of the path parameter that holds a row's key."""
        raise NotImplementedError

    def show(self, resource: str, row: Row) -> Row:
        """What a caller sees of a row: no parent, nothing that is not set."""
        field = self.parents[resource][1] if resource in self.parents else None
        return {name: value for name, value in row.items() if value is not None and name != field}

    def fresh(self, resource: str, arguments: Row, now: str) -> Row:
        """A new row without its key, defaults filled in."""
        raise NotImplementedError

    def written(self, resource: str, row: Row, now: str) -> None:
        """What the server keeps right after every write."""

    def insert(self, resource: str, arguments: Row) -> Row:
        self.inside(resource, arguments)
        self.next_id += 1
        key, now = f"{self.keys[resource]}{self.next_id:03d}", self.moment()
        row = {"id": key} | self.fresh(resource, arguments, now)
        self.written(resource, row, now)
        self.rows[resource][key] = row
        return self.show(resource, row)

    def get(self, resource: str, arguments: Row) -> Row:
        return self.show(resource, self.find(resource, arguments))

    def patch(self, resource: str, arguments: Row) -> Row:
        row, now = self.find(resource, arguments), self.moment()
        for name, value in arguments.items():
            row[name] = merge(row.get(name), value)
        self.written(resource, row, now)
        return self.show(resource, row)

    def update(self, resource: str, arguments: Row) -> Row:
        row, now = self.find(resource, arguments), self.moment()
        parent = self.parents.get(resource, ("", ""))[1]
        blank = self.fresh(resource, arguments | ({parent: row[parent]} if parent else {}), now)
        row.update({name: value for name, value in blank.items() if name not in ("created", "completed")})
        self.written(resource, row, now)
        return self.show(resource, row)

    def delete(self, resource: str, arguments: Row) -> Row:
        row = self.find(resource, arguments)
        self.moment()
        del self.rows[resource][row["id"]]
        for below, (above, field) in self.parents.items():
            if above == resource:
                self.rows[below] = {k: r for k, r in self.rows[below].items() if r[field] != row["id"]}
        return {}

    def list(self, resource: str, arguments: Row) -> Row:
        self.inside(resource, arguments)
        field = self.parents[resource][1] if resource in self.parents else None
        token, size = arguments.get("pageToken"), arguments.get("maxResults", self.page(resource))
        if token is not None and (not token.startswith("p:") or len(token) < 3):
            raise Refused("INVALID_ARGUMENT")
        keys = sorted(k for k, r in self.rows[resource].items() if field is None or r[field] == arguments[field])
        rest = [key for key in keys if token is None or key > token[2:]]
        shown = [self.show(resource, self.rows[resource][key]) for key in rest[:size]]
        value: Row = {"items": [{n: v for n, v in row.items() if n not in self.hidden} for row in shown]}
        if len(rest) > size:
            value["nextPageToken"] = f"p:{rest[size - 1]}"
        return value

    def page(self, resource: str) -> int:
        """Rows a page when the call does not say."""
        return 20


def merge(old: Any, new: Any) -> Any:
    """A patch of an object (RFC 7396); other values replace."""
    if not isinstance(new, dict):
        return new
    kept = dict(old or {})
    for name, value in new.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept


class Tasks(Server):
    """Task lists and their tasks; a completed task remembers when that happened."""

    keys = {"tasklists": "t", "tasks": "t"}
    parents = {"tasks": ("tasklists", "tasklist")}
    hidden = ("updated",)

    def argument(self, resource: str) -> str:
        return {"tasklists": "tasklist", "tasks": "task"}[resource]

    def fresh(self, resource: str, arguments: Row, now: str) -> Row:
        if resource == "tasklists":
            return {"title": arguments.get("title"), "updated": now}
        row = {name: arguments.get(name) for name in ("tasklist", "title", "due", "notes")}
        return row | {"status": arguments.get("status", "needsAction"), "completed": None, "updated": now}

    def written(self, resource: str, row: Row, now: str) -> None:
        row["updated"] = now
        if resource == "tasks" and row["status"] != "completed":
            row["completed"] = None
        elif resource == "tasks" and row["completed"] is None:
            row["completed"] = now


class Calendar(Server):
    """Calendars, who may see them, and their events."""

    keys = {"calendars": "c", "acl": "a", "events": "e"}
    parents = {"acl": ("calendars", "calendarId"), "events": ("calendars", "calendarId")}
    hidden = ("created", "updated")

    def argument(self, resource: str) -> str:
        return {"calendars": "calendarId", "acl": "ruleId", "events": "eventId"}[resource]

    def find(self, resource: str, arguments: Row) -> Row:
        if resource == "calendars":
            row = self.rows["calendars"].get(arguments.pop("calendarId"))
            if row is None:
                raise Refused("NOT_FOUND")
            return row
        return super().find(resource, arguments)

    def fresh(self, resource: str, arguments: Row, now: str) -> Row:
        if resource == "calendars":
            names = ("summary", "description", "location", "timeZone", "autoAcceptInvitations", "workingHours")
            return {name: arguments.get(name) for name in names}
        if resource == "acl":
            return {name: arguments.get(name) for name in ("calendarId", "role", "scope")}
        row = {n: arguments.get(n) for n in ("calendarId", "end", "start", "summary", "description", "location")}
        row |= {"status": arguments.get("status", "confirmed"), "visibility": arguments.get("visibility", "default")}
        return row | {"transparency": arguments.get("transparency", "opaque"), "created": now, "updated": now}

    def written(self, resource: str, row: Row, now: str) -> None:
        if resource == "events":
            row["updated"] = now
