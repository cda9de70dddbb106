"""A function's description as what a person asks for: `Computes the X using Y's API` -> `compute the X`, `What is the X?`."""

import re
from random import Random

from stages.trajectories.words import machine_words, many

ASKS = ("compute", "calculate", "find", "determine", "estimate", "evaluate", "count")
_GETS = ("get", "retrieve", "return", "fetch", "list", "show", "find", "look", "view", "read", "query", "browse")
_THIRD = re.compile(r"^(\w+?)(?:(ies)|(sh|ch|ss|x|z)es|(s))$")
_VERBS = re.compile(
    r"(?:permanently |immediately )?(?:add|adjust|analyze|append|compose|erase|integrate|leave|place|represent|scrape|"
    r"trigger|apply|approve|archive|assign|attach|book|browse|build|calculate|cancel|change|check|choose|clear|close|"
    r"compare|complete|compute|configure|convert|copy|count|create|decline|delete|describe|detect|determine|disable|"
    r"download|draft|draw|duplicate|enable|estimate|evaluate|expand|export|factor|fetch|filter|find|follow|format|generate|get|"
    r"identify|import|insert|invite|join|like|list|log|look|make|mark|match|measure|merge|modify|monitor|move|mute|"
    r"name|open|parse|pause|"
    r"perform|pin|plan|play|plot|post|predict|publish|query|quote|react|read|recommend|register|remove|rename|reopen|"
    r"replace|reply|"
    r"report|request|reschedule|reset|resolve|respond|restore|resume|retrieve|return|revoke|rotate|round|run|save|schedule|"
    r"search|select|send|set|share|show|simplify|solve|sort|star|start|stop|submit|subscribe|suggest|summarize|track|"
    r"translate|trash|unfollow|unlike|update|upload|validate|verify|view|watch|write|raise|multiply|divide|subtract)"
)
_NO_VERB = ("this", "is", "has", "was", "its", "process", "access", "alias", "status", "class")
_OPENING = re.compile(
    r"^(?:this function handles (?=calculation)|use this (?:function|tool) to|this function|this method|the function|"
    r"allows? (?:you|users?) to|simple function to|"
    r"either )\s*",
    re.IGNORECASE,
)
_A = r"(?:the |a |an )?"
_TAILS = re.compile(
    "|".join(
        (
            r",? (?:and|which|then) (?:returns?|is|saves?|outputs?)\b.*",
            r"[,;] (?:returning|including|allowing|optionally|distinct|useful|with|supporting|or|such as|along with|enabling|"
            r"requiring|providing|where|then|typically|but|so|as shown|based)\b.*",
            rf" (?:using|via|through|from|with|by calling|in) {_A}(?:[\w.'-]+ ){{0,5}}?(?:APIs?|endpoint|method|HTTP|"
            rf"GET|POST|PUT|PATCH|"
            r"DELETE|SDK|request|library|SympPy|SymPy|web service|correlation|expression|equation|formula|path|"
            r"provided parameters)\b.*",
            r" (?:by|with|using|given|from|via|identified by|based on) (?:its|their|the|an?) (?:unique )?(?:[\w-]+ ){0,2}"
            r"(?:IDs?|identifiers?|keys?)\b.*",
            r" (?:by|with) (?:ID|name|slug|username|number|query|keyword)s?$",
            rf" (?:with|by|using|for|given|based on|from|according to|of) {_A}(?:given|specified|provided|supplied|"
            rf"optional|various|"
            r"multiple|certain|chosen|following|desired|advanced|known)\b.*",
            r" (?:as )?(?:shown|given|presented|developed|described|cited) in\b.*| (?:according|due) to(?: \w+)?$",
            r" given (?:the|an?|its|their) .*",
            r" via .*| (?:allowing|enabling|identified|specified|provided|belonging) .*",
            r" with (?:pagination|filters?|filtering|optional|support)\b.*",
            r" (?:matching|that match) (?:the |a |your )?(?:query|criteria|keywords?)\b.*",
            rf" (?:both )?(?:at|evaluated at|under|on|to|into|within|across|along|over) {_A}(?:given|specified|chosen)\b.*",
            r" for the (?:current|authenticated|calling) (?:user|account)\b.*| of (?:the )?(?:current|authenticated) user\b.*",
        )
    )
)
_DANGLING = re.compile(
    r"\b(?:of|for|from|in|to|with|by|using|an?|the|and|or|given|via|at|on|into|based|across|both|as|within)$"
)
_STIFF = re.compile(
    r"\b(?:specified|identified|referenced|previously|authenticated|invoking|constraints?|various|depending|issuer|classes|"
    r"parameters?|payloads?|subresource|records? in|entries in|enumerat\w+|correlat\w+|dimensionless group|input|output|"
    r"fields?|properties|query string|default|configured|underlying|respective|corresponding|associated|resend|recurring)\b",
    re.IGNORECASE,
)
_BAD = re.compile(
    r"[<>{}=|\\$\"]|\W/|/\W|e\.g|i\.e|deprecated|(?<!['’])\b[b-z]\b|\bresource\b|\bentity\b|\bobject\b|[\[\]]|"
    r"\b[A-Z]{2,}s?_|\bNone\b|→"
)


def imperative(description: str) -> str | None:
    """The first sentence as a request in the imperative, without marks and brackets; None if it does not read so."""
    text = re.sub(
        r"\s*\[[\w, ]*\]_?|,? *(?:\bor )?`\w{1,3}`,?|`+|\*+|\s*\([^)]*\)|(?<!\w)'|'(?!\w)",
        "",
        description.replace("’s", "'s"),
    )
    text = _OPENING.sub("", text.strip())
    first = re.split(r"(?<=[a-z0-9)])\.(?:\s|$)|:(?:\s|$)|;\s|\n| - | — |…", text.strip())[0].strip().rstrip(".")
    first = re.sub(r"\s+", " ", first)
    for _ in range(2):
        first = _TAILS.sub("", first).strip(" ,")
    if len(first) > 90:
        first = re.split(
            r"(?<=.{30}), |(?<=.{45}) (?=for |and |that |which |as |with |in |at |from |required |given |by )", first
        )[0]
    if re.search(r"\bone of$|\bfollowing$", first) or re.search(r"\b[A-Z]?[a-z]+ (?:angle angle|phase phase)\b", first):
        return None
    if not 8 <= len(first) <= 95 or machine_words(first) or _BAD.search(first):
        return None
    first = re.sub(r"^calculation of (?:the )?", "calculate the ", first)
    scored = re.match(r"(?:The |An? )?((?:[\w-]+ ){1,5}(?:score|risk))\b", first)
    if scored and first == scored[0] and not _VERBS.fullmatch(first.partition(" ")[0].lower()):
        first = f"calculate the {scored[1]}"
    adverb = re.match(r"(permanently|immediately) (?=\w)", first, re.IGNORECASE)
    first = first[adverb.end() :] if adverb else first
    head, _, rest = first.partition(" ")
    verb = head.lower()
    if verb in _NO_VERB or not verb.isalpha() or not rest:
        return None
    match = _THIRD.match(verb)
    if match and not _VERBS.fullmatch(verb):
        verb = match[1] + ("y" if match[2] else match[3] or "")
        verb = verb if _VERBS.fullmatch(verb) else verb + "e"
    if not _VERBS.fullmatch(verb) or rest.split()[0].lower() in ("of", "none", "true", "whether"):
        return None
    # "the specified channel given its id": the arguments say it, so the sentence need not.
    rest = re.sub(
        r"^(?:a |the )?(?:paginated )?(?:full |complete )?list of (?=all |the |[a-z]+s\b|\w+ \w+s\b)", "", rest
    )
    rest = re.sub(r"\b(?:paginated|customizable|comprehensive|raw) (?=\w)", "", rest)
    rest = re.sub(r"\b(the |a |an )?(specified|given|provided|specific|particular|single) (?=\w)", r"\1", rest)
    rest = re.sub(r"\ba (?=[aeio])", "an ", re.sub(r"\ban (?=[b-df-hj-np-tv-z])", "a ", rest))
    if verb == "perform" and (searching := re.match(r"(?:a|an)? ?([\w ]*)search\b(.*)", rest, re.IGNORECASE)):
        verb, rest = "do", f"a {searching[1]}search{searching[2]}"
    if verb in ("calculate", "compute", "return", "determine", "estimate") and not re.match(
        r"(?:the|a|an|all|how|if|whether|either|various|[a-z]+s)\b", rest
    ):
        rest = f"the {rest}"
    rest = re.sub(r" and returns? ", " and return ", rest)
    whole = f"{verb} {rest}"
    while (shorter := _DANGLING.sub("", whole).strip(" ,")) != whole:
        whole = shorter
    return None if " " not in whole or _STIFF.search(whole) else whole


def opened(request: str, rng: Random) -> tuple[str, str]:
    """How the sentence begins, and its end mark."""
    verb, _, rest = request.partition(" ")
    definite = (
        rest if rest.startswith("the ") else f"the {rest.partition(' ')[2]}" if rest.startswith(("a ", "an ")) else ""
    )
    head = re.split(r" (?:of|for|in|from|to|that|with|at|between|on|across|by|when)\b", definite or rest)[0]
    if (verb in ASKS or verb in ("get", "retrieve", "return", "fetch")) and definite and rng.random() < 0.6:
        isare = "are" if many(head) else "is"
        ways = [
            (f"What {isare} {definite}", "?"), (f"What {isare} {definite}", "?"), (f"Can you tell me {definite}", "?"),
            (f"I need {definite}", "."), (f"I'd like to know {definite}", "."), (f"Give me {definite}", "."),
        ]  # fmt: skip
        if verb in ASKS:
            ways += [
                (f"Calculate {definite}", "."),
                (f"Work out {definite}", "."),
                (f"Determine {definite}", "."),
                (f"Find {definite}", "."),
            ]
        return rng.choice(ways)
    if verb in ("return", "retrieve", "fetch", "get", "list", "browse"):
        ways = ("get", "give me", "show me", "find", "pull up", "fetch", verb if verb != "return" else "get")
        request = f"{rng.choice(ways)} {rest}"
    elif verb == "query":
        request = f"look up {rest}"
    mine = request.startswith(("give me", "show me"))
    return rng.choice(
        ((request, "."), (request, "."), (request, "."), (f"Please {request}", "."), (f"Can you {request}", "?"),
         (request, ".") if mine else (f"I want to {request}", "."), (f"Could you {request}", "?"),
         (f"Could you please {request}", "?"),
         (request, ".") if mine else (f"I'd like to {request}", "."), (request, ".") if mine else (f"Help me {request}", "."),
         (request, ".") if mine else (f"I need to {request}", "."))
    )  # fmt: skip


def scene(kinds: set[str], verb: str, rng: Random) -> str:
    """A few words before the request that say what it is for; mostly none."""
    if rng.random() > 0.16:
        return ""
    ways = [
        "Hi, quick request. ",
        "Quick question. ",
        "For a report I'm writing: ",
        "My colleague needs this. ",
        "Hello! ",
    ]
    if kinds & {"place", "latitude", "place_from", "address"}:
        ways = ["I'm planning a trip. ", "We are travelling soon. ", "I'm new in the area. ", *ways[:1]]
    elif "ticker" in kinds or "coin" in kinds:
        ways = [
            "I'm reviewing my portfolio. ",
            "Before the market opens, I need one thing. ",
            "I'm thinking about investing. ",
        ]
    elif verb in ("calculate", "compute", "determine", "convert", "return") and kinds <= {
        "amount",
        "choice",
        "switch",
        "limit",
    }:
        ways = [
            "I'm working on a design problem. ",
            "For my homework: ",
            "I'm checking a lab result. ",
            "Engineering question: ",
            "Quick question. ",
        ]
    elif kinds & {"disease", "drug", "age"}:
        ways = ["I'm preparing for rounds. ", "For a patient of mine: ", "I have a health question. "]
    elif kinds & {"expression", "equation", "variable"}:
        ways = ["I'm studying for a math exam. ", "For my homework: ", "Math question: "]
    return rng.choice(ways)
