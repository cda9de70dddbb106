"""Api -> ApiShape: which operations are verbs on which entity, and what of them can be kept.

Drafts come from the paths (Google, Swagger) or from the operations' words (botocore). Here parents are found, columns
chosen (required ones, then the `max_fields` most useful), arguments sorted into groups. A tool that needs an argument
we cannot express is refused with a reason; an optional one is left out and counted.
"""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from stages.core.records import Api
from stages.environments import actions, resources, state_verbs
from stages.environments.arguments import error, filters, paging
from stages.environments.batches import reading as batches
from stages.environments.by_name import coupled, with_listed_values
from stages.environments.columns import columns
from stages.environments.copies import reading as copies
from stages.environments.drafts import Draft, Use, origin
from stages.environments.fields import label_of
from stages.environments.interface import described
from stages.environments.nouns import noun, nouns, one, snake
from stages.environments.parents import outermost_first, parents_of
from stages.environments.policies import reading as policies
from stages.environments.queries.reading import NOTHING, asked
from stages.environments.sentences import short
from stages.environments.shapes import ApiShape, EntityShape, FieldShape, ToolShape
from stages.environments.tags import forms
from stages.environments.tags import reading as tags
from stages.environments.tool_names import by_words, called, told, told_apart
from stages.environments.undeletes import reading as undeletes


class _Known(NamedTuple):
    draft: Draft
    entity: EntityShape


def recognise(api: Api, max_fields: int, rules: Collection[str] = ()) -> ApiShape:
    """The API as entities and tools; `entities` is empty where no resource has both a create and a read.

    Args:
        api: the description.
        max_fields: optional columns kept of a resource.
        rules: families of rules beyond create, read, update and delete: `state` (stages/environments/state_verbs.py), `tags`,
            `batch`, `policy`, `copy`, `undelete` and `query` (the packages of these names), and `existing`: what nobody
            creates is there from the start.
    """
    whole = api = with_listed_values(api)
    left_out: Counter[str] = Counter()
    api, tagging = forms.apart(api) if "tags" in rules else (api, [])
    api, batched = batches.apart(api) if "batch" in rules else (api, [])
    api, guarding = policies.apart(api) if "policy" in rules else (api, [])
    api, copying = copies.apart(api) if "copy" in rules else (api, [])
    api, undeleting = undeletes.apart(api) if "undelete" in rules else (api, [])
    reader = actions if by_words(api) else resources
    drafts = reader.drafts(api, left_out, rules)
    parents = {draft.name: parents_of(draft, origin(draft), drafts) for draft in drafts}
    known: dict[str, _Known] = {}
    for draft in outermost_first(drafts, parents, left_out):
        chain = parents[draft.name]
        if any(name not in known for name in chain.values()):
            left_out["parent_refused"] += len(draft.uses)
            continue
        entity = _entity(api, draft, chain, known, max_fields, left_out)
        if entity is None or any(entity.table == other.entity.table for other in known.values()):
            left_out["required_field" if entity is None else "same_noun"] += len(draft.uses)
            continue
        known[draft.name] = _Known(draft, entity)
    labelling = forms.calls(api, tagging, left_out)
    rows = tags.taggable(api.name, [(k.draft, k.entity) for k in known.values()], labelling, left_out)
    guarded = policies.calls(api, guarding, known, left_out)
    grown = {each.entity.table: each.entity for each in rows}
    grown |= {k.entity.table: policies.grown(k.entity) for name, k in known.items() if name in guarded}
    known = {name: k._replace(entity=grown.get(k.entity.table, k.entity)) for name, k in known.items()}
    tools: list[ToolShape] = []
    for item in known.values():
        uses = (*item.draft.uses.values(), *item.draft.actions)
        made = [_tool(api, item, use, drafts, known, left_out, rules) for use in uses]
        tools += [tool for tool in made if tool is not None]
    tables = _usable(known, tools, left_out)
    there = {name: item for name, item in known.items() if item.entity.table in tables}
    above = {n: {a: known[p].entity.table for a, p in parents[n].items() if p in known} for n in there}
    tools += batches.tools(api, batched, there, above, tools, left_out)
    entities = {item.entity.table: item.entity for item in there.values()}
    tools += copies.tools(copying, there, entities, left_out)
    for name, item in there.items():
        tools += policies.tools(guarded.get(name, []), *item, left_out)
    tools += tags.tools(labelling, rows, tables, left_out)
    kept = tuple(item.entity for item in known.values() if item.entity.table in tables)
    grown_ = undeletes.grown(undeleting, there, kept, [tool for tool in tools if tool.table in tables], left_out)
    return ApiShape(
        id=api.id,
        title=api.title,
        description=api.description,
        domain=api.domain,
        publisher=api.publisher,
        source=api.source,
        entities=grown_.entities,
        tools=tuple(described(whole, told_apart(grown_.tools))),
        left_out=dict(sorted(left_out.items())),
        operations=len(whole.operations),
    )


def _entity(
    api: Api, draft: Draft, chain: dict[str, str], known: dict[str, _Known], max_fields: int, left_out: Counter[str]
) -> EntityShape | None:
    said = noun(draft.word, draft.item.schema_name)
    table = snake(said.replace(" ", "_"))
    key_field = next(p for p in draft.item.properties if p.name == draft.key_property)
    key = FieldShape(
        name=draft.key_property,
        kind="key",
        type="TEXT",
        json_schema={"type": "string"},
        description=short(key_field.description, 60),
        required=True,
        writable=draft.chosen is not None,
    )
    fields = [key]
    parent = list(chain.items())[-1] if chain else None
    shown = {p.name for p in draft.item.properties}
    if parent:
        if parent[0] == key.name:
            return None
        fields.append(
            FieldShape(
                name=parent[0],
                kind="parent",
                type="TEXT",
                json_schema={"type": "string"},
                required=True,
                shown=parent[0] in shown,
                listed=False,
            )
        )
    others = columns(draft, chain, max_fields, left_out, {f.name.lower() for f in fields}, shown)
    if others is None:
        return None
    taken = {f.name.lower() for f in (*fields, *others)}
    others += [field for field in state_verbs.columns(draft) if field.name.lower() not in taken]
    others = [_following(field, coupled(api.id, draft.item.schema_name, field.name), left_out) for field in others]
    # A name that the caller chose is the label.
    label = key.name if draft.chosen else label_of(others, said, standing="create" not in draft.uses)
    return EntityShape(
        table=table,
        noun=said,
        plural=nouns(said),
        key=key.name,
        minted=draft.chosen is None,
        prefix=table[0],
        parent=known[parent[1]].entity.table if parent else None,
        parent_field=parent[0] if parent else None,
        label=label,
        fields=(*fields, *others),
        resource=draft.name,
        schema_name=draft.item.schema_name,
    )


def _following(field: FieldShape, rule: tuple[str, str] | None, left_out: Counter[str]) -> FieldShape:
    """The field; a coupled one is the server's to write."""
    if rule is None:
        return field
    left_out["coupled"] += 1
    return field.model_copy(update={"follows": rule, "clock": "follows", "writable": False, "default": None})


def _tool(
    api: Api,
    item: _Known,
    use: Use,
    drafts: list[Draft],
    known: dict[str, _Known],
    left_out: Counter[str],
    rules: Collection[str],
) -> ToolShape | None:
    draft, entity, operation = item.draft, item.entity, use.operation
    arguments = {p.name: p for p in operation.parameters}
    chain = {arg: known[name].entity.table for arg, name in parents_of(draft, use, drafts).items() if name in known}
    key = draft.chosen if use.verb == "create" else use.key
    chain = {arg: table for arg, table in chain.items() if arg != key and arg in arguments}
    if entity.parent and use.verb == "create" and entity.parent not in chain.values():
        left_out["no_parent_argument"] += 1
        return None
    fields = {f.name: f for f in entity.fields if f.writable and f.kind not in ("key", "parent")}
    written = {}
    if use.verb in ("create", "patch", "update"):
        written = {
            p.name: p.name
            for p in arguments.values()
            if p.location == "body"
            and p.name in fields
            and p.name not in chain
            # An update may give by the same name what the create's is not: one kind where that takes a list.
            and p.type == fields[p.name].json_schema["type"]
        }
    if (not written and use.verb in ("patch", "update")) or (use.verb == "create" and not written and not key):
        left_out["nothing_to_write"] += 1
        return None
    sets = state_verbs.sets(use, draft, entity) if use.verb == "set" else {}
    if sets is None:
        left_out["state_not_listed"] += 1
        return None
    page = paging(operation, api.schemas.get(operation.response or ""), draft.word) if use.verb == "list" else None
    used = {key, *chain, *written, *((page.size, page.token) if page else ())}
    narrowed = filters(operation, entity.fields, {a for a in used if a}) if use.verb == "list" else {}
    used |= set(narrowed)
    more = asked(operation, entity, {a for a in used if a}) if use.verb == "list" and "query" in rules else NOTHING
    narrowed |= more.filters
    used |= {*more.filters, *more.more}
    constants = {scope.argument for use_ in draft.uses.values() for scope in use_.scopes} - used
    for name, parameter in arguments.items():
        if name in used or parameter.read_only or (parameter.location == "body" and not parameter.required):
            continue
        if parameter.required and name not in constants and parameter.location != "header":
            left_out["required_argument"] += 1
            return None
        left_out["constant_scope" if name in constants else "optional_argument"] += 1
    must = {name for name in used if name and (name == key or name in chain)}
    if use.verb in ("create", "update"):
        # A replacement has to give what may not be missing; the rest goes back to its default.
        must |= {name for name in written if fields[name].required}
    must |= {name for name in written if arguments[name].required and use.verb != "patch"}
    # A first page has no token, whatever the description demands.
    must |= {name for name in (*narrowed, page.size if page else None) if name and arguments[name].required}
    if by_words(api) and use.verb == "patch":
        must |= {name for name in written if arguments[name].required}
    order = [n for n in (*chain, key, *written, *narrowed, page.size if page else None) if n and n in must]
    # A broken description may name a key in its path and never describe it.
    if any(name not in arguments or arguments[name].type not in ("string", "any") for name in (*chain, key) if name):
        left_out["key_not_text"] += 1
        return None
    missing = error(operation, "missing", one(draft.word))
    taken = error(operation, "taken", one(draft.word))
    bad_token = error(operation, "bad_token", one(draft.word))
    errors = ([missing] if chain or use.verb in ("get", "patch", "update", "delete", "set") else []) + (
        [taken] if use.verb == "create" and key else []
    )
    return ToolShape(
        name=called(api, draft, use),
        operation=operation.name,
        verb=use.verb,
        table=entity.table,
        description=told(operation.description, use, entity),
        key_parameter=key,
        parents=chain,
        fields=dict(sorted(written.items(), key=lambda pair: list(fields).index(pair[0]))),
        sets=sets,
        filters=narrowed,
        queries=more.queries,
        sort=more.sort,
        more=more.more,
        required=tuple(order),
        nullable=tuple(
            n for n in written if use.verb == "patch" and n not in must
            and not fields[n].required and fields[n].kind not in ("boolean", "enum")
        ),
        page_size=page.size if page else None,
        page_token=page.token if page else None,
        page_default=page.default if page else None,
        page_max=page.largest if page else None,
        items=page.items if page else None,
        next_token=page.next_token if page else None,
        missing=missing,
        taken=taken,
        bad_token=bad_token,
        errors=tuple(dict.fromkeys([*errors, *([bad_token] if page and page.token else [])])),
        page=operation.page,
    )  # fmt: skip


def _usable(known: dict[str, _Known], tools: list[ToolShape], left_out: Counter[str]) -> set[str]:
    """Tables whose create and a read survived, and whose parents did."""
    tables: set[str] = set()
    for item in known.values():
        verbs = {tool.verb for tool in tools if tool.table == item.entity.table}
        inside = item.entity.parent is None or item.entity.parent in tables
        standing = "create" not in item.draft.uses
        if ("create" in verbs or standing) and verbs & {"get", "list"} and inside:
            tables.add(item.entity.table)
        else:
            left_out["entity_incomplete"] += len(verbs)
    return tables
