"""Which columns an entity has: all that its create needs, the most useful of the rest, and the server's times."""

from collections import Counter

from stages.core.records import Parameter
from stages.environments.drafts import Draft
from stages.environments.fields import MAX_ENUM, clock_of, column, obscure, unlisted, usefulness, values
from stages.environments.shapes import FieldShape

ENOUGH = 2
"""With that many fields a person would name, ids and links are left out."""


def columns(
    draft: Draft, chain: dict[str, str], max_fields: int, left_out: Counter[str], taken: set[str], shown: set[str]
) -> list[FieldShape] | None:
    """Clock columns, and the writable ones: all that a create needs, then the most useful."""
    written: dict[str, Parameter] = {}
    scopes = {scope.argument for use in draft.uses.values() for scope in use.scopes}
    for verb in ("create", "patch", "update"):
        use = draft.uses.get(verb)
        if use is None:
            continue
        for parameter in use.operation.parameters:
            if parameter.location == "body" and parameter.name not in {*chain, *scopes, use.key, draft.chosen}:
                written.setdefault(parameter.name, parameter)
    needed: list[FieldShape] = []
    optional: list[FieldShape] = []
    create = draft.uses.get("create")
    must = {p.name for p in create.operation.parameters if p.required and p.location == "body"} if create else set()
    for parameter in written.values():
        if parameter.name.lower() in taken or clock_of(parameter):
            continue
        taken.add(parameter.name.lower())
        made = column(parameter) if parameter.name in shown or parameter.name in must else "input_only"
        if isinstance(made, FieldShape) and made.kind == "text" and unlisted(made.name) and parameter.name not in must:
            made = "unlisted_values"
        if isinstance(made, str):
            left_out[made] += 1
            if parameter.name in must:
                return None
            continue
        left_out["enum_values"] += max(0, len(values(parameter)) - MAX_ENUM)
        visible = parameter.name in shown
        made = made.model_copy(
            update={"writable": True, "required": parameter.name in must, "shown": visible, "listed": visible}
        )
        (needed if parameter.name in must else optional).append(made)
    optional.sort(key=lambda f: usefulness(f.name, str(f.json_schema["type"])))
    needed.sort(key=lambda f: usefulness(f.name, str(f.json_schema["type"])))
    plain = [f for f in optional if not obscure(f.name)]
    if len(plain) + len(needed) >= ENOUGH:
        left_out["obscure"] += len(optional) - len(plain)
        optional = plain
    left_out["over_the_cap"] += len(optional[max_fields:])
    optional = optional[:max_fields]
    if create is None:
        optional += _standing(draft, taken, max_fields - len(optional))
        if not optional:
            left_out["nothing_to_show"] += 1
            return None
    clocks = []
    for field in draft.item.properties:
        made = column(field) if clock_of(field) and field.name.lower() not in taken else None
        if isinstance(made, FieldShape) and made.clock not in {c.clock for c in clocks}:
            taken.add(field.name.lower())
            clocks.append(made)
    return [*needed, *optional, *clocks]


def _standing(draft: Draft, taken: set[str], most: int) -> list[FieldShape]:
    """What rows that nobody creates show beside what is written: the most useful scalars, as the start state has them."""
    found = []
    for field in draft.item.properties:
        if field.name.lower() in taken or clock_of(field) or obscure(field.name):
            continue
        made = column(field.model_copy(update={"read_only": None}), standing=True)
        if isinstance(made, FieldShape) and made.kind != "json" and not (made.kind == "text" and unlisted(made.name)):
            found.append(made.model_copy(update={"default": None, "read_only": field.read_only}))
    found.sort(key=lambda f: usefulness(f.name, str(f.json_schema["type"])))
    taken |= {f.name.lower() for f in found[:most]}
    return found[:most]
