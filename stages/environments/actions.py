"""Resources by the words of botocore's operations: CreateX, GetX or DescribeX, ListXs, UpdateX or ModifyX, DeleteX."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection

from stages.core.records import Api, Field, Operation
from stages.environments.drafts import Draft, Use, rows_of, schema
from stages.environments.nouns import is_plural, one, squeezed
from stages.environments.shapes import Verb
from stages.environments.state_verbs import verb_of

_NAME = re.compile(r"^([A-Z][a-z]+)(\w+)$")
_VERBS: dict[str, Verb] = {"Create": "create", "Get": "get", "Describe": "get", "List": "list", "Update": "patch",
                           "Modify": "patch", "Delete": "delete"}  # fmt: skip
_MORE: dict[str, Verb] = {"Add": "create", "Show": "get", "Fetch": "get", "Edit": "patch", "Remove": "delete"}
"""What lists of tools say; AWS means other things by some of them."""


def drafts(api: Api, left_out: Counter[str], rules: Collection[str]) -> list[Draft]:
    """Every noun with a create and a get or a list; whatever else is counted in `left_out`; `rules` as in `recognise`."""
    verbs = _VERBS if api.publisher == "aws" else _VERBS | _MORE
    groups: dict[str, dict[Verb, Use]] = defaultdict(dict)
    actions: dict[str, list[Use]] = defaultdict(list)
    spelt: dict[str, str] = {}
    for operation in api.operations:
        match = _NAME.match(operation.method)
        verb = verbs.get(match[1]) if match else None
        word = verb_of(match[1]) if "state" in rules and match and not operation.deprecated else None
        if match and word:
            name = one(match[2])
            key = _key(operation, name)
            if key is None:
                left_out["no_key"] += 1
            else:
                actions[name].append(Use("set", operation, key, (), word))
            continue
        if operation.deprecated or match is None or verb is None:
            left_out["deprecated" if operation.deprecated else "no_rule"] += 1
            continue
        if verb == "get" and is_plural(match[2]) and rows_of(api.schemas.get(operation.response or "")):
            verb = "list"
        name = one(match[2])
        key = None if verb in ("create", "list") else _key(operation, name)
        if verb not in ("create", "list") and key is None:
            left_out["no_key"] += 1
        elif verb in groups[name]:
            left_out["second_of_verb"] += 1
        else:
            groups[name][verb] = Use(verb, operation, key)
            if verb == "create" or name not in spelt:
                # The create has the singular; without one the first operation's words stand.
                spelt[name] = match[2]
    found = []
    for name, uses in groups.items():
        draft = _draft(api, name, spelt.get(name, name), uses, left_out, "existing" in rules)
        if isinstance(draft, Draft):
            same = [
                use for use in actions.pop(name, ()) if _property(use.key or "", name, draft.item) == draft.key_property
            ]
            found.append(draft._replace(actions=tuple(same)))
        else:
            left_out[draft] += len(uses)
    if actions:
        left_out["no_entity"] += sum(map(len, actions.values()))
    return found


def _key(operation: Operation, name: str) -> str | None:
    """The required argument that says which one, by its name."""
    needed = [p.name for p in operation.parameters if p.required and p.type == "string"]
    low = {squeezed(parameter): parameter for parameter in needed}
    for ending in ("id", "name", "", "identifier", "url", "arn"):
        if name + ending in low:
            return low[name + ending]
    for word in ("id", "name", "identifier", "arn"):
        if word in low:
            return low[word]
    # A noun of two words is often addressed by its last: `DeleteConfigurationSet(SetName)`.
    near = [parameter for text, parameter in low.items() if len(text) > 4 and name.endswith(_stem(text))]
    return near[0] if len(near) == 1 else None


def _stem(text: str) -> str:
    return re.sub(r"(id|name|arn)$", "", text)


def _draft(
    api: Api, name: str, spelt: str, uses: dict[Verb, Use], left_out: Counter[str], existing: bool
) -> Draft | str:
    if "create" not in uses and not existing:
        return "no_create"
    if "get" not in uses and "list" not in uses:
        return "no_read"
    addressed = next((uses[verb] for verb in ("get", "delete", "patch") if verb in uses), None)
    if addressed is None or addressed.key is None:
        return "no_key"
    item = _item(api, name, uses)
    if item is None and api.publisher != "aws":
        item = _as_made(uses, addressed.key)
    if item is None:
        return "no_row_schema"
    prop = _property(addressed.key, name, item)
    if prop is None:
        return "no_key"
    other: list[Verb] = [v for v, use in uses.items() if use.key and _property(use.key, name, item) != prop]
    for verb in other:
        left_out["other_key"] += 1
        del uses[verb]
    if "get" not in uses and "list" not in uses:
        return "no_read"
    listed = uses["list"].operation.response if "list" in uses else None
    if "list" in uses and (listed or api.publisher == "aws") and rows_of(api.schemas.get(listed or "")) is None:
        left_out["list_of_names"] += 1
        del uses["list"]
        if "get" not in uses:
            return "no_read"
    made = uses.get("create")
    given = {squeezed(p.name): p for p in made.operation.parameters} if made else {}
    same = next(
        (given[t] for t in (squeezed(addressed.key), squeezed(prop), name + squeezed(prop)) if t in given), None
    )
    if same is not None and not same.required and not squeezed(prop).endswith("id"):
        return "optional_key"
    chosen = same.name if same is not None and same.required else None
    return Draft(name, name, item, addressed.key, prop, chosen, uses, spelt)


def _item(api: Api, name: str, uses: dict[Verb, Use]) -> Field | None:
    if "get" in uses and (response := schema(api.schemas, uses["get"].operation.response)):
        objects = [p for p in response.properties if p.type == "object" and p.properties]
        named = [p for p in objects if squeezed(p.name) in (name, name + "detail", name + "details", name + "info")]
        if named:
            return named[0]
        if len(objects) == 1 and len(response.properties) <= 2:
            return objects[0]
        return response
    if "list" in uses:
        rows = rows_of(api.schemas.get(uses["list"].operation.response or ""))
        if rows is not None and rows.items is not None and rows.items.properties:
            return rows.items
    return None


def _as_made(uses: dict[Verb, Use], key: str) -> Field | None:
    """A row of a tool list that describes no results: its key and what its create takes."""
    if any(use.operation.response for use in uses.values()) or "create" not in uses:
        return None
    given = {
        p.name: Field.model_validate(dict(p) | {"required": False}, extra="ignore")
        for p in uses["create"].operation.parameters
    }
    given.setdefault(key, Field(name=key, type="string"))
    return Field(name="", type="object", properties=tuple(given.values()))


def _property(argument: str, name: str, item: Field) -> str | None:
    names = {squeezed(p.name): p.name for p in item.properties if p.type == "string"}
    text = squeezed(argument)
    tries = [text, text.removeprefix(name), name + text]
    if text.endswith("identifier"):
        tries += [name + "id", "id", name + "name", "name"]
    if text == name:
        tries += [name + "id", name + "name", "id", "name"]
    return next((names[t] for t in tries if t and t in names), None)
