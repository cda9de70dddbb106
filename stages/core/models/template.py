"""The one chat template: im_start/im_end turns, tools as one compact line each, `{% generation %}` marks for the loss.

A full OpenAPI schema of five tools runs to thousands of tokens; a line `name(needed: type, optional?: type) - what it
does` to about forty. The template is saved in every model folder, so training, RL and every suite show the same text.
`check` refuses a template that would train or stop wrongly (prime-rl#1334, Megatron-Bridge#3927, trl#4201, slime#1008,
unsloth#2095, trl#1623). Message contents are trimmed: a content that began with a space would merge into the header's
newline, and a prompt would then be no token prefix of its own continuation. An assistant message with `weight: 0` (a call
that failed) is rendered like any other, outside the marks: who trains by them leaves it out of the loss.
"""

from typing import Any

from stages.core.errors import UserError

START, END, PAD = "<|im_start|>", "<|im_end|>", "<|endoftext|>"

TEMPLATE = """\
{%- set known = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'] -%}
{%- macro short(text, most) -%}
{{ (text or '') | replace('\\n', ' ') | replace('  ', ' ') | trim | truncate(most, false, '', 0) }}
{%- endmacro -%}
{%- macro kind(schema, depth) -%}
{%- if schema is not mapping -%}any
{%- elif schema.enum -%}
{%- for value in schema.enum[:12] -%}{{ value | tojson }}{% if not loop.last %}|{% endif %}{%- endfor -%}
{%- if schema.enum | length > 12 -%}|...{%- endif -%}
{%- elif schema.get('items') -%}{{ kind(schema.get('items'), depth) }}[]
{%- elif schema.properties and depth < 2 -%}{{ '{' + fields(schema, depth + 1) + '}' }}
{%- elif schema.type is string -%}{{ schema.type }}
{%- elif schema.type -%}{{ schema.type | select('in', known) | join('|') }}
{%- else -%}any
{%- endif -%}
{%- endmacro -%}
{%- macro fields(schema, depth) -%}
{%- for name, field in (schema.properties or {}).items() -%}
{{ name }}{% if name not in (schema.required or []) %}?{% endif %}: {{ kind(field, depth) }}
{%- if field.default is defined and field.default is not none %} = {{ field.default | tojson }}{% endif -%}
{%- set about = short(field.description, 80) -%}
{%- if about and depth == 0 %} ({{ about }}){% endif -%}
{%- if not loop.last %}, {% endif -%}
{%- endfor -%}
{%- endmacro -%}
{%- macro said(message) -%}
{%- set words = (message.content or '') | trim -%}
{{ words }}
{%- for call in message.tool_calls or [] -%}
{%- set spec = call.function if call.function is mapping else call -%}
{%- if words or not loop.first -%}{{ '\\n' }}{%- endif -%}
{{ '<tool_call>{"name": ' + spec.name | tojson + ', "arguments": ' }}
{{- spec.arguments if spec.arguments is string else spec.arguments | tojson -}}
{{ '}</tool_call>' }}
{%- endfor -%}
{{ '<|im_end|>' }}
{%- endmacro -%}
{%- set system = (messages[0].content or '') | trim if messages and messages[0].role == 'system' else '' -%}
{%- if system or tools -%}
{{ '<|im_start|>system\\n' + system }}
{%- if tools -%}
{{ '\\n' if system }}{{ 'To call: <tool_call>{"name": NAME, "arguments": {ARGUMENTS}}</tool_call>\\nTools:' }}
{%- for tool in tools -%}
{%- set spec = tool.function if tool.function is mapping else tool -%}
{{ '\\n' + spec.name }}({{ fields(spec.parameters or {}, 0) }})
{%- set about = short(spec.description, 120) -%}
{%- if about %} - {{ about }}{% endif -%}
{%- endfor -%}
{%- endif -%}
{{ '<|im_end|>\\n' }}
{%- endif -%}
{%- for message in messages -%}
{%- if message.role == 'assistant' -%}
{{ '<|im_start|>assistant\\n' }}
{%- if message.weight is defined and message.weight == 0 -%}{{ said(message) }}
{%- else -%}
{%- generation -%}{{ said(message) }}{%- endgeneration -%}
{%- endif -%}
{{ '\\n' }}
{%- elif not (loop.first and message.role == 'system') -%}
{{ '<|im_start|>' + message.role + '\\n' + (message.content or '') | trim + '<|im_end|>\\n' }}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}
"""
"""Jinja source. `messages` and `tools` in Hugging Face shapes; `arguments` as an object, or as its JSON text."""

CALL = {"type": "function", "function": {"name": "look_up", "arguments": {"name": "milk", "few": [1, 2]}}}
TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Finds a thing.",
        "parameters": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    },
}
PROBE: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Find milk."},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "content": '{"items":[{"id":"t101"}]}'},
    {"role": "assistant", "content": "It is t101."},
    {"role": "user", "content": "And bread?"},
    {"role": "assistant", "content": "None."},
]
"""A conversation with everything in it, for `check`."""
THOUGHT: list[dict[str, Any]] = [
    {"role": "user", "content": "And tea?"},
    {"role": "assistant", "content": "<think>\nHardly.\n</think>\n\nNo tea."},
    {"role": "user", "content": "Sure?"},
    {"role": "assistant", "content": "<think>\nFairly.\n</think>\n\nYes."},
]
"""A model that thinks aloud: what it thought must stay, or the tokens it spoke are not the tokens it is trained on."""


def install(tokenizer: Any) -> bool:
    """Give a tokenizer that knows the two turn tokens our template, END as eos and a pad of its own.

    Returns False, and changes nothing, when the tokenizer has no such tokens: its own template must then pass `check`.
    """
    known = tokenizer.get_added_vocab()
    if START not in known or END not in known:
        return False
    tokenizer.chat_template = TEMPLATE
    tokenizer.eos_token = END
    if tokenizer.pad_token in (None, END, START) and PAD in known:
        tokenizer.pad_token = PAD
    return True


def check(tokenizer: Any) -> None:
    """Refuse a tokenizer or template that cannot be trained on. Raises UserError that names the property at fault."""
    where = f"{getattr(tokenizer, 'name_or_path', '') or 'tokenizer'}: chat_template"
    if not tokenizer.chat_template:
        raise UserError(where, "missing")
    if tokenizer.eos_token_id is None or tokenizer.pad_token_id is None:
        raise UserError(where, "the tokenizer needs an end token and a pad token")
    if tokenizer.pad_token_id == tokenizer.eos_token_id:
        raise UserError(where, f"pad equals eos ({tokenizer.eos_token}): a model trained so never learns to stop")
    whole, mask = _render(tokenizer, PROBE, where)
    if not any(mask):
        raise UserError(where, "no {% generation %} markers: no token would carry loss")
    _check_prefixes(tokenizer, PROBE, where)
    _check_prefixes(tokenizer, THOUGHT, where)
    thought = tokenizer.decode(_render(tokenizer, THOUGHT, where)[0])
    if "Hardly." not in thought or "Fairly." not in thought:
        raise UserError(where, "it leaves out what the model thought, so a reply is not rendered as it was spoken")
    _check_mask(tokenizer, whole, mask, where)
    if "look_up" not in tokenizer.decode(_render(tokenizer, PROBE[:2], where, tools=[TOOL])[0]):
        raise UserError(where, "it leaves out `tools`")


def _check_prefixes(tokenizer: Any, messages: list[dict[str, Any]], where: str) -> None:
    """Each shorter conversation is a token prefix of the whole, and so is its generation prompt."""
    whole, mask = _render(tokenizer, messages, where)
    for end in range(2 if messages[0]["role"] == "system" else 1, len(messages)):
        part, _ = _render(tokenizer, messages[:end], where)
        if whole[: len(part)] != part:
            raise UserError(where, f"turns 1 to {end} are no token prefix of the whole: it rewrites past turns")
        if messages[end]["role"] == "assistant":
            header, _ = _render(tokenizer, messages[:end], where, generate=True)
            if whole[: len(header)] != header or any(mask[len(part) : len(header)]):
                raise UserError(where, "the generation prompt is not how an assistant turn begins")


def _check_mask(tokenizer: Any, ids: list[int], mask: list[int], where: str) -> None:
    """Each marked stretch is one assistant turn, whole, and ends with the end token."""
    spans: list[list[int]] = []
    for place, marked in enumerate(mask):
        if marked and (not place or not mask[place - 1]):
            spans.append([])
        if marked:
            spans[-1].append(ids[place])
    said = [tokenizer.decode(span) for span in spans]
    turns = [message for message in PROBE if message["role"] == "assistant"]
    if len(said) != len(turns):
        raise UserError(where, f"{len(said)} stretches carry loss, the conversation has {len(turns)} assistant turns")
    for text, span, turn in zip(said, spans, turns, strict=True):
        wanted = turn["content"] or CALL["function"]["name"]
        others = [message["content"] for message in PROBE if message["role"] != "assistant"]
        if wanted not in text or any(other in text for other in others):
            raise UserError(where, f"tokens that carry loss are not the assistant's own: {text!r}")
        if tokenizer.eos_token_id not in span[-2:]:
            raise UserError(where, f"the end token {tokenizer.eos_token} carries no loss: the model never stops")


def _render(
    tokenizer: Any, messages: list, where: str, tools: list | None = None, generate: bool = False
) -> tuple[list[int], list[int]]:
    try:
        made = tokenizer.apply_chat_template(
            messages,
            tools=tools,
            tokenize=True,
            return_dict=True,
            return_assistant_tokens_mask=True,
            add_generation_prompt=generate,
        )
    except Exception as error:  # a template is a program of the user's: whatever it raises is its fault, told by name
        raise UserError(where, f"it cannot be rendered ({type(error).__name__}: {error})") from None
    return list(made["input_ids"]), list(made["assistant_masks"])
