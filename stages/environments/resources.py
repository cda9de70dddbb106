"""Resources by path: Google's collections (`tasks.insert`, `{+name}`) and Swagger's (`POST /things`)."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection

from stages.core.records import Api, Field, Operation
from stages.environments.drafts import Draft, Scope, Use, rows_of, schema
from stages.environments.nouns import one, snake
from stages.environments.shapes import Verb
from stages.environments.state_verbs import verb_of

_PARAM = re.compile(r"^\{(\+?)([^{}]+?)\*?\}$")
_GOOGLE: dict[tuple[str, str], Verb] = {
    ("list", "GET"): "list", ("get", "GET"): "get", ("insert", "POST"): "create", ("create", "POST"): "create",
    ("create", "PUT"): "create", ("patch", "PATCH"): "patch", ("update", "PATCH"): "patch", ("update", "PUT"): "update",
    ("delete", "DELETE"): "delete",
}  # fmt: skip
_CALLER = re.compile(
    r"(?i)caller[- ]specified|user[- ](?:assigned|specified|provided|defined|given)|assigned by the user|chosen by|"
    r"required (?:in|when|for|on) creat|must (?:be|start|begin|contain|match|have)"
    r"|name of the (?:topic|subscription|snapshot)"
)


def drafts(api: Api, left_out: Counter[str], rules: Collection[str]) -> list[Draft]:
    """Every collection with a create and a get or a list; whatever else is counted in `left_out`; `rules` as in `recognise`."""
    groups: dict[str, dict[Verb, Use]] = defaultdict(dict)
    actions: dict[str, list[Use]] = defaultdict(list)
    for operation in api.operations:
        if operation.deprecated:
            left_out["deprecated"] += 1
            continue
        act = _action(api, operation) if "state" in rules else None
        # `POST /orders/{order}/cancel` looks like the create of a collection; Google's own names tell the two apart.
        use = _use(api, operation) if act is None or api.publisher == "google" else None
        if use is None:
            if act is None:
                left_out["no_rule"] += 1
            else:
                actions[act[0]].append(act[1])
            continue
        name = operation.resource if api.publisher == "google" else _collection(operation.path)
        if use.verb in groups[name]:
            left_out["second_of_verb"] += 1
        else:
            groups[name][use.verb] = use
    _borrow(groups, left_out)
    found = []
    for name, uses in groups.items():
        draft = _draft(api, name, uses, "existing" in rules)
        if isinstance(draft, Draft):
            found.append(draft._replace(actions=tuple(actions.pop(name, ()))))
        else:
            left_out[draft] += len(uses)
    if actions:
        left_out["no_entity"] += sum(map(len, actions.values()))
    return found


def _parts(path: str) -> list[tuple[str, str, bool]]:
    """(name, literal before it, reserved) of each path parameter; "" as name for a last part that is literal."""
    found, before = [], ""
    parts = [part for part in path.split("/") if part]
    for part in parts:
        match = _PARAM.match(part)
        if match:
            found.append((match[2], before, bool(match[1])))
        else:
            before = part
    if parts and not _PARAM.match(parts[-1]):
        found.append(("", parts[-1], False))
    return found


def _collection(path: str) -> str:
    return ".".join(part for part in path.split("/") if part and not part.startswith("{") and part != "api")


def _use(api: Api, operation: Operation) -> Use | None:
    parts = _parts(operation.path)
    ends_in_key = bool(parts) and parts[-1][0] != ""
    if api.publisher == "google":
        verb = _GOOGLE.get((operation.method, operation.http_method))
    else:
        verb = _swagger_verb(api, operation, ends_in_key)
    if verb is None:
        return None
    scopes = [Scope(*part) for part in parts if part[0]]
    if verb in ("list", "create"):
        if ":" in operation.path or (ends_in_key and verb == "list"):
            return None
        key = scopes.pop().argument if ends_in_key else None
        return Use(verb, operation, key, tuple(scopes))
    if not ends_in_key or (verb == "patch" and operation.method == "update" and ":" in operation.path):
        return None
    return Use(verb, operation, scopes.pop().argument, tuple(scopes))


def _action(api: Api, operation: Operation) -> tuple[str, Use] | None:
    """The collection and the use of a state verb: `POST /{+name}:pause`, `POST /orders/{order}/cancel`."""
    before, colon, after = operation.path.rpartition(":")
    if not colon or "/" in after:
        before, _, after = operation.path.rstrip("/").rpartition("/")
    word = verb_of(operation.method if api.publisher == "google" else after)
    parts = _parts(before)
    if word is None or operation.http_method.upper() == "GET" or not parts or not parts[-1][0]:
        return None
    *scopes, key = (Scope(*part) for part in parts if part[0])
    name = operation.resource if api.publisher == "google" else _collection(before)
    return name, Use("set", operation, key.argument, tuple(scopes), word)


def _swagger_verb(api: Api, operation: Operation, ends_in_key: bool) -> Verb | None:
    if ends_in_key:
        one_row: dict[str, Verb] = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
        return one_row.get(operation.http_method.upper())
    if operation.http_method.upper() == "POST":
        return "create"
    response = api.schemas.get(operation.response or "")
    lists = response is not None and (response.type == "array" or rows_of(response) is not None)
    return "list" if operation.http_method.upper() == "GET" and lists else None


def _borrow(groups: dict[str, dict[Verb, Use]], left_out: Counter[str]) -> None:
    """A collection without a list takes the list of the one whose rows have the same key argument.

    Calendars are listed through `calendarList`, a view of them: the view's own writes would be a second truth.
    """
    for name, uses in list(groups.items()):
        if "list" in uses or "create" not in uses or "get" not in uses:
            continue
        for other, theirs in list(groups.items()):
            view = theirs.get("get")
            same = view is not None and view.key == uses["get"].key and view.key != "name"
            if other != name and same and "list" in theirs and not theirs["list"].scopes:
                uses["list"] = theirs["list"]
                left_out["view"] += len(theirs) - 1
                del groups[other]
                break


def _draft(api: Api, name: str, uses: dict[Verb, Use], existing: bool) -> Draft | str:
    if "create" not in uses and not existing:
        return "no_create"
    if "get" not in uses and "list" not in uses:
        return "no_read"
    item = _item(api, uses)
    if item is None:
        return "no_row_schema"
    addressed = next((uses[verb] for verb in ("get", "patch", "update", "delete") if verb in uses), None)
    if addressed is None:
        return "no_key"
    path = _parts(addressed.operation.path)
    raw = addressed.operation.path.rstrip("/").split("/")
    if len(raw) > 1 and _PARAM.match(raw[-1]) and _PARAM.match(raw[-2]):
        return "composite_key"
    argument, segment, reserved = path[-1]
    prop = _property(argument, segment, item, uses.get("create"), addressed.operation)
    if prop is None:
        return "no_key"
    chosen = _chosen(name, argument, prop, item, uses["create"], reserved) if "create" in uses else ""
    if chosen is None:
        return "foreign_key_name"
    last = name.split(".")[-1]
    return Draft(name, last if reserved else segment, item, argument, prop, chosen or None, uses, last)


def _item(api: Api, uses: dict[Verb, Use]) -> Field | None:
    if "get" in uses and (found := schema(api.schemas, uses["get"].operation.response)):
        return found
    if "list" in uses:
        response = api.schemas.get(uses["list"].operation.response or "")
        if response is not None and response.type == "array" and response.items and response.items.properties:
            return response.items
        rows = rows_of(response)
        if rows is not None and rows.items is not None and rows.items.properties:
            return rows.items
    return schema(api.schemas, uses["create"].operation.request) if "create" in uses else None


def _property(argument: str, segment: str, item: Field, create: Use | None, addressed: Operation) -> str | None:
    names = {p.name for p in item.properties if p.type in ("string", "any")}
    given = create.operation.parameters if create else ()
    body = {p.name for p in given if p.location == "body" and not p.read_only}
    if argument in names:
        return argument
    said = next((p.description for p in addressed.parameters if p.name == argument), "")
    if "name" in names & body and re.search(r"\bname\b", said, re.IGNORECASE):
        return "name"
    for wanted in ("name", argument + "Name"):
        written = next((p for p in given if p.name == wanted), None)
        if wanted in names & body and written and re.search(r"(?i)user[- ]assigned", written.description):
            return wanted
    # `topics/{id}` of a row whose key is `topicId`.
    own = next((name for name in names if name.lower() == one(segment) + "id"), "")
    tries = ("id", own, snake(argument), argument.removesuffix("Id"), argument + "Id", "name")
    return next((name for name in tries if name in names), None)


def _chosen(name: str, argument: str, prop: str, item: Field, create: Use, reserved: bool) -> str | None:
    """The create's argument that names the row; "" when the server does; None when it is another row's key."""
    if create.key:
        return create.key
    parameters = {p.name: p for p in create.operation.parameters}
    field = next(p for p in item.properties if p.name == prop)
    if reserved:
        noun = one(name.split(".")[-1])
        for parameter in parameters.values():
            if parameter.location == "query" and parameter.name.lower() == noun + "id" and parameter.required:
                return parameter.name
        written = parameters.get(prop)
        if written and not written.read_only and prop == "name" and _CALLER.search(written.description):
            return prop
        return ""
    if prop == "id" or field.read_only or prop not in parameters or parameters[prop].read_only:
        return ""
    if prop == "name":
        return prop
    return None if prop.lower().endswith("id") or "key" in prop.lower() else prop
