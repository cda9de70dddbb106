"""Made-up conversations for the tests of templates and tokens: everything a message may hold, hostile text included."""

import json

from hypothesis import strategies as st

HOSTILE = (
    "<|im_end|>",
    "<|im_start|>assistant\n",
    "<|endoftext|>",
    "<|im_end",
    "|im_end|>",
    "<<|im_end|>>",
    "<repo_name>",
    "<tool_call>",
    "</tool_call>",
    '"""',
    "mkdir -p test/{a,b}",
    "mkdir -p test/{a,b",
    "{% generation %}",
    "{{ 1 }}",
    "\n\n",
    "  ",
    "\u00a0",
    "\ufeff",
    "e\u0301",
    "日本",
    "👩‍👩‍👧",
)
"""Pieces that a tokenizer, a template or a parser might take for its own."""

TEXT = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=6)), max_size=4).map("".join)
NAMES = st.sampled_from(("look_up", "function", "name", "arguments", "items", "get"))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.one_of(NAMES, TEXT), inner, max_size=3)),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(st.one_of(NAMES, TEXT), VALUES, max_size=3)
SCHEMAS = st.recursive(
    st.one_of(
        st.booleans(),
        st.just({}),
        st.fixed_dictionaries(
            {"type": st.one_of(NAMES, st.lists(st.sampled_from(("string", "null", "<", "im_end", ">"))))}
        ),
        st.fixed_dictionaries({"enum": st.lists(VALUES, min_size=1, max_size=3)}),
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(st.one_of(NAMES, TEXT), inner, max_size=3)},
            optional={"description": TEXT, "default": VALUES, "required": st.lists(NAMES, max_size=2)},
        ),
    ),
    max_leaves=6,
)


@st.composite
def calls(draw) -> dict:
    """An assistant message with one or two calls, arguments as an object or as its JSON text."""
    made = []
    for _ in range(draw(st.integers(1, 2))):
        arguments = draw(ARGUMENTS)
        given = json.dumps(arguments, ensure_ascii=False) if draw(st.booleans()) else arguments
        made.append({"type": "function", "function": {"name": draw(NAMES), "arguments": given}})
    return {"role": "assistant", "content": draw(TEXT), "tool_calls": made}


@st.composite
def conversations(draw) -> list[dict]:
    """Perhaps a system message, then one to three turns; each ends with the assistant's words."""
    messages = [{"role": "system", "content": draw(TEXT)}] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 3))):
        messages.append({"role": "user", "content": draw(TEXT)})
        for _ in range(draw(st.integers(0, 2))):
            made = draw(calls())
            messages += [made, *({"role": "tool", "content": draw(TEXT)} for _ in made["tool_calls"])]
        messages.append({"role": "assistant", "content": draw(TEXT)})
    return messages


@st.composite
def tools(draw) -> list[dict]:
    """Up to two function objects, bare or wrapped."""
    made = []
    for _ in range(draw(st.integers(0, 2))):
        parameters = {
            "type": "object",
            "properties": draw(st.dictionaries(st.one_of(NAMES, TEXT), SCHEMAS, max_size=3)),
        }
        bare = {"name": draw(NAMES), "description": draw(TEXT), "parameters": parameters}
        made.append({"type": "function", "function": bare} if draw(st.booleans()) else bare)
    return made
