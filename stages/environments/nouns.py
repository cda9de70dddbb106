"""Words from identifiers: `managedZones` is "managed zones", one of them a "managed zone".

English by rule, no dictionary: API names use a narrow, regular vocabulary, and the exceptions are listed.
"""

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SAME = frozenset(
    {"metadata", "data", "acl", "dns", "media", "series", "work", "news", "information", "software", "access"}
)
_IRREGULAR = {
    "addresses": "address",
    "aliases": "alias",
    "analyses": "analysis",
    "bases": "base",
    "bookshelves": "bookshelf",
    "buses": "bus",
    "caches": "cache",
    "campuses": "campus",
    "canvases": "canvas",
    "cases": "case",
    "children": "child",
    "clauses": "clause",
    "cookies": "cookie",
    "courses": "course",
    "databases": "database",
    "emojis": "emoji",
    "exercises": "exercise",
    "expenses": "expense",
    "houses": "house",
    "indexes": "index",
    "indices": "index",
    "leases": "lease",
    "licenses": "license",
    "matrices": "matrix",
    "movies": "movie",
    "people": "person",
    "phrases": "phrase",
    "purchases": "purchase",
    "purposes": "purpose",
    "quizzes": "quiz",
    "releases": "release",
    "responses": "response",
    "shelves": "shelf",
    "snoozes": "snooze",
    "statuses": "status",
    "vertices": "vertex",
    "warehouses": "warehouse",
}
_PLURAL = {one: many for many, one in _IRREGULAR.items() if many != "indices"}
# Schema and collection names that say nothing to a person, and what people say.
_SPOKEN = {
    "acl rule": "access rule",
    "add on attachment": "add-on attachment",
    "org unit": "organizational unit",
    "acl": "access rule",
    "course work": "assignment",
    "course work material": "course material",
    "calendar list entry": "calendar",
    "tasklist": "task list",
    "send as": "sender address",
    "resource record set": "record set",
    "gtag config": "tag configuration",
    "config": "configuration",
    "env": "environment",
    "repo": "repository",
}
_ACRONYMS = frozenset(
    [
        "acl",
        "api",
        "aws",
        "db",
        "dns",
        "ip",
        "iot",
        "ml",
        "vpc",
        "ssl",
        "tls",
        "http",
        "https",
        "url",
        "uri",
        "id",
        "ids",
        "iam",
        "sns",
        "sqs",
        "ssh",
        "kms",
        "ai",
        "ui",
        "qos",
        "vm",
        "os",
        "sms",
        "json",
        "csv",
        "sql",
        "crl",
        "ca",
        "cidr",
        "ota",
        "ssm",
        "sso",
        "saml",
        "oidc",
        "efs",
        "nfs",
        "smb",
        "hsm",
        "tgw",
        "mx",
        "ldap",
        "ses",
        "sdk",
        "mfa",
        "pat",
    ]
)


def words(identifier: str) -> list[str]:
    """The lower-case words of a camel, Pascal or snake identifier: `DBCluster` -> db, cluster."""
    return [word.lower() for word in _WORD.findall(identifier)]


def squeezed(identifier: str) -> str:
    """An identifier however it is spelt: `createdAt`, `created_at` and `created-at` are `createdat`."""
    return identifier.lower().replace("_", "").replace("-", "")


def snake(identifier: str) -> str:
    """`managedZones` -> `managed_zones`."""
    return "_".join(words(identifier))


def singular(word: str) -> str:
    """One of them: `policies` -> `policy`. A word that is no plural comes back as it is."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _SAME or len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zes")):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """Many of them: `policy` -> `policies`."""
    if word in _PLURAL:
        return _PLURAL[word]
    if word in _SAME:
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "ch", "sh", "z")):
        return word + "es"
    return word + "s"


def is_plural(identifier: str) -> bool:
    """Whether the last word names many: `ListQueues`' `Queues`, not `Status`."""
    last = words(identifier)[-1:]
    return bool(last) and singular(last[0]) != last[0]


def one(identifier: str) -> str:
    """The singular identifier in small letters without separators, for comparing: `TaskLists` -> `tasklist`."""
    parts = words(identifier)
    return "".join([*parts[:-1], singular(parts[-1])]) if parts else ""


def noun(identifier: str, schema_name: str | None = None) -> str:
    """What a person calls one of them, from the collection's name and the schema's, whichever splits into more words.

    `tasklists` alone is one word; its schema `TaskList` says where it parts.
    """
    parts = words(identifier)
    parts = [*parts[:-1], singular(parts[-1])]
    schema = words(schema_name or "")
    if schema and "".join(schema) == "".join(parts):
        parts = schema
    text = " ".join(parts)
    text = _SPOKEN.get(text, text)
    return " ".join(word.upper() if word in _ACRONYMS else word for word in text.split())


def nouns(text: str) -> str:
    """The plural of a noun phrase: `managed zone` -> `managed zones`."""
    *before, last = text.split()
    many = last + "s" if last.isupper() else plural(last)
    return " ".join([*before, many])


def article(text: str) -> str:
    """`a task list`, `an event`."""
    return (
        f"an {text}"
        if text[:1].lower() in "aeio" or (text[:2].isupper() and text[0] in "AEFHILMNORSX")
        else f"a {text}"
    )
