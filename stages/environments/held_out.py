"""What is kept back for evaluation, and that its nouns are unseen: a name met in training proves nothing."""

from collections import Counter
from collections.abc import Iterable

from stages.environments.shapes import ApiShape
from stages.environments.tags.reading import within


def nouns(shapes: Iterable[ApiShape]) -> frozenset[str]:
    """What people call the rows of these environments."""
    return frozenset(entity.noun.lower() for shape in shapes for entity in shape.entities)


def unseen(shape: ApiShape, known: frozenset[str]) -> ApiShape:
    """The shape without entities whose noun is in `known`, nor what lies in them; counted as `noun_in_train`."""
    dropped: set[str] = set()
    for entity in shape.entities:
        if entity.noun.lower() in known or entity.parent in dropped:
            dropped.add(entity.table)
    left = {entity.table for entity in shape.entities} - dropped
    told = [tool for each in shape.tools if (tool := within(each, left)) is not None]
    tools = tuple(tool for tool in told if tool.table not in dropped and not dropped & set(tool.parents.values()))
    # An entity that lost all its tools is no use either.
    used = {tool.table for tool in tools} | {table for tool in tools for table in tool.parents.values()}
    used |= {entity.bin for entity in shape.entities if entity.bin and entity.table in used}
    left_out = Counter(shape.left_out)
    if len(tools) < len(shape.tools):
        left_out["noun_in_train"] += len(shape.tools) - len(tools)
    return shape.model_copy(
        update={
            "entities": tuple(entity for entity in shape.entities if entity.table in used),
            "tools": tools,
            "left_out": dict(sorted(left_out.items())),
        }
    )
