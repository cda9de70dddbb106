"""What lies in what: which arguments of a resource's operations hold another resource's key."""

from collections import Counter

from stages.environments.drafts import Draft, Use
from stages.environments.nouns import one


def parents_of(draft: Draft, use: Use, drafts: list[Draft]) -> dict[str, str]:
    """Argument -> name of the draft whose key it holds, outermost first. Other scopes are constants of the account."""
    found: dict[str, str] = {}
    for scope in use.scopes:
        if scope.reserved:
            inside = [d for d in drafts if draft.name.startswith(d.name + ".")]
            if inside:
                found[scope.argument] = max(inside, key=lambda d: len(d.name)).name
            continue
        named = [d for d in drafts if d is not draft and scope.segment == d.segment]
        named = named or [d for d in drafts if d is not draft and scope.argument == d.key_argument]
        if named:
            found[scope.argument] = named[0].name
    if not use.scopes:
        for parameter in use.operation.parameters:
            if parameter.required and parameter.type == "string" and parameter.name not in (use.key, draft.chosen):
                owner = [d for d in drafts if d is not draft and _same_key(parameter.name, d)]
                if owner and parameter.name not in found and len(found) < 2:
                    found[parameter.name] = owner[0].name
    return found


def _same_key(name: str, draft: Draft) -> bool:
    low, noun_ = name.lower(), one(draft.word)
    keyed = draft.key_argument.lower() == low
    return (keyed and low not in ("id", "name", "arn")) or low in (noun_ + draft.key_argument.lower(), noun_ + "id")


def outermost_first(drafts: list[Draft], parents: dict[str, dict[str, str]], left_out: Counter[str]) -> list[Draft]:
    """The drafts, each after those it lies in; a circle is left out and counted."""
    order: list[Draft] = []
    waiting = list(drafts)
    while waiting:
        ready = [d for d in waiting if set(parents[d.name].values()) <= {done.name for done in order}]
        if not ready:
            left_out["circular_parents"] += sum(len(d.uses) for d in waiting)
            break
        order += ready
        waiting = [d for d in waiting if d not in ready]
    return order
