"""What a tool is called and what is said of it."""

from collections import Counter

from stages.core.records import Api
from stages.environments.drafts import Draft, Use
from stages.environments.nouns import article, snake
from stages.environments.sentences import short
from stages.environments.shapes import EntityShape, ToolShape

_STEM = {"create": "create", "get": "get", "list": "list", "patch": "update", "update": "replace", "delete": "delete"}


def by_words(api: Api) -> bool:
    """Whether its operations are known by their words alone: botocore's, and lists of tools."""
    return not any(operation.resource for operation in api.operations)


def called(api: Api, draft: Draft, use: Use) -> str:
    """The tool's name: the operation's own words, or the collection and the verb."""
    if by_words(api):
        return snake(use.operation.name)[:64]
    method = use.operation.method if api.publisher == "google" else use.word or use.verb
    return f"{snake(draft.word)}_{snake(method)}"[-64:].strip("_")


def told(text: str, use: Use, entity: EntityShape) -> str:
    """The tool's description: the operation's first sentence, if it is one."""
    sentence = short(text)
    if len(sentence.split()) >= 3 and "no longer current" not in sentence:
        return sentence
    subject = entity.plural if use.verb == "list" else article(entity.noun)
    return f"{(use.word or _STEM[use.verb]).capitalize()}s {subject}."


def told_apart(tools: list[ToolShape]) -> list[ToolShape]:
    """Names told apart by the table where two collections end in the same word."""
    twice = {name for name, count in Counter(tool.name for tool in tools).items() if count > 1}
    return [t.model_copy(update={"name": f"{t.table}_{t.verb}"[:64]}) if t.name in twice else t for t in tools]
