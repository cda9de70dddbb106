"""How an argument is said inside a request, by what it is: `in Paris`, `from Oslo to Rome`, `titled "Road Trip Mix"`.

An argument that the request already speaks of takes the place of those words: `the weather for a city` -> `the weather for
Paris`. Ranges and coordinates are said together. What is left is measured amounts and choices, said in one breath.
"""

import re
from random import Random
from typing import NamedTuple

from stages.core.records import Field
from stages.trajectories.call_values import Stated
from stages.trajectories.clauses import clause
from stages.trajectories.meaning import about, kind, noun
from stages.trajectories.words import article, listing, words

_BARE = ("place", "place_from", "place_to", "country", "ticker", "coin", "person", "author", "artist", "song", "book", "company",
         "species", "drug", "disease", "chemical", "food", "address", "email", "language", "state", "product",
         "date")  # fmt: skip
_QUOTED = ("message", "title", "query", "task", "equation")
_PHRASES: dict[str, tuple[str, ...]] = {
    "query": ("for {v}", "about {v}", "for {v}", "on {v}", "matching {v}"),
    "place": ("in {v}", "in {v}", "for {v}", "near {v}"), "country": ("in {v}", "for {v}", "from {v}"), "state": ("in {v}",),
    "place_from": ("from {v}", "starting from {v}"), "place_to": ("to {v}", "going to {v}"), "address": ("at {v}", "for {v}"),
    "country_code": ("for country code {v}", "with {v} as the {n}", "for the {n} {v}", "limited to {v}"),
    "language": ("in {v}",), "language_code": ("in language {v}", 'with "{v}" as the language', "with the {n} {v}"),
    "currency": ("in {v}", "with {v} as the currency"), "timezone": ("in the {v} time zone", "with time zone {v}"),
    "ticker": ("for {v}", "for the ticker {v}"), "coin": ("for {v}",), "message": ("saying {v}", "with the {n} {v}",
    "that says {v}"),
    "title": ("called {v}", "titled {v}", "named {v}", "with the {n} {v}"), "task": ("called {v}", ": {v}", "to {v}"),
    "domain": ("for {v}", "of {v}"), "emoji": ("with {v}", "using {v}"), "package": ("for the app {v}", "for {v}"),
    "email": ("for {v}", "with the email {v}"), "phone": ("to {v}", "for {v}"), "url": ("at {v}", "for {v}", "from {v}"),
    "person": ("for {v}", "with {v}"), "author": ("by {v}",), "artist": ("by {v}",), "user_name": ("for the user {v}", "by {v}"),
    "company": ("for {v}", "at {v}"), "department": ("for {v}", "with the {n} {v}"), "job": ("for a {v}", "as {v}"),
    "subreddit": ("in r/{v}", "from the subreddit {v}"), "channel": ("in the {v} channel", "in #{v}"),
    "color": ("in {v}", "with {v} as the {n}"), "file": ("as {v}", "from the file {v}", "named {v}"),
    "id": ("with ID {v}", "with {n} {v}", "for {n} {v}", "({n} {v})"), "year": ("in {v}", "for {v}", "for the year {v}"),
    "age": ("for a {v}-year-old", "at age {v}", "for someone aged {v}"), "page": (", page {v}", "and go to page {v}"),
    "latitude": ("at latitude {v}",), "longitude": ("at longitude {v}",), "variable": ("with respect to {v}",
    "in {v}", "for {v}"),
    "expression": ("of {v}", "for {v}", "for the expression {v}"), "equation": ("for {v}",), "formula": ("of {v}", "for {v}"),
    "first_name": ("with first name {v}", "named {v}"), "last_name": ("with last name {v}",),
}  # fmt: skip
_LIMITS = (", at most {v} {things}", " and show only {v} {things}", ", limited to {v} {things}", ". I only need {v} {things}",
           ", just the first {v} {things}", " and give me {v} {things}", ". Stop after {v} {things}",
           " with a limit of {v}")  # fmt: skip


class Argument(NamedTuple):
    """A parameter and what is said of it; `stated` None: shown to the model but not mentioned."""

    field: Field
    stated: Stated | None


class Woven(NamedTuple):
    """The request with its phrases, amounts still to be said, and the words that state each truth value."""

    text: str
    amounts: list[Argument]
    tail: str
    heard: dict[str, str]


def shown(argument: Argument, rng: Random, *, bare: bool = False) -> str:
    """The value's words: messages, titles and searches mostly in quotes, a unit after a number."""
    field, stated = argument
    assert stated is not None
    what, text = kind(field), stated.text
    if field.type in ("integer", "number", "array") or stated.text != stated.value:
        unit = (
            "" if stated.unit in ("%", "°F", "°C") or what in ("age", "limit", "latitude", "longitude") else stated.unit
        )
        return (
            f"{text}{'%' if stated.unit == '%' else ''} {unit}".strip()
            if not stated.unit.startswith("°")
            else f"{text} {stated.unit}"
        )
    loose = what in _QUOTED and not (what == "title" and text.istitle() and rng.random() < 0.3)
    often = 0.95 if what == "message" else 0.65 if what in ("query", "title") else 0.5
    rarely = what in ("song", "book", "file", "product", "choice", "id", "") and rng.random() < 0.25
    if "'" not in text and ((loose and rng.random() < often) or rarely) and not bare:
        return rng.choice((f"'{text}'", f'"{text}"', f'"{text}"'))
    return f'"{text}"' if what == "message" else text


def weave(request: str, said: list[Argument], rng: Random) -> Woven | None:
    """Say every argument but the amounts inside the request. None where a truth value cannot be said."""
    heard: dict[str, str] = {}
    rest: list[Argument] = []
    for argument in said:
        replaced = _in_place(request, argument, rng) if rng.random() < 0.96 else None
        if replaced:
            request = replaced
        else:
            rest.append(argument)
    phrases, tail, amounts = _pairs(rest, rng), "", []
    for argument in rest:
        what = kind(argument.field)
        if what == "switch":
            assert argument.stated is not None
            words_said = clause(argument.field, argument.stated.value is True, rng)
            if words_said is None:
                return None
            heard[argument.field.name] = words_said.strip(" ,.")
            tail += words_said
        elif what == "limit":
            tail = f"{_limit(argument, rng)}{tail}"
        elif what in ("amount", "choice", "") and argument.field.type != "boolean":
            phrase = _choice(argument, rng) if what == "choice" else None
            if phrase:
                phrases.append(phrase)
            else:
                amounts.append(argument)
        else:
            twins = sum(kind(other.field) == what for other in rest) > 1
            phrases.append(_phrase(argument, request, rng, twins=twins))
    return Woven(re.sub(r" +,", ",", f"{request} {' '.join(phrases)}".strip()), amounts, tail, heard)


def _in_place(request: str, argument: Argument, rng: Random) -> str | None:
    """The request with the value in the place of the words that speak of it."""
    field = argument.field
    what = kind(field)
    ends = re.search(r"\b(?:start|end|since|until|from|to|before|after|due|min|max)\b", words(field.name))
    if (
        (what in ("date", "time") and ends)
        or field.type in ("array", "boolean", "number")
        or what
        in (
            "message",
            "limit",
            "amount",
            "choice",
            "switch",
            "page",
            "title",
        )
    ):
        return None
    core = re.sub(
        r"\b(?:id|ids|name|symbol|code|number|str|string|text|query|key|slug|identifier)$", "", words(field.name)
    ).strip()
    options = [w for w in dict.fromkeys((core, core.split()[-1] if core else "")) if len(w) > 2]
    if what in ("place", "country", "ticker", "person", "company", "song", "artist", "book", "species", "drug"):
        options += {
            "place": ["city", "location", "place"],
            "ticker": ["stock", "ticker symbol", "symbol", "ticker"],
        }.get(what, [what])
    for option in options:
        pattern = re.compile(
            r"\b(?:(?:a|an|the|this|that|each|one|your|any|its) )?(?:(?:specific|given|specified|particular|certain|"
            r"single|existing) )?"
            rf"((?:(?!of|for|to|in|from|by|with|a|an|the|and)[a-z]+ )?{re.escape(option)})\b(?!s?['’])"
            r"(?: (?:by|with|using|based on|given|identified by|via) (?:(?:its|the|their|a|"
            r"an) )?(?:unique )?(?:[\w-]+ )?(?:id|ids|identifier|name|symbol|number|slug|ticker|code))?(?: (?:name|"
            r"symbol|id|number|code|identifier)s?)?",
            re.IGNORECASE,
        )
        found = pattern.search(request, request.find(" "))
        if found is None or found.start() < 4 or found[1][0].isupper():
            continue
        value, thing = shown(argument, rng), found[1]
        if what in _BARE and rng.random() < 0.8:
            new = value
        elif what == "id":
            new = rng.choice(
                (f"{thing} {value}", f"the {thing} with ID {value}", f"the {thing} {value}", f"{thing} ID {value}")
            )
        else:
            new = f"the {thing} {value}"
        return request[: found.start()] + new + request[found.end() :]
    return None


def _pairs(rest: list[Argument], rng: Random) -> list[str]:
    """Two arguments said together, taken out of `rest`: coordinates, a range of dates or years, from and to."""
    made: list[str] = []
    for low, high, ways in (
        (r"\blat", r"\b(?:lon|lng)", ("at latitude {a} and longitude {b}", "at {a}, {b}", "for the coordinates {a}, {b}",
                                       "for latitude {a}, longitude {b}")),
        (r"\b(?:origin|start location|from address)\b", r"\b(?:destination|end location|to address)\b", ("from {a} to {b}",)),
        (r"\bfrom unit\b", r"\bto unit\b", ("from {a} to {b}",)),
        (r"\b(?:start|since|from|after|begin|min)\b", r"\b(?:end|until|to|before|max)\b",
         ("from {a} to {b}", "between {a} and {b}", "from {a} until {b}")),
    ):  # fmt: skip
        one = next((a for a in rest if re.search(low, words(a.field.name))), None)
        two = next((a for a in rest if a is not one and re.search(high, words(a.field.name))), None)
        if one is None or two is None or one.field.type != two.field.type:
            continue
        if "latitude" not in ways[0] and "origin" not in low and kind(one.field) != kind(two.field):
            continue
        if one.field.type == "boolean" or kind(one.field) in ("limit", "message", "title", "choice", "id", ""):
            continue
        shared = [re.sub(pattern, "", words(a.field.name)) for pattern, a in ((low, one), (high, two))]
        if "origin" not in low and "latitude" not in ways[0] and shared[0] != shared[1]:
            continue
        if "latitude" not in ways[0] and kind(one.field) == "amount" and rng.random() < 0.5:
            continue
        a, b = shown(one, rng), shown(two, rng)
        way = rng.choice(ways)
        common = words(one.field.name).split() if kind(one.field) == "amount" else []
        left = [w for w in common if not re.fullmatch(low.strip(r"\b") + r"|start|from|min|low|begin", w)]
        made.append((f"with {' '.join(left)} " if left else "") + way.format(a=a, b=b))
        rest[:] = [argument for argument in rest if argument is not one and argument is not two]
    return made


def _phrase(argument: Argument, request: str, rng: Random, *, twins: bool = False) -> str:
    what, value, name = kind(argument.field), shown(argument, rng), noun(argument.field)
    low = f" {words(argument.field.name)} "
    if what in ("date", "time"):
        if re.search(r" (?:start|since|from|after|begin|min|earliest) ", low):
            return rng.choice((f"starting {value}", f"from {value}", f"since {value}"))
        if re.search(r" (?:end|until|to|before|max|latest|due) ", low):
            return f"due {value}" if "due" in low else rng.choice((f"until {value}", f"up to {value}"))
        return rng.choice((f"on {value}", f"for {value}", f"dated {value}"))
    if what in ("email", "phone", "person") and re.search(r" (?:to|recipients?|attendees?|cc|bcc) ", low):
        return f"with {value} in {name}" if name in ("cc", "bcc") else f"to {value}"
    if re.match(r" (?:from|sender) ", low):
        return f"from {value}"
    if what == "query" and re.match(r"(?:search|look|find)\b.*\bfor\b", request):
        return rng.choice((f"matching {value}", f"with the query {value}", f"about {value}"))
    if argument.field.type == "array" and what not in ("query", "place", "ticker", "email", "author"):
        return rng.choice((f"for {value}", f"with {value} as the {name}", f"with the {name} {value}"))
    if twins and what not in ("person", "author"):
        return rng.choice((f"with the {name} {value}", f"with {value} as the {name}", f"and the {name} {value}"))
    ways = _PHRASES.get(what, ("with the {n} {v}", "with {v} as the {n}"))
    if what == "id" and len(name) < 4:
        ways = ("with ID {v}",)
    return rng.choice(ways).format(v=value, n=name)


def _limit(argument: Argument, rng: Random) -> str:
    """`, at most 5 papers`: what is counted comes from the description."""
    counted = re.search(r"(?:number|maximum|count) of (?:\w+ )?(\w+s)\b", about(argument.field).lower())
    vague = ("seconds", "news", "resources", "items", "responses", "entries", "rows", "objects", "elements")
    things = counted[1] if counted and counted[1] not in vague else "results"
    return rng.choice(_LIMITS).format(v=shown(argument, rng), things=things)


def _choice(argument: Argument, rng: Random) -> str | None:
    """A choice said by what it decides: the order, the unit, the format, the method; None: as any amount."""
    name, value = noun(argument.field).lower(), shown(argument, rng)
    for pattern, ways in (
        (r"\b(?:sort|order) by\b|^sort$", ("sorted by {v}", "ordered by {v}")),
        (r"\b(?:order|direction|sort order)\b", ("in {v} order",)), (r"\bformat\b", ("in {v} format", "as {v}")),
        (r"\bunits?\b", ("in {v}", "in {v} units", "with {v} as the unit")), (r"\b(?:method|algorithm|model)\b",
        ("using the {v} {n}",)),
        (r"\b(?:type|kind|category)\b", ("of type {v}", "with the {n} {v}", "with {v} as the {n}")),
        (r"\b(?:status|state)\b", ("with status {v}", "that are {v}", "with the {n} set to {v}")),
        (r"\b(?:period|interval|frequency|range)\b", ("with {a} of {v}", "using the {v} {n}", "for the {v} {n}")),
    ):  # fmt: skip
        if re.search(pattern, name):
            return rng.choice(ways).format(v=value, n=name, a=article(name))
    return None


def together(arguments: list[Argument], rng: Random) -> str:
    """Arguments said in one breath and one manner: ` with a width of 5 m and a height of 10 m`, ` where a is 1`."""
    if not arguments:
        return ""
    pairs = [(noun(one.field), shown(one, rng)) for one in arguments]
    symbols = any(len(name) <= 2 or name.split()[0].endswith("s") for name, _ in pairs)
    manners = ("is", "plain", "equals") if symbols else ("of", "of", "of", "is", "plain", "as", "set")
    manner = rng.choice(manners)
    the = "" if symbols else "the "
    if manner == "is":
        lead = rng.choice((" when ", " if ", " where ", ", given that "))
        return lead + listing([f"{the}{name} is {value}" for name, value in pairs])
    if manner == "equals":
        mark = rng.choice((" = ", "=", " equal to "))
        return rng.choice((" with ", " for ", " given ")) + listing([f"{name}{mark}{value}" for name, value in pairs])
    if manner == "of":
        lead = (
            rng.choice((" with ", " with ", " for ", ", given ", " at "))
            if len(pairs) < 3
            else rng.choice((" with ", ", given ", " for "))
        )
        return lead + listing([_having(name, value) for name, value in pairs])
    if manner == "as":
        return " using " + listing([f"{value} as the {name}" for name, value in pairs])
    if manner == "set":
        return " with " + listing([f"the {name} set to {value}" for name, value in pairs])
    return rng.choice((" with ", " for ", ", ")) + listing([f"{name} {value}" for name, value in pairs])


def _having(name: str, value: str) -> str:
    """`a width of 5 m`; `4 tube passes` for a `number of tube passes`."""
    found = re.match(r"(?:num(?:ber)?|count|n)(?: of)? (?:the )?(?=[a-z])([\w -]+s)$", name)
    whole = found and value.replace(",", "").isdigit() and value != "1"
    return f"{value} {found[1]}" if found and whole else f"{article(name)} of {value}"


def statement(arguments: list[Argument], rng: Random) -> str:
    """The arguments as a sentence of their own: `The density is 1000 kg/m^3 and the velocity is 2.5 m/s.`"""
    pairs = [(noun(one.field), shown(one, rng)) for one in arguments]
    if rng.random() < 0.35:
        return "I have " + listing([_having(name, value) for name, value in pairs]) + "."
    return listing([f"the {name} is {value}" if len(name) > 2 else f"{name} is {value}" for name, value in pairs]) + "."
