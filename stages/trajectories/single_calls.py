"""Which functions become single-call rows, how often, and what is shown beside them."""

from collections import Counter as Tally

from stages.core import seeds
from stages.core.params.trajectories import Params
from stages.core.records import Api, CallItem, Operation
from stages.trajectories import tokens
from stages.trajectories.calls import CallGrammar

TURNS = 12
"""Rounds over all functions before fewer rows than wanted are accepted."""
LARGEST_SHARE = 0.15
"""Of all rows, from one API or package."""
OVERHEAD = 40
"""Tokens of a row beside tools, request and call: the roles and the system line."""


def single_calls(apis: list[Api], params: Params, count: tokens.Counter) -> tuple[list[CallItem], int]:
    """Rows in turn over all functions that read well, at most `calls_each` of one; dev functions serve dev alone.

    A function with several parameters comes in every round, one with a single parameter in the first alone, so that most
    rows have more than one argument to tell apart.
    """
    pool = [(api, operation) for api in apis for operation in api.operations if not operation.deprecated]
    seeds.generator(params.seed, "calls").shuffle(pool)
    own: dict[str, list[Operation]] = {}
    for api, operation in pool:
        own.setdefault(api.id, []).append(operation)
    found: dict[str, list[CallItem]] = {"train": [], "dev": []}
    made: Tally = Tally()
    seen: set[str] = set()
    unspoken = 0
    share = max(1, round(params.calls * LARGEST_SHARE))
    for turn in range(TURNS):
        for api, operation in pool:
            if len(found["train"]) >= params.calls - params.dev_calls:
                break
            key = f"{api.id}/{operation.name}"
            if made[key] >= _rounds(operation, params) or made[api.id] >= share:
                continue
            rng = seeds.generator(params.seed, "call", api.id, operation.name, turn)
            dev = seeds.generator(params.seed, "side", api.id, operation.name).random() < 0.08
            if dev and len(found["dev"]) >= params.dev_calls:
                continue
            beside = _beside(operation, own[api.id], rng.choice((0, 0, 0, 0, 1, 2)), rng)
            grammar = CallGrammar(api, "dev" if dev else "train")
            first: CallItem | None = None
            together = 1 if dev else params.calls_together
            for number in range(min(together, _rounds(operation, params) - made[key])):
                if number:
                    rng = seeds.generator(params.seed, "call", api.id, operation.name, turn, number)
                item = grammar.item(operation, beside, rng, like=first)
                if item is None or item.user.lower() in seen or _over(item, count, params):
                    unspoken += 1
                    continue
                first = first or item
                seen.add(item.user.lower())
                made[key] += 1
                made[api.id] += 1
                found[item.split].append(item)
    return found["train"] + found["dev"], unspoken


def _rounds(operation: Operation, params: Params) -> int:
    """How many rows the function is good for: the more parameters, the more; of those with a single one every third."""
    count = len(operation.parameters)
    if count < 3:
        return seeds.generator(params.seed, "few", operation.name).random() < (0.12 if count == 1 else 0.5)
    return min(params.calls_each, count)


def _beside(operation: Operation, others: list[Operation], most: int, rng) -> list[Operation]:
    """Other functions of the same API to tell it from; those of the same collection first."""
    near = [
        o for o in others if o is not operation and o.resource == operation.resource and o.method != operation.method
    ]
    far = [o for o in others if o.resource != operation.resource and o.method != operation.method]
    return [*rng.sample(near, min(most, len(near))), *rng.sample(far, min(most, len(far)))][:most]


def _over(item: CallItem, count: tokens.Counter, params: Params) -> bool:
    """Whether the row or its call is longer than a model may be shown or may write."""
    return (
        row_tokens(item, count) > params.call_row_tokens
        or count(tokens.call_text(item.gold[0])) > params.single_call_tokens
    )


def row_tokens(item: CallItem, count: tokens.Counter) -> int:
    """Tokens of the row, all in all."""
    return tokens.shown(item.tools, count) + count(item.user) + count(tokens.call_text(item.gold[0])) + OVERHEAD
