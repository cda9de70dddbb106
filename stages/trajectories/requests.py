"""A function's description as what a person asks for: `Computes the X` -> `compute the X`, `What is the X?`."""

import re
from random import Random

from stages.trajectories.words import machine_words

ASKS = ("compute", "calculate", "return", "find", "get", "determine", "estimate", "evaluate", "retrieve", "count")
_THIRD = re.compile(r"^(\w+?)(?:(ies)|(sh|ch|ss|x|z)es|(s))$")
_VERBS = re.compile(
    r"add|adjust|apply|approve|archive|assign|attach|build|calculate|cancel|change|check|choose|clear|close|compute|"
    r"configure|construct|convert|copy|count|create|decode|decompose|define|delete|describe|design|detect|determine|"
    r"disable|download|draw|enable|encode|estimate|evaluate|export|factor|fetch|filter|find|fit|format|generate|get|"
    r"import|insert|interpolate|invite|list|load|look|make|mark|measure|merge|modify|move|normalize|open|parse|patch|"
    r"pause|plot|predict|print|publish|query|read|register|remove|rename|replace|report|request|reset|resize|resolve|"
    r"restore|resume|retrieve|return|revoke|rotate|round|run|sample|save|search|select|send|set|show|simulate|solve|sort|"
    r"start|stop|submit|subscribe|suggest|test|transform|translate|undelete|update|upload|validate|verify|watch|"
    r"write"
)
_NO_VERB = ("this", "is", "has", "was", "its", "process", "access", "alias", "status", "class")


def imperative(description: str) -> str | None:
    """The first sentence as a request in the imperative, without marks and brackets; None if it does not read so."""
    text = re.sub(r"`+|\*+|\s*\([^)]*\)|\s*\[[^\]]*\]", "", description)
    first = re.split(r"(?<=[a-z0-9])\.(?:\s|$)|:\s|;\s|\n", text.strip())[0].strip().rstrip(".")
    if not 8 <= len(first) <= 110 or machine_words(first) or re.search(r"[<>{}=|\\$/]|e\.g|i\.e|deprecated", first):
        return None
    head, _, rest = first.partition(" ")
    verb = head.lower()
    if verb in _NO_VERB or not verb.isalpha() or not rest:
        return None
    match = _THIRD.match(verb)
    if match:
        verb = match[1] + ("y" if match[2] else match[3] or "")
    if not _VERBS.fullmatch(verb) or rest.split()[0].lower() in ("of", "for", "none", "true", "to"):
        return None
    # "the specified channel given its id": the arguments say it, so the sentence need not.
    rest = re.sub(r"\b(the )?(specified|given) (?=\w)", r"\1", rest)
    rest = re.sub(
        r",? (?:and|which) (?:returns?|is)\b.*| (?:by|with) the ID$| with (?:\w+ )?(?:nodes|vertices)\b.*",
        "",
        rest,
    )
    return f"{verb} {re.sub(r' and returns? ', ' and return ', rest)}"


def opened(request: str, rng: Random) -> tuple[str, str]:
    """How the sentence begins, and its end mark."""
    verb, _, rest = request.partition(" ")
    if verb in ASKS and rest.startswith(("the ", "a ", "an ")) and rng.random() < 0.55:
        thing = rest if rest.startswith("the ") else f"the {rest.partition(' ')[2]}"
        return rng.choice(
            ((f"What is {thing}", "?"), (f"Can you tell me {thing}", "?"), (f"I need {thing}", "."),
             (f"Find {thing}", "."),
             (f"Calculate {thing}" if verb in ASKS[:2] else f"Get {thing}", "."))
        )  # fmt: skip
    if verb == "return":
        request = f"{rng.choice(('get', 'give me', 'find'))} {rest}"
    return rng.choice(
        ((request, "."), (request, "."), (f"Please {request}", "."), (f"Can you {request}", "?"),
         (f"I want to {request}", ".") if verb != "return" else (request, "."), (f"Could you {request}", "?"),
         (f"Help me {request}", "."))
    )  # fmt: skip
