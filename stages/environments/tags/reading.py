"""Tag operations of a description -> which rows they can name, the columns that this needs, and the tools.

What a call names must be decided by the description: an argument that is an entity's own key names that entity's rows;
an ARN names rows of the entities that show an ARN and have tags (or of the only one that shows an ARN). Anything else
is left out: `tags_unclear` where the arguments are of no form we know, `tags_of_nothing` where no row could be named.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Field, Parameter
from stages.environments.arguments import error
from stages.environments.drafts import Draft
from stages.environments.nouns import one, snake, squeezed
from stages.environments.sentences import short
from stages.environments.shapes import EntityShape, FieldShape, Tags, ToolShape
from stages.environments.tags.forms import Call, Form, form_of

_TAG_NAMES = frozenset({"tags", "tagset", "taglist", "tagslist", "resourcetags"})
_ANY = frozenset({"", "resource", "resourcename", "resourceid", "target"})
_SAID = {
    "tag": "Adds tags to a resource or overwrites them.",
    "untag": "Removes tags from a resource.",
    "tags": "Lists the tags of a resource.",
}


class Taggable(NamedTuple):
    """An entity whose rows can be named, with the columns for it."""

    entity: EntityShape
    named: str
    """Column that holds what an ARN says."""
    column: str
    key_argument: str


def taggable(
    service: str, items: Sequence[tuple[Draft, EntityShape]], found: list[Call], left_out: Counter[str]
) -> list[Taggable]:
    """The entities whose rows the calls can name, with their new columns."""
    if not found:
        return []
    forms = {call.form for call in found if call.form}
    if len(forms) != 1 or not any(call.verb == "tag" for call in found):
        # Tags that are read in another form than they are written cannot be followed; neither can those nobody puts.
        left_out["tags_unclear"] += len(found)
        return []
    form = forms.pop()
    named = [(draft, entity, arn) for draft, entity in items if (arn := _arn(draft, entity)) is not None]
    tagged = [each for each in named if _evidence(each[0])] or named[:1] * (len(named) == 1)
    by_key = {call.argument.name.lower() for call in found}
    ready = {entity.table for _, entity, _ in tagged}
    tagged += [
        (d, e, None) for d, e in items if e.table not in ready and d.key_argument.lower() in by_key
    ]  # fmt: skip
    return [
        one_ for draft, entity, arn in tagged if (one_ := _with_columns(service, draft, entity, arn, form, left_out))
    ]


def _arn(draft: Draft, entity: EntityShape) -> Field | None:
    """The property by which rows show their ARN: the key itself, or one that only the server writes."""
    for field in draft.item.properties:
        stem = _stem(field.name)
        if field.type == "string" and stem is not None and (not stem or one(draft.word).endswith(stem)):
            if field.name == entity.key:
                return field if entity.minted else None
            if field.name not in {f.name for f in entity.fields} and field.name.isidentifier():
                return field
    return None


def _stem(name: str) -> str | None:
    low = squeezed(name)
    return low.removesuffix("arn") if low.endswith("arn") else None


def _evidence(draft: Draft) -> bool:
    """Whether rows are shown or created with tags."""
    given = [p for use in draft.uses.values() for p in use.operation.parameters]
    return any(squeezed(field.name) in _TAG_NAMES for field in (*draft.item.properties, *given))


def _with_columns(
    service: str, draft: Draft, entity: EntityShape, arn: Field | None, form: Form, left_out: Counter[str]
) -> Taggable | None:
    written = {
        p.name
        for verb in ("create", "patch", "update")
        if verb in draft.uses
        for p in draft.uses[verb].operation.parameters
        if p.location == "body" and squeezed(p.name) in _TAG_NAMES and form_of(p) == form
    }
    shown = {p.name for p in draft.item.properties if squeezed(p.name) in _TAG_NAMES and form_of(p) == form}
    name = min((written & shown) or written or shown, default="tags")
    fields = {field.name.lower(): field for field in entity.fields}
    old = fields.get(name.lower())
    if old is not None and (old.name != name or old.kind != "json" or old.default is not None or not _like(old, form)):
        left_out["tags_in_two_forms"] += 1
        return None
    more: list[FieldShape] = []
    if old is None:
        more.append(
            FieldShape(
                name=name, kind="json", type="TEXT", json_schema=form.schema, description="Tags of the resource.",
                writable=name in written, shown=name in shown, listed=name in shown,
            )
        )  # fmt: skip
    named = entity.key
    if arn is not None and arn.name != entity.key:
        named = arn.name
        # The table's name keeps the ARNs of two entities apart, whatever their keys are.
        more.append(
            FieldShape(
                name=named, kind="etag", type="TEXT", json_schema={"type": "string"}, required=True, read_only="flag",
                description=f"ARN of the {entity.noun}.", derived=f"arn:aws:{service}:us-east-1:123456789012:{entity.table}/",
            )
        )  # fmt: skip
    # An entry without a key could not be found again, so that both of its parts must be given.
    kept = tuple(f.model_copy(update={"json_schema": form.schema}) if f is old else f for f in entity.fields)
    grown = entity.model_copy(update={"fields": (*kept, *more)})
    return Taggable(grown, named if arn is not None else "", name, draft.key_argument)


def _like(field: FieldShape, form: Form) -> bool:
    """Whether a column that was there before holds tags of that form."""
    items = field.json_schema.get("items")
    inner = items.get("properties") if isinstance(items, dict) else None
    return form.entry is not None and isinstance(inner, dict) and set(inner) == set(form.entry)


def tools(found: list[Call], rows: list[Taggable], tables: Collection[str], left_out: Counter[str]) -> list[ToolShape]:
    """A tool for each call that can name a row of an entity in `tables`."""
    made = []
    for call in found:
        named = _named(call.argument, [each for each in rows if each.entity.table in tables])
        if not named:
            left_out["tags_of_nothing"] += 1
            continue
        form = next(each.form for each in found if each.form)
        left_out["optional_argument"] += sum(not p.required for p in call.operation.parameters)
        more: dict[str, dict[str, JsonValue]] = {
            call.argument.name: {"type": "string", "minLength": 1, "description": _which(call.argument, named)}
        }
        if call.verb == "untag":
            more[call.given or ""] = {"type": "array", "items": {"type": "string"}, "description": "Keys of the tags."}
        elif call.verb == "tag":
            more[call.given or ""] = form.schema
        tags = Tags(
            argument=call.argument.name,
            rows={each.entity.table: column for each, column in named},
            columns={each.entity.table: each.column for each, _ in named},
            entry=form.entry,
            given=call.given,
            shown=call.shown,
        )
        missing = error(call.operation, "missing", "resource")
        said = short(call.operation.description)
        made.append(
            ToolShape(
                name=snake(call.operation.name)[:64],
                operation=call.operation.name,
                verb=call.verb,
                table=next(iter(tags.rows)),
                description=said if len(said.split()) >= 3 else _SAID[call.verb],
                required=tuple(more),
                more=more,
                tags=tags,
                missing=missing,
                errors=(missing,),
                page=call.operation.page,
            )
        )
    return made


def _named(argument: Parameter, rows: list[Taggable]) -> list[tuple[Taggable, str]]:
    """The entities that the argument can mean, with the column that holds what it says."""
    by_key = [
        each for each in rows if each.key_argument.lower() == argument.name.lower() and each.named != each.entity.key
    ]
    if by_key:
        return [(each, each.entity.key) for each in by_key[:1]]
    stem = _stem(argument.name)
    if stem is None:
        said = "ARN" in argument.description or "Amazon Resource Name" in argument.description
        stem = "" if said and squeezed(argument.name) in _ANY else None
    if stem is None:
        return []
    arns = [each for each in rows if each.named]
    if stem not in _ANY:
        arns = [each for each in arns if each.entity.table.replace("_", "").endswith(stem)][:1]
    return [(each, each.named) for each in arns]


def _which(argument: Parameter, named: list[tuple[Taggable, str]]) -> str:
    nouns = [each.entity.noun for each, _ in named]
    if all(column == each.entity.key and not each.named for each, column in named):
        return f"{'Id' if named[0][0].entity.minted else 'Name'} of the {nouns[0]}."
    return f"ARN of the {' or '.join(nouns[:4])}{' or another resource' if len(nouns) > 4 else ''}."


def within(tool: ToolShape, tables: Collection[str]) -> ToolShape | None:
    """The tool that can name rows of these tables only; None where none is left."""
    if tool.tags is None:
        return tool
    rows = {table: column for table, column in tool.tags.rows.items() if table in tables}
    columns = {table: tool.tags.columns[table] for table in rows}
    tags = tool.tags.model_copy(update={"rows": rows, "columns": columns})
    return tool.model_copy(update={"tags": tags, "table": next(iter(rows))}) if rows else None
