"""Copy and move operations of a description -> tools.

CopyX is taken where rows of X are named by their caller and two arguments are called source and target: the new row's
name must be given, or nobody could tell it from the first. `move` is taken where its destination says the noun of the
resource that the row lies in. Anything else is left out as `copy_unclear`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from stages.core.records import Api, Operation, Parameter
from stages.environments.arguments import error
from stages.environments.drafts import Draft
from stages.environments.nouns import one, snake, squeezed
from stages.environments.sentences import short
from stages.environments.shapes import EntityShape, ToolShape

_COPY = re.compile(r"^Copy([A-Z]\w*)$")
_PLACE = re.compile(r"\{\+?([^{}]+?)\*?\}")
_TO = ("target", "destination")


class _Said(NamedTuple):
    """Arguments of a copy: the first row's key, the new row's, and what else is written into the new row."""

    source: str
    target: str
    fields: dict[str, str]


def apart(api: Api) -> tuple[Api, list[Operation]]:
    """The API without its copies and moves, and those."""
    ours = [
        o for o in api.operations if not o.deprecated and (o.method == "move" if o.resource else _COPY.match(o.method))
    ]
    names = {operation.name for operation in ours}
    rest = tuple(operation for operation in api.operations if operation.name not in names)
    return api.model_copy(update={"operations": rest}), ours


def tools(
    operations: list[Operation],
    known: Mapping[str, tuple[Draft, EntityShape]],
    entities: Mapping[str, EntityShape],
    left_out: Counter[str],
) -> list[ToolShape]:
    """A tool for each operation whose arguments are clear; the others are counted."""
    made = []
    for operation in operations:
        match = _COPY.match(operation.method)
        name = operation.resource or (one(match[1]) if match else "")
        if name not in known:
            left_out["no_entity"] += 1
            continue
        draft, entity = known[name]
        tool = _moved(operation, draft, entity, entities) if operation.resource else _copied(operation, draft, entity)
        if tool is None:
            left_out["copy_unclear"] += 1
            continue
        used = {*tool.required, *tool.fields}
        left_out["optional_argument"] += sum(p.name not in used for p in operation.parameters)
        made.append(tool)
    return made


def _copied(operation: Operation, draft: Draft, entity: EntityShape) -> ToolShape | None:
    said = _said(operation, draft, entity)
    if said is None or entity.minted or entity.parent:
        return None
    missing, taken = error(operation, "missing", one(draft.word)), error(operation, "taken", one(draft.word))
    text = short(operation.description)
    return ToolShape(
        name=snake(operation.name)[:64],
        operation=operation.name,
        verb="copy",
        table=entity.table,
        description=text if len(text.split()) >= 3 else f"Copies a {entity.noun}.",
        key_parameter=said.source,
        elsewhere=said.target,
        fields=said.fields,
        required=(said.source, said.target, *said.fields),
        more={said.target: {"type": "string", "minLength": 1, "description": f"Name of the new {entity.noun}."}},
        missing=missing,
        taken=taken,
        errors=tuple(dict.fromkeys((missing, taken))),
        page=operation.page,
    )


def _said(operation: Operation, draft: Draft, entity: EntityShape) -> _Said | None:
    word, key = one(draft.word), squeezed(entity.key)
    fields = {squeezed(f.name): f for f in entity.fields if f.writable and f.kind not in ("key", "parent")}
    source = target = None
    written: dict[str, str] = {}
    for parameter in operation.parameters:
        low = squeezed(parameter.name)
        to = next((low.removeprefix(start) for start in _TO if low.startswith(start)), None)
        if not parameter.required:
            continue
        if parameter.type == "string" and low.startswith("source") and _names(low.removeprefix("source"), word, key):
            source = parameter.name
        elif parameter.type == "string" and to is not None and _names(to, word, key):
            target = parameter.name
        elif (field := fields.get((to or low).removeprefix(word))) and field.json_schema["type"] == parameter.type:
            written[parameter.name] = field.name
        else:
            return None
    return _Said(source, target, written) if source and target else None


def _names(text: str, word: str, key: str) -> bool:
    """Whether an argument without its `source` or `target` is a key of that noun, which may say it in part."""
    stem = re.sub(r"(identifier|name|id)$", "", text)
    return text == key or (stem != text and bool(stem) and word.endswith(stem))


def _moved(
    operation: Operation, draft: Draft, entity: EntityShape, entities: Mapping[str, EntityShape]
) -> ToolShape | None:
    places = _PLACE.findall(operation.path)
    get = next((draft.uses[verb] for verb in ("get", "patch", "update", "delete") if verb in draft.uses), None)
    if not entity.parent or not entity.parent_field or not places or get is None:
        return None
    parent = entities[entity.parent]
    to = [p for p in operation.parameters if p.required and p.location != "path"]
    if len(to) != 1 or not _says(to[0], parent):
        return None
    *above, key = places
    if len(above) > 1 or (above and above != [entity.parent_field]):
        return None
    text = short(operation.description)
    return ToolShape(
        name=f"{snake(draft.word)}_move",
        operation=operation.name,
        verb="move",
        table=entity.table,
        description=text if len(text.split()) >= 3 else f"Moves a {entity.noun} to another {parent.noun}.",
        parents={above[0]: parent.table} if above else {},
        key_parameter=key,
        elsewhere=to[0].name,
        required=(*above, key, to[0].name),
        more={
            to[0].name: {
                "type": "string",
                "description": f"{'Id' if parent.minted else 'Name'} of the new {parent.noun}.",
            }
        },
        errors=("NOT_FOUND",),
        page=operation.page,
    )


def _says(parameter: Parameter, parent: EntityShape) -> bool:
    """Whether a destination is said to be a row of the parent's kind."""
    named = squeezed(parameter.name).startswith(("destination", "target", "new"))
    return parameter.type == "string" and named and parent.noun.lower() in parameter.description.lower()
