"""What a parameter is about, as a person would say it: its noun, its unit, its examples, and its kind.

The kind says which values are plausible and how they are woven into a sentence: a place, a date, a count of results, a
message, a measured amount. It is read from name, type and description by patterns; none fitting is "" for text, which then
needs an example of its own, and `amount` for numbers.
"""

import re

from stages.core.records import Field
from stages.trajectories.words import words

_EXAMPLES = re.compile(r"\s*\(e\.g\. ((?:'[^']*'(?:, )?)+)\)$")
_UNIT = re.compile(
    r"\[\s*([^\[\]]{1,16}?)\s*\]|\((°[FC]|psi|ft|kPa|mg/dL|g/dL|mmol/L|mmHg|g/cc|degrees|days|ohm-m|ppm|%|years|hours)\)"
    r"|\bin (°[FC]|psi|feet|ft|acres|mg/dL|g/dL|mmol/L|mmHg|hPa|kPa|kg|cm|grams|scf/STB|ppm|percent|decimal degrees|degrees"
    r"|seconds|minutes|hours|days|weeks|months|years|milliseconds|met(?:er|re)s|kilomet(?:er|re)s|km|miles|dollars"
    r"|kilograms|celsius|USD|cents|radians)\b"
)
_CUT = re.compile(
    r"\s*(?:[\[(;:.\"'`]|,|\b(?:that|which|used|such|where|whose|to be|for which|as measured|measured|calculated|normalized|"
    r"with respect|evaluated|expressed|corresponding|as a|as an|if|in the format|in \w+ format|per page|defined|"
    r"returned|whether|when|must|should|can|will|is|are)\b).*",
    re.DOTALL,
)
_LEAD = re.compile(r"^(?:(?:the|a|an|optional|your|specify|specifies|filter by|name of the) )+", re.IGNORECASE)
_PROPER = re.compile(r"^(?:Reynolds|Prandtl|Darcy|Mach|Nusselt|Grashof|Fanning|Rayleigh|Biot|Fourier|Schmidt|Euler|Weber|"
                     r"Froude|Google|Spotify|Excel|GPS|Celsius|[A-Z]{2,}|[A-Z]\w*[A-Z]\w*|R-value|U-value)\b")  # fmt: skip
_GREEK = (
    "rho",
    "mu",
    "nu",
    "sigma",
    "eta",
    "phi",
    "theta",
    "alpha",
    "beta",
    "gamma",
    "delta",
    "eps",
    "lambda",
    "omega",
)
# A description that begins like this is no noun phrase.
_NO_NOUN = re.compile(
    r"^(?:If|Whether|Only|None|String|Integer|Number to|Value to|Expand|Determines?|For|Pick|Choose|Indicates?|Enter|"
    r"Include|Provide|"
    r"Set|Use|Describes?|Select|True|Return|Either|Sets|Issue|Limits?|Restrict|Do not|Don't)\b|\b(?:you|this|param|it|"
    r"its|query parameter)\b"
)
_GENERIC = re.compile(
    r"^(?:the |a )?(?:input|1-?d|n-?d|arrays?|lists?|sequence|data|samples?|first|second|two|quantiles)\b",
    re.IGNORECASE,
)
_SHORT = ("age", "day", "days", "year", "month", "hour", "url", "lat", "lon", "lng", "city", "date", "size", "page", "name",
          "text", "unit", "id", "ids", "no", "to", "zip", "limit", "to", "from", "cc", "bcc", "cron", "rate", "time",
          "type", "sort", "order", "color")  # fmt: skip

_ROWS = re.compile(
    r"\bmatri(?:x|ces)\b|\b2-?d\b|\bpoints\b|\bcoordinates\b|\bvertices\b|\bpairs\b|contingency|\btable\b|\bm[_ ]by[_ ]n\b"
)
_MONEY = re.compile(r"\b(?:price|cost|income|salary|loan|principal|mortgage|budget|revenue|fee|payment|debts?|amount|balance|"
                    r"wage|investment|deposit|property value)\b")  # fmt: skip
_NO_MONEY = re.compile(r"\b(?:rate|ratio|percent|term|years?|months?|number|count|id|type|currency|fraction)\b")

# The first pattern that matches `name: description` in lower case gives the kind. Words of the name come with spaces.
_TEXT = (
    ("title", r"\b(?:note|list|space|board|project|folder|sheet|label|playlist|calendar|event|group|tag|task|card|section|page|"
              r"collection|report|document|album|template|campaign|form|meeting) name:"),
    ("id", r"^[\w ]*(?:user|area|chat|page|entity|taxon|image|post|open|union)ids?:|^[\w ]*\b(?:ids?|uid|pmid|doi|"
    r"accession|identifier|slug|fid|sid)\b[\w ]*:"),
    ("email", r"e-?mail|^(?:to|cc|bcc|recipients?|attendees?|sender):"),
    ("phone", r"phone|^(?:to|from) ?:.*(?:e\.164|number|sms|whatsapp)|whatsapp number"),
    ("package", r"package ?name|bundle id"), ("domain", r"\bdomain(?: name)?\b|^target:.*(?:domain|website)"),
    ("emoji", r"\bemoji\b"),
    ("url", r"\b(?:url|uri|website|link|webpage|site url)\b"),
    ("timezone", r"time ?zone"),
    ("time", r"iso 8601 (?:format|date)|date(?:-| and )?time|rfc ?3339|^(?:[\w ]* )?(?:start|end|due|begin)[ _]?(?:time|at):"),
    ("date", r"^[\w ]*\b(?:date|day|since|until|due)\b[\w ]*:|yyyy-mm-dd|^date|date (?:min|max|from|to)"),
    ("language_code", r"\blang(?:uage)?\b.*(?:code|iso|'en'|bcp)|^(?:language code|lang|hl):"),
    ("language", r"\blanguage\b"),
    ("country_code", r"(?:country|region|market|territory).*(?:code|iso|alpha)|^(?:country code|region code|gl|market):"),
    ("country", r"\bcountr(?:y|ies)\b"),
    ("state", r"^(?:us )?state:.*\b(?:us|u\.s\.|two-letter)|^(?:province|us state):"),
    ("currency", r"currency"),
    ("ticker", r"(?:ticker|stock) symbol|^(?:ticker|tickers):|^symbol:.*(?:stock|ticker|share)"),
    ("coin", r"crypto"),
    ("equation", r"\bequation|\bsolve for\b.*=|^inequality"),
    ("formula", r"molecular formula|chemical formula"),
    ("expression", r"\b(?:expression|polynomial|sympy)\b|mathematical (?:function|formula)|^(?:numerator|function):"),
    ("variable", r"^(?:variable|var|wrt):"),
    ("species", r"\bspecies\b|\btaxon|scientific name|organism|\banimal\b|\bplant name"),
    ("color", r"\bcolou?r"),
    ("drug", r"\bdrug|\bmedicinal|\bmedication"),
    ("disease", r"\bdisease|\bcondition\b.*(?:medical|health)|\bdiagnosis"),
    ("chemical", r"\bcompound|\bmolecule|chemical (?:name|compound)|\bsubstance"),
    ("food", r"\bfood|(?<!active )\bingredient|\brecipe|\bnutri"),
    ("artist", r"\bartist|\bband\b"),
    ("author", r"\bauthor|\bresearcher"),
    ("song", r"\bsong|\btrack(?! ?id)|\balbum"),
    ("book", r"\bbook\b|\bvolume title"),
    ("subreddit", r"subreddit"),
    ("place_from", r"^(?:origin|start location|from location|departure|source location|start|from address):"),
    ("place_to", r"^(?:destination|end location|to location|arrival|end|to address):"),
    ("address", r"\baddress(?! of the (?:email|page))"),
    ("place", r"\b(?:city|location|place|town|region|area|landmark|venue|address or|geographic)\b"),
    ("company", r"\bcompany|\borgani[sz]ation|\bbrand|\bvendor|\bemployer|\bcustomer name|\bmanufacturer"),
    ("department", r"\bdepartment|\bteam name|\bgroup name"),
    ("job", r"\bjob title|\bposition title|\boccupation|\bjob\b.*(?:keyword|role)"),
    ("first_name", r"first ?name|given ?name"),
    ("last_name", r"last ?name|surname|family ?name"),
    ("user_name", r"^(?:user ?name|screen name|handle|user):|\busername"),
    ("channel", r"\bchannel(?: name)?\b"),
    ("file", r"\bfile ?name|\bfilename|^(?:file|attachment):|\bfile path"),
    ("query", r"^(?:[\w ]*\b)?(?:query|q|search|keywords?|terms?|topic|search string|search text|text query)\b[\w ]*:|"
    r"\bsearch (?:term|query)"),
    ("task", r"^(?:task name|task|to ?do|content):.*task|title of the task|task (?:title|name)"),
    ("product", r"\bproduct (?:name|title)|\bitem name"),
    ("title", r"^(?:[\w ]*\b)?(?:title|subject|headline|topic|heading|summary|display name|label|card name|list name)\b[\w ]*:"),
    ("message", r"^(?:[\w ]*\b)?(?:message|text|body|content|comment|description|notes?|reason|caption|reply|bio|"
    r"brief|question)(?: text| body| content| message)?:"),
    ("person", r"\b(?:full name|person|contact name|assignee|attendee|customer|patient|player|speaker|host|"
    r"user's name|name of the user)\b"),
    ("title", r"^(?:[\w ]*\b)?name\b[\w ]*:.*\bname (?:of|for) (?:the |your |this )?(?:new )?(?:playlist|list|board|card|folder|"
              r"calendar|project|label|group|note|file|event|campaign|segment|sheet|presentation|document|space|meeting|form|"
              r"database|page|task|section|collection|brand|template|design|portfolio|workspace|goal|tag|deal|stage|pipeline)"),
)  # fmt: skip
_BY_DESCRIPTION = (
    "email", "phone", "package", "domain", "emoji", "url", "timezone", "time", "date", "language_code", "language",
    "country_code", "country", "state",
    "currency", "ticker", "coin", "equation", "formula", "expression", "species", "drug", "disease", "chemical", "food",
    "artist", "author", "song", "book", "subreddit", "address", "place", "company", "job", "first_name", "last_name",
    "product", "person", "color", "file", "title", "task",
)  # fmt: skip
_NUMBERS = (
    ("latitude", r"\blat(?:itude)?\b"),
    ("longitude", r"\b(?:lon|lng|longitude)\b"),
    ("limit", r"^(?:[\w ]*\b)?(?:limit|max results|num results|per page|page size|count|top k|top n|size|num \w+|n \w+|max \w+|"
              r"number of \w+)\b[\w ]*:.*(?:number of|maximum|results|items|limit|how many|return)|^(?:max results|"
              r"count|num results|n results|top k):"),
    ("page", r"^page(?: number)?:|page number"),
    ("year", r"^(?:[\w ]*\b)?years?\b[\w ]*:(?!.*(?:term|in years|number of years|old))"),
    ("age", r"^age|\bage in years|\bage of the"),
)  # fmt: skip


def about(field: Field) -> str:
    """The description without its examples."""
    return _EXAMPLES.sub("", re.sub(r"\s+", " ", field.description.replace(":math:", ""))).strip()


def examples(field: Field) -> list[str]:
    """The values that the description gives as examples (`sources` writes them in one fixed form)."""
    found = _EXAMPLES.search(field.description)
    return re.findall(r"'([^']*)'", found[1]) if found else []


def unit(field: Field) -> str:
    """The unit a number is in, as the description writes it; "" for none and for a pure number."""
    found = _UNIT.search(field.description)
    mark = next((group for group in found.groups() if group), "") if found else ""
    return "" if mark in ("-", "", "0, 1", "dimensionless") or not re.search(r"[A-Za-z°%]", mark) else mark


def nested(field: Field) -> bool:
    """Whether a list of numbers is a list of rows: a matrix, points, a table."""
    inner = field.items
    if field.type != "array" or inner is None or inner.type not in ("number", "integer", "any"):
        return False
    return bool(_ROWS.search(f"{words(field.name)}: {about(field)}".lower()))


def money(field: Field) -> bool:
    """Whether a number is an amount of money."""
    text = f"{words(field.name)} {noun(field)}".lower()
    return unit(field) in ("USD", "dollars") or (bool(_MONEY.search(text)) and not _NO_MONEY.search(text))


def kind(field: Field) -> str:
    """What the value is: one of the kinds of this module. Enums and truth values are `choice` and `switch`."""
    if field.enum:
        return "choice"
    if field.type == "boolean":
        return "switch"
    inner = field.items if field.type == "array" and field.items is not None else field
    name = words(field.name)
    if inner.type != "string":
        found = _first(_NUMBERS, f"{name}: {about(field)}".lower())
        if found == "limit" and re.search(r"\b(?:age|days?|hours?|minutes?|years?|width|height|price)\b", name):
            return "amount"
        return found or ("id" if re.search(r"\bids?$", name) else "amount")
    found = _first(_TEXT, f"{name}:")
    told = about(field).lower()
    if re.match(r"(?:whether|true (?:if|to|or)|if true)", told):
        return ""
    if found == "email" and "mail" not in name and re.search(r"phone|e\.164|\bnumber\b", told):
        return "phone"
    if found == "country" and re.search(r"\bcode\b|\biso\b", told):
        return "country_code"
    if found and found != "query":
        return found
    # `query: Author name to search for`, `name: City to look up`: the description says what it is a query or name of.
    head = re.split(r"[.;,(]", about(field))[0][:56]
    if _NO_NOUN.search(head) or (re.search(r"\b(?:type|format|kind|mode|level)s?$", name) and not examples(field)):
        return found
    named = re.search(r"\bname$", name) and re.search(r"\bname\b", told)
    return _first(_TEXT, f": {head}".lower(), _BY_DESCRIPTION) or found or ("title" if named else "")


def _first(table: tuple[tuple[str, str], ...], text: str, among: tuple[str, ...] = ()) -> str:
    return next((name for name, pattern in table if (not among or name in among) and re.search(pattern, text)), "")


def noun(field: Field) -> str:
    """What a person calls the parameter: its name in words, or the head of its description where the name is a symbol."""
    name = re.sub(r" (?:str|string|param|value)$", "", words(field.name))
    parts = name.split()
    symbol = any(
        (len(part) < 3 and part not in _SHORT) or any(c.isdigit() for c in part) or part in _GREEK for part in parts
    )
    symbol = symbol or any(c.isupper() for c in field.name[:1]) or (len(name) <= 4 and name not in _SHORT)
    # `lastdays: Number of days of historical data`: words run together, and the description does not use them.
    glued = len(parts) == 1 and len(name) > 6 and name not in about(field).lower() and "limit" not in name
    if not symbol and len(parts) <= 4 and not (glued and 0 < len(described(field).split()) < 7):
        return name
    return (described(field) if not _GENERIC.match(about(field)) else "") or (name if len(name) > 2 else field.name)


def described(field: Field) -> str:
    """The head of the description as a noun phrase of at most seven words; "" where it does not begin with one."""
    text = _CUT.sub("", _LEAD.sub("", about(field))).strip(" -")
    text = re.sub(r"\s+(?:of|in|from|for|to|at|by|on|or|and|the)$", "", text)
    if len(text.split()) > 7:
        text = re.sub(
            r"\s+(?:in|from|for|at|by|on|attached|using|between|under|beneath|extends|above|below|over|per|mounted)\b.*$",
            "",
            text,
        )
    if len(text.split()) > 7:
        text = re.sub(r"\s+of\b.*$", "", text)
    if len(text) < 3 or len(text.split()) > 7 or _NO_NOUN.search(text):
        return ""
    text = re.sub(r"^([a-z]+) of ", r"\1 of the ", text) if re.match(r"^[a-z]+ of (?!the|a|an)[a-z]+$", text) else text
    return text if _PROPER.match(text) or re.search(r"^\w+ [A-Z][a-z]", text) else text[0].lower() + text[1:]
