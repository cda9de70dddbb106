"""Which described functions a layman could ask for in one sentence, and which of their parameters he could say.

Refused: the plumbing of software (schemas, callbacks, sandboxes, tensors), helpers of a library, and functions that need
something nobody says (a page token, an access key). An optional parameter of that kind is left out of the function.
"""

import re

from stages.core.records import Operation, Parameter

PLUMBING = re.compile(
    r"\b(api keys?|tokens?|tokeni[sz]e\w*|schemas?|payloads?|json|webhooks?|callbacks?|endpoints?|caches?|cached|kernels?|"
    r"sandbox\w*|containers?|docker|clusters?|deploy\w*|debug\w*|decorators?|wrapper|async\w*|threads? pool|dags?|sql|"
    r"html|xml|css|javascript|mouse|keyboard|cursor|tensors?|embeddings?|vector ?stores?|gpu|llm|language model|"
    r"agents?|toolkits?|tools?|dataframes?|credentials?|oauth\w*|http|requests? body|environment variables?|shell|"
    r"commands?|terminal|process(?:es)? id|git|commits?|branch|repositor\w+|pull requests?|merge requests?|"
    r"snippets?|stack trace|binary|bytes|base64|hash|encrypt\w*|decrypt\w*|certificates?|servers?|proxy|"
    r"instances?|class(?:es)? of|objects?|iterators?|generators?|matri(?:x|ces)|ndarray|docstrings?|ufuncs?|"
    r"multivariate|lookup table|"
    r"internal|deprecated|helper|sub-?classes|"
    r"metadata|namespaces?|workspaces?|workflows?|pipelines?|iam|polic(?:y|ies)|permissions?|acl|"
    r"serviceaccounts?|service accounts?|sdks?|plugins?|extensions?|runtime|compil\w+|parsers?|parses|callable|"
    r"raster|geotiff|bands?|pixels?|figures?|axes|colormaps?|subplots?|interpolat\w+|jacobian|hessian|"
    r"long-running operation|operations?|storefront|ajax|ip pools?|suppression|subusers?|hooks?|enum option)\b",
    re.IGNORECASE,
)
_UNSAYABLE = re.compile(
    r"(?:^|_)(?:page_?token|next_?token|cursor|etag|offset|skip|where|clause|fields?|mask|opt|opt_fields|opt_pretty|api_version|uu?id|gid|guid|iid|"
    r"hash|secret|password|api_?key|access_?key|token|credentials?|callback|kwargs|timeout|verbose|debug|retries|retry|"
    r"encoding|chunks?|stream|body_content|request_body|request_id|client|headers?|proxy|quota|quota_?user|pretty|"
    r"pretty_?print|alt|cache|validate|save|output_path|save_path|path|dir|directory|raw|json|schema|payload|metadata|"
    r"projection|select|expand|html|properties|config|settings|options|params|parameters|args|model|session|"
    r"operation|operator_id|tool|agent|prompt|instructions|seed|dtype|axis|backend|thread_ts|ts|"
    r"nan_policy|keepdims|ddof|maxpts|abseps|releps|workers|n_resamples|sparse|loc|scale|rng|full_output|xtol|rtol|"
    r"atol|maxiter|max_iter|tolerance|solver|accesstoken|body|key|tags?)(?:$|_)",
    re.IGNORECASE,
)
_COMMON = re.compile(r"^(?:page|page_?size|per_page|limit|max_?results|sort\w*|order\w*|size)$")
_SAID_ANYWAY = ("email_body", "body", "key", "tag", "tags", "keyword", "model", "options", "operation")
_MACHINE = re.compile(
    r"https?://|\$\{|\{\w+\}|\bresource name\b|\bopaque\b|\bpagination\b|\btoken\b|\bignored\b|\bdeprecated\b|"
    r"\binternal\b|\bunused\b|for more information|^expand\b|this parameter can only|\balias (?:for|of)\b|\bRFC ?\d|"
    r"comma[- ]separated|\bJSON\b|\bSQL\b|\bregex\w*|\bcallback\b|base64|\bbytes\b|"
    r"\bunix timestamp\b|\bepoch\b|response (?:field|format)|fields? (?:to|are) (?:return|include)|page of results",
    re.IGNORECASE,
)
_PLAIN = ("string", "integer", "number", "boolean", "array")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def sayable(parameter: Parameter, *, science: bool = False) -> bool:
    """Whether a person could state a value of the parameter in a sentence. `science`: single letters are quantities."""
    name = _snake(parameter.name)
    if parameter.type not in _PLAIN or parameter.location == "header" or name.startswith("_") or len(name) > 32:
        return False
    if name == "parent" or "/" in (parameter.pattern or "") or name.startswith("on_behalf"):
        return False
    if parameter.type == "array" and (parameter.items is None or parameter.items.type not in _PLAIN[:3]):
        return False
    if len(parameter.enum) == 1 or _MACHINE.search(parameter.description):
        return False
    if name in _SAID_ANYWAY:
        return bool(parameter.description) and (name != "operation" or bool(parameter.enum))
    if _UNSAYABLE.search(name):
        return False
    return bool(parameter.description) or (not science and len(name) > 3)


def plain(operation: Operation, *, science: bool = False, most: int = 6) -> Operation | None:
    """The function with the parameters that can be said, or None when it is no layman's function.

    Args:
        operation: as read; its description is the first sentence.
        science: a formula library: parameters may be single letters, each with its meaning in the description.
        most: parameters kept; the required ones come first.
    """
    text = f"{operation.description} {re.sub(r'[_.]', ' ', _snake(operation.method))}"
    if len(operation.description) < 12 or PLUMBING.search(text) or operation.deprecated:
        return None
    required = [p for p in operation.parameters if p.required]
    said = [p for p in operation.parameters if sayable(p, science=science)]
    if not said or len(required) > most or any(p not in said for p in required):
        return None
    identifiers = [p for p in required if re.search(r"(?:^|_)ids?$", _snake(p.name))]
    if len(identifiers) > 1:
        return None
    # Optional parameters that say something come before those every list has.
    optional = sorted((p for p in said if not p.required), key=lambda p: bool(_COMMON.search(_snake(p.name))))
    kept = {p.name for p in [*required, *optional[: max(0, most - len(required))]]}
    return operation.model_copy(update={"parameters": tuple(p for p in said if p.name in kept)})


def spread(operations: list[Operation], most: int) -> list[Operation]:
    """At most `most` functions, in turn over the collections they belong to, evenly over each one's names."""
    queues: dict[str, list[Operation]] = {}
    for operation in sorted(operations, key=lambda each: each.name):
        queues.setdefault(operation.resource, []).append(operation)
    share = max(1, -(-most // max(1, len(queues))))
    kept: list[Operation] = []
    waiting = []
    for queue in queues.values():
        # Those with several parameters first: one argument alone teaches little.
        rich = sorted(queue, key=lambda each: len(each.parameters) < 2)
        count = sum(len(each.parameters) >= 2 for each in rich)
        few = rich[: max(1, min(len(rich), share * 2, max(count, share)))] if len(rich) > share * 2 else rich
        waiting.append(few)
    while len(kept) < most and any(waiting):
        for queue in waiting:
            if queue and len(kept) < most:
                kept.append(queue.pop(0))
    return sorted(kept, key=lambda each: each.name)
