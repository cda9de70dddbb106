"""Single-call rows: a person's request, one function shown (now and then more), one call.

The request is the function's own description as people say it ("Computes the X" -> "What is the X"), its arguments woven in
by what they are (`weaving`), before it, behind it or as a sentence of their own. What nobody mentions stays out of the call;
what is said `spoken.supports` (or `clauses.implies`, for a truth value) proves.
"""

import json
import re
from collections.abc import Set
from random import Random
from typing import Any

from pydantic import JsonValue

from stages.core.records import Api, Call, CallItem, Operation, Parameter, Span, Split, content_id
from stages.trajectories.call_values import Stated, Values
from stages.trajectories.clauses import clause, implies
from stages.trajectories.meaning import kind, noun
from stages.trajectories.requests import imperative, opened, scene
from stages.trajectories.schemas import schema, spoken_name, tool
from stages.trajectories.setting import setting
from stages.trajectories.spoken import supports
from stages.trajectories.weaving import Argument, statement, together, weave
from stages.trajectories.words import sentence, words

MOST_SHOWN, MOST_SAID, MOST_CHOICES = 6, 5, 8
"""Parameters a tool shows, arguments a sentence says, and values of a choice."""
_ENDS = (
    ("start", "begin", "since", "from", "min", "after", "lower", "low"),
    (
        "end",
        "until",
        "to",
        "max",
        "before",
        "upper",
        "high",
    ),
)


class CallGrammar:
    """Makes rows of one API's operations."""

    def __init__(self, api: Api, split: Split) -> None:
        self.api = api
        self.split: Split = split

    def item(
        self, operation: Operation, others: list[Operation], rng: Random, like: CallItem | None = None
    ) -> CallItem | None:
        """One row, or None when the operation does not read like a person's request.

        Args:
            operation: what is called.
            others: shown beside it.
            rng: draws everything.
            like: an earlier row of the operation; the same tools are shown, and something else is asked.
        """
        request = imperative(operation.description)
        arguments = self._arguments(operation, rng, _shown(like)) if request else None
        if request is None or arguments is None:
            return None
        said = [argument for argument in arguments if argument.stated is not None]
        kinds = {kind(argument.field) for argument in arguments}
        told = self._told(_without(request, arguments), said, kinds, rng)
        if told is None:
            return None
        user, heard = told
        spans: list[Span] = []
        for argument in said:
            text = self._heard(argument, user, heard)
            if text is None:
                return None
            spans.append(Span(call=0, argument=argument.field.name, origin="user", turn=0, text=text))
        gold = {argument.field.name: argument.stated.value for argument in said if argument.stated is not None}
        if like is None:
            name = spoken_name(operation, self.api, rng)
            shown = [
                tool(name, operation.description, schema([argument.field for argument in arguments], gold, rng)),
                *(self._other(other, rng) for other in others),
            ]
            rng.shuffle(shown)
        else:
            name, shown = like.gold[0].tool, list(like.tools)
        if len({str(one["name"]) for one in shown}) < len(shown) or (like and _given_away(like, said)):
            return None
        accepted: dict[str, tuple[JsonValue, ...]] = {key: (value,) for key, value in gold.items()}
        for argument in arguments:
            if argument.stated is None and argument.field.default is not None:
                accepted[argument.field.name] = (argument.field.default, "")
        return CallItem(
            id=content_id("call", {"user": user, "tool": name, "gold": gold}),
            parents=(f"{self.api.id}/{operation.name}",),
            user=user,
            tools=tuple(shown),
            gold=(Call(tool=name, arguments=gold),),
            accepted=(accepted,),
            split=self.split,
            spans=tuple(spans),
            template=f"call.{request.partition(' ')[0]}",
        )

    def _told(
        self, request: str, said: list[Argument], kinds: Set[str], rng: Random
    ) -> tuple[str, dict[str, str]] | None:
        """The whole turn and the words that state each truth value; `kinds` are those of all shown parameters."""
        verb = request.partition(" ")[0]
        request = _once(request, said)
        order = list(said)
        rng.shuffle(order)
        woven = weave(request, order, rng)
        if woven is None:
            return None
        start, mark = opened(woven.text, rng)
        before = setting(kinds, rng) + scene({kind(argument.field) for argument in said}, verb, rng)
        amounts, frame = woven.amounts, rng.random()
        measured = bool(amounts) and all(a.field.type in ("number", "integer") for a in amounts)
        tail = woven.tail
        if measured and frame < 0.14:
            # "Given a density of 1000 kg/m^3, what is ...?"
            lead = together(amounts, rng).strip(" ,")
            if lead.startswith(("with", "for", "given", "if", "when")):
                return sentence(
                    f"{before}{lead[0].upper()}{lead[1:]}, {_lower(start)}{_marked(tail, mark)}"
                ), woven.heard
        named = all(len(noun(argument.field)) > 2 for argument in amounts)
        if measured and named and len(amounts) > 1 and frame < 0.32:
            facts = sentence(statement(amounts, rng))
            if frame < 0.24:
                return f"{before}{facts} {sentence(start + _marked(tail, mark))}", woven.heard
            return f"{before}{sentence(start + _marked(tail, mark))} {facts}", woven.heard
        cut = len(amounts)
        if len(amounts) > 2 and rng.random() < 0.5:
            cut = rng.randint(1, len(amounts) - 1)
        parts = [together(group, rng) for group in (amounts[:cut], amounts[cut:]) if group]
        if len(parts) == 2 and not parts[1].startswith((",", " and")):
            parts[1] = f" and{parts[1]}" if rng.random() < 0.5 else f",{parts[1]}"
        text = f"{start}{''.join(parts)}{_marked(tail, mark)}"
        return f"{before}{sentence(text)}", woven.heard

    def _heard(self, argument: Argument, user: str, heard: dict[str, str]) -> str | None:
        """The words of the turn that state the value; None when they do not."""
        stated = argument.stated
        assert stated is not None
        if argument.field.type == "boolean":
            text = heard.get(argument.field.name, "")
            return text if text and text in user and implies(text, stated.value is True) else None
        return stated.text if stated.text in user and supports(stated.text, stated.value) else None

    def _arguments(self, operation: Operation, rng: Random, shown: Set[str] | None) -> list[Argument] | None:
        """Shown parameters in the description's order: the required ones said, some optional ones said, some not.

        `shown` names the optional ones to show; None leaves that to the draw.
        """
        values = Values(rng, operation.description)
        required = [p for p in operation.parameters if p.required]
        optional = [p for p in operation.parameters if not p.required and len(p.enum) <= MOST_CHOICES]
        if shown is not None:
            optional = [p for p in optional if p.name in shown]
        if len(required) > MOST_SAID or any(len(p.enum) > MOST_CHOICES for p in required):
            return None
        rng.shuffle(optional)
        optional = optional[: max(0, MOST_SHOWN - len(required))]
        most = min(len(optional), MOST_SAID - len(required), 4 if len(required) < 2 else 2)
        quiet = len(required) > 1 and rng.random() < 0.45
        wanted = 0 if quiet or not most else max(rng.randint(1, most), rng.randint(1, most))
        unsaid = rng.choice((0, 0, 1, 1, 2)) if shown is None else len(optional)
        found: dict[str, Argument] = {}
        for parameter in [*required, *optional]:
            mention = parameter.required or (wanted > 0 and kind(parameter) not in ("id", "page"))
            stated = values.draw(parameter) if mention else None
            if (
                stated is not None
                and parameter.type == "boolean"
                and clause(parameter, stated.value is True, rng) is None
            ):
                stated = None
            if parameter.required and stated is None:
                return None
            if not parameter.required:
                wanted, unsaid = (wanted - 1, unsaid) if stated is not None else (wanted, unsaid - 1)
                if unsaid < 0 and stated is None:
                    continue
            found[parameter.name] = Argument(parameter, stated)
        ordered = _ordered([found[p.name] for p in operation.parameters if p.name in found])
        texts = [argument.stated.text for argument in ordered if argument.stated is not None]
        called = [noun(argument.field).lower() for argument in ordered if argument.stated is not None]
        limits = sum(kind(argument.field) == "limit" for argument in ordered if argument.stated is not None)
        values_said = [
            str(a.stated.value) for a in ordered if a.stated is not None and kind(a.field) in ("date", "time", "year")
        ]
        if len(set(called)) < len(called) or limits > 1 or len(set(values_said)) < len(values_said):
            return None
        weak = all(kind(a.field) in ("limit", "id", "page", "switch") for a in ordered if a.stated is not None)
        if (
            not texts
            or (weak and len(texts) < 2)
            or (len(set(texts)) < len(texts) and any(len(t) > 5 for t in texts if texts.count(t) > 1))
        ):
            return None
        return ordered

    def _other(self, operation: Operation, rng: Random) -> dict[str, JsonValue]:
        fields: list[Parameter] = [p for p in operation.parameters if p.required][:3]
        fields += [p for p in operation.parameters if not p.required][: 3 - len(fields)]
        return tool(spoken_name(operation, self.api, rng), operation.description, schema(fields, {}, rng))


def _shown(like: CallItem | None) -> Set[str] | None:
    """Names of the parameters that the called tool of a row shows."""
    if like is None:
        return None
    called = next(one for one in like.tools if one["name"] == like.gold[0].tool)
    parameters: Any = called["parameters"]
    return set(parameters["properties"])


def _given_away(like: CallItem, said: list[Argument]) -> bool:
    """Whether an example in the shown tools is a value that is said."""
    text = json.dumps([tool["parameters"] for tool in like.tools], ensure_ascii=False)
    examples = re.findall(r"e\.g\. ([^\"]*)", text)
    return any(argument.stated and str(argument.stated.value) in one for argument in said for one in examples)


def _ordered(arguments: list[Argument]) -> list[Argument]:
    """The two ends of every range the right way round: dates, times, years, amounts."""
    swapped: dict[str, Stated] = {}
    for low in arguments:
        for high in arguments:
            names = words(low.field.name).split(), words(high.field.name).split()
            ends = bool(set(names[0]) & set(_ENDS[0]) and set(names[1]) & set(_ENDS[1]))
            rest = [[word for word in name if word not in end] for name, end in zip(names, _ENDS, strict=True)]
            comparable = kind(low.field) == kind(high.field) and kind(low.field) in ("date", "time", "year", "amount")
            if not (ends and comparable and rest[0] == rest[1] and low.stated and high.stated and low is not high):
                continue
            one, two = low.stated.value, high.stated.value
            if type(one) is type(two) and one > two:  # type: ignore[operator]
                swapped |= {low.field.name: high.stated, high.field.name: low.stated}
    return [a._replace(stated=swapped[a.field.name]) if a.field.name in swapped else a for a in arguments]


def _without(request: str, arguments: list[Argument]) -> str:
    """The request without words for an argument that nobody gives: `top posts for a time period`."""
    for argument in arguments:
        if argument.stated is None:
            names = "|".join(
                re.escape(name) for name in {noun(argument.field), words(argument.field.name)} if len(name) > 2
            )
            cut = (
                re.sub(
                    rf" (?:for|with|in|at|within|during|by|around|from|to) (?:an?|the|given) (?:{names})\b", "", request
                )
                if names
                else request
            )
            request = cut if len(cut.split()) > 2 else request
    return request


def _once(request: str, said: list[Argument]) -> str:
    """The request without an ending that names the amounts which will be said: `the index from pressure and dewpoint`."""
    for argument in said:
        if argument.field.type in ("number", "integer"):
            cut = re.sub(
                rf" (?:for|with|given|from|at|using|of|around|up to|to|as) (?:an? |the )?{re.escape(noun(argument.field))}\b.*$",
                "",
                request,
            )
            request = cut if len(cut.split()) > 2 else request
    return request


def _marked(tail: str, mark: str) -> str:
    """The tail with the end mark where it belongs: before a second sentence."""
    found = re.search(r"\. (?=[A-Z])", tail)
    if found:
        return f"{tail[: found.start()]}{mark} {tail[found.end() :]}."
    return tail + mark


def _lower(text: str) -> str:
    return text if text.startswith(("I ", "I'd")) else text[:1].lower() + text[1:]
