"""Single-call rows: one sentence of a person, one function shown (now and then more), one call.

The request is the function's own description as people say it ("Computes the X" -> "What is the X"), then its arguments in
varied phrases: `with a width of 5`, `from 3 to 9`, `using "abc" as the title`, `include archived ones`.
What nobody mentions stays out of the call; what is said `spoken.supports` proves.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from pydantic import JsonValue

from stages.core.records import Api, Call, CallItem, Field, Operation, Parameter, Span, Split, content_id
from stages.trajectories.call_values import Stated, Values
from stages.trajectories.requests import imperative, opened
from stages.trajectories.spoken import supports
from stages.trajectories.words import article, listing, sentence, words

PLAIN_TYPES = ("string", "integer", "number", "boolean", "array")
PAIRS = (
    ("start", "end"), ("from", "to"), ("min", "max"), ("source", "target"), ("low", "high"), ("first", "last"),
)  # fmt: skip


class Argument(NamedTuple):
    """A parameter and what is said of it; `stated` None: shown to the model but not mentioned."""

    field: Field
    stated: Stated | None


def shown_value(argument: Argument, rng: Random) -> str:
    """The value's words, a string in quotes where it has several words or now and then, a unit after a number."""
    field, stated = argument
    assert stated is not None
    text = stated.text
    loose = field.type == "string" and not field.enum and not text[:4].isdigit()
    if loose and "'" not in text and (rng.random() < 0.3 or (" " in text and not text.istitle())):
        return rng.choice((f"'{text}'", f'"{text}"'))
    return f"{text} {stated.unit}" if stated.unit else text


def switch(argument: Argument, rng: Random) -> str:
    """A truth value as a person implies it: `, include archived ones`, ` with sorting turned off`."""
    field, stated = argument
    assert stated is not None
    name = words(field.name)
    if name.startswith(("include ", "show ", "allow ")) and stated.value:
        return f", {name}"
    bare = re.sub(r"^(include|show|allow|enable|is|use|return|add|with) ", "", name)
    return rng.choice(
        (f" with {bare} turned {stated.text}", f", {bare} {stated.text}", f" and turn {stated.text} {bare}")
    )


def together(arguments: list[Argument], request: str, rng: Random) -> str:
    """Arguments said in one breath and one manner: `with a width of 5 and a height of 10`, `where a is 1`."""
    pairs = [(words(one.field.name), shown_value(one, rng)) for one in arguments]
    short = any(len(name) <= 3 or name.endswith("s") for name, _ in pairs)
    lone = len(pairs) == 1
    if lone and arguments[0].field.type == "string" and pairs[0][0].split()[-1] in request.split()[-3:]:
        return rng.choice((f" {pairs[0][1]}", f" {pairs[0][1]}", f" called {pairs[0][1]}"))
    manners = ["is", "plain", "is"] + (["equals", "equals"] if short else ["of", "of", "using", "as"])
    manner = rng.choice(manners)
    the = "" if short else "the "
    if manner == "is":
        lead = rng.choice((" where ", " when ", ", where ", " given that "))
        return lead + listing([f"{the}{name} is {value}" for name, value in pairs])
    if manner == "equals":
        mark = rng.choice(("=", " = ", " equal to "))
        return rng.choice((" with ", " for ", " given ")) + listing([f"{name}{mark}{value}" for name, value in pairs])
    if manner == "of":
        return " with " + listing([f"{article(name)} of {value}" for name, value in pairs])
    if manner == "using":
        return " using " + listing([f"{value} as the {name}" for name, value in pairs])
    if manner == "as":
        return " with " + listing([f"the {name} set to {value}" for name, value in pairs])
    return rng.choice((" with ", " for ", ", ", " given ")) + listing([f"{name} {value}" for name, value in pairs])


def _joined(arguments: list[Argument], request: str, rng: Random) -> str:
    """All said arguments: ranges, then the others in one or two breaths, switches last."""
    said = [argument for argument in arguments if argument.stated is not None]
    switches = [argument for argument in said if argument.field.type == "boolean"]
    rest = [argument for argument in said if argument.field.type != "boolean"]
    ranges = ""
    for argument in list(rest):
        partner = _partner(argument, rest)
        if argument in rest and partner is not None and rng.random() < 0.7:
            one, two = argument.stated, partner.stated
            assert one is not None and two is not None
            if str(one.value) > str(two.value) if isinstance(one.value, str) else one.value > two.value:  # type: ignore
                continue
            common = " ".join(w for w in words(argument.field.name).split() if w not in {x for p in PAIRS for x in p})
            ranges += f" with {common} from {one.text} to {two.text}" if common else f" from {one.text} to {two.text}"
            rest = [other for other in rest if other not in (argument, partner)]
    cut = len(rest)
    if len(rest) > 2 or (len(rest) == 2 and rng.random() < 0.25):
        cut = rng.randint(1, len(rest) - 1) if rng.random() < 0.5 else cut
    parts = [together(group, request, rng) for group in (rest[:cut], rest[cut:]) if group]
    if len(parts) == 2 and not parts[1].startswith((",", " and")):
        parts[1] = f" and{parts[1]}" if rng.random() < 0.5 else f",{parts[1]}"
    return ranges + "".join(parts) + "".join(switch(one, rng) for one in switches)


def _partner(argument: Argument, said: list[Argument]) -> Argument | None:
    """The other end of a range that this argument begins."""
    if argument.field.type not in ("string", "integer", "number"):
        return None
    name = words(argument.field.name).split()
    for low, high in PAIRS:
        if low in name and len(low) > 1:
            other = [high if word == low else word for word in name]
            found = next((one for one in said if words(one.field.name).split() == other), None)
            if found is not None and found.field.type == argument.field.type:
                return found
    return None


def _sayable(parameter: Parameter) -> bool:
    """Whether a person could state the parameter: a plain type, no header, nothing private or about delegation."""
    hidden = parameter.name.startswith(("_", "onBehalfOf", "x-")) or parameter.location == "header"
    return parameter.type in PLAIN_TYPES and not hidden


def spoken_name(operation: Operation, api: Api, rng: Random) -> str:
    """The function's name as one of the styles in use: dotted, snake case, or the last part alone."""
    parts = [part for part in operation.name.split(".") if not part.startswith("_")]
    if api.publisher == "python":
        return rng.choice((parts[-1], ".".join(parts[-2:]), parts[-1]))
    short = parts[-2:]
    snake = [words(part).replace(" ", "_") for part in short]
    return rng.choice(
        (".".join(short), f"{snake[-1]}_{snake[0]}", "_".join(snake), f"{api.name}.{snake[-1]}_{snake[0]}")
    )


def schema(fields: Sequence[Field]) -> dict[str, JsonValue]:
    """JSON Schema of the shown parameters."""
    properties: dict[str, JsonValue] = {}
    for field in fields:
        shown: dict[str, JsonValue] = {"type": field.type}
        if field.description:
            shown["description"] = re.sub(r"\s+", " ", field.description.replace("`", ""))[:90].strip()
        if field.enum:
            shown["enum"] = list(field.enum)
        if field.type == "array":
            inner = field.items.type if field.items is not None and field.items.type != "any" else "number"
            shown["items"] = {"type": inner}
        if field.default is not None:
            shown["default"] = field.default
        properties[field.name] = shown
    return {"type": "object", "properties": properties, "required": [field.name for field in fields if field.required]}


class CallGrammar:
    """Makes rows of one API's operations."""

    def __init__(self, api: Api, split: Split) -> None:
        self.api = api
        self.split: Split = split

    def item(self, operation: Operation, others: list[Operation], rng: Random) -> CallItem | None:
        """One row, or None when the operation does not read like a person's request."""
        request = imperative(operation.description)
        arguments = self._arguments(operation, rng)
        if request is None or arguments is None:
            return None
        nouns = operation.name.split(".")[-2:-1]
        if nouns and self.api.publisher != "python":
            # "Deletes a resource": the API's own collection says which.
            request = re.sub(r"\ban? resource\b", article(words(nouns[0]).removesuffix("s")), request)
        name = spoken_name(operation, self.api, rng)
        start, mark = opened(request, rng)
        user = sentence(start + _joined(arguments, request, rng) + mark)
        said = [argument for argument in arguments if argument.stated is not None]
        spans = []
        for argument in said:
            stated = argument.stated
            assert stated is not None
            heard = self._heard(argument, stated, user)
            if heard is None:
                return None
            spans.append(Span(call=0, argument=argument.field.name, origin="user", turn=0, text=heard))
        fields = [argument.field for argument in arguments]
        tool = self._tool(name, operation.description, fields)
        shown = [tool, *(self._other(other, rng) for other in others)]
        rng.shuffle(shown)
        gold = {argument.field.name: argument.stated.value for argument in said if argument.stated is not None}
        accepted: dict[str, tuple[JsonValue, ...]] = {key: (value,) for key, value in gold.items()}
        for argument in arguments:
            if argument.stated is None and argument.field.default is not None:
                accepted[argument.field.name] = (argument.field.default, "")
        body = {"user": user, "tool": name, "gold": gold}
        return CallItem(
            id=content_id("call", body),
            parents=(f"{self.api.id}/{operation.name}",),
            user=user,
            tools=tuple(shown),
            gold=(Call(tool=name, arguments=gold),),
            accepted=(accepted,),
            split=self.split,
            spans=tuple(spans),
            template=f"call.{request.partition(' ')[0]}",
        )

    def _heard(self, argument: Argument, stated: Stated, user: str) -> str | None:
        """The words of the sentence that state the value; None when they do not."""
        if argument.field.type == "boolean" and stated.value and f", {words(argument.field.name)}" in user:
            lead = words(argument.field.name).partition(" ")[0]
            return lead if supports(lead, stated.value) else None
        return stated.text if stated.text in user and supports(stated.text, stated.value) else None

    def _arguments(self, operation: Operation, rng: Random) -> list[Argument] | None:
        """Shown parameters in the description's order: the required ones said, some optional ones said, some not."""
        values = Values(rng)
        usable = [p for p in operation.parameters if _sayable(p)]
        required = [p for p in operation.parameters if p.required]
        if not usable or any(p not in usable for p in required) or len(required) > 4:
            return None
        optional = [p for p in usable if not p.required and len(p.description) > 4]
        rng.shuffle(optional)
        optional = optional[: max(0, rng.randint(1, 3) if len(required) < 3 else rng.randint(0, 2))]
        wanted = rng.randint(0, len(optional)) if required else max(1, rng.randint(0, len(optional)))
        mentioned = {p.name for p in optional[:wanted]}
        found: list[Argument] = []
        for parameter in usable:
            if parameter not in required and parameter not in optional:
                continue
            stated = values.draw(parameter) if parameter.required or parameter.name in mentioned else None
            if parameter.required and stated is None:
                return None
            found.append(Argument(parameter, stated))
        return found if any(argument.stated is not None for argument in found) else None

    def _tool(self, name: str, description: str, fields: Sequence[Field]) -> dict[str, JsonValue]:
        text = re.sub(r"\s+", " ", description.replace("`", "")).strip()
        first = re.split(r"(?<=[a-z0-9)])\.\s", text)[0][:140].rstrip(".") + "."
        return {"name": name, "description": first, "parameters": schema(fields)}

    def _other(self, operation: Operation, rng: Random) -> dict[str, JsonValue]:
        fields = [p for p in operation.parameters if _sayable(p)][:3]
        return self._tool(spoken_name(operation, self.api, rng), operation.description, fields)
