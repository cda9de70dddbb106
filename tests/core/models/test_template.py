"""Templates that cannot be trained on are refused by name (FAULTS 12 to 16)."""

import copy

import pytest
from trl.chat_template_utils import qwen3_training_chat_template

from stages.core.errors import UserError
from stages.core.models import template
from stages.core.models.template import END, PAD, START, TEMPLATE

LOOP = "{% for message in messages %}<|im_start|>{{ message.role }}\n"
TAIL = "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
CALLS = "{% for call in message.tool_calls or [] %}{{ call.function | tojson }}{% endfor %}"
TOOLS = "{{ tools | tojson if tools else '' }}"
OWN = "{% generation %}{{ message.content }}" + CALLS + "<|im_end|>{% endgeneration %}"
OTHERS = "{{ message.content }}<|im_end|>"


def made(own: str = OWN, others: str = OTHERS, tools: str = TOOLS, loop: str = LOOP, tail: str = TAIL) -> str:
    """A small template that passes, or, with one part replaced, one that must not."""
    return tools + loop + "{% if message.role == 'assistant' %}" + own + "{% else %}" + others + "{% endif %}\n" + tail


def with_template(tokenizer, text: str | None):
    changed = copy.deepcopy(tokenizer)
    changed.chat_template = text
    return changed


@pytest.mark.parametrize("text", [TEMPLATE, made(), qwen3_training_chat_template])
def test_a_sound_template_passes(tokenizer, text):
    template.check(with_template(tokenizer, text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "missing"),
        (made(own="{{ message.content }}" + CALLS + "<|im_end|>"), "no {% generation %} markers"),
        (made(own="{{ message.content }}<|im_end|>{% generation %}{% endgeneration %}"), "no {% generation %} markers"),
        (made(own=OWN.replace("<|im_end|>{% endgeneration %}", "{% endgeneration %}<|im_end|>")), "carries no loss"),
        (made(others="{% generation %}{{ message.content }}<|im_end|>{% endgeneration %}"), "stretches carry loss"),
        (made(tools=""), "leaves out `tools`"),
        (made(tail="{% endfor %}{% if add_generation_prompt %}<|im_start|>model\n{% endif %}"), "generation prompt"),
        (
            made(own="{% if loop.last %}<think>\n</think>{% endif %}" + OWN),
            "no token prefix of the whole: it rewrites past turns",
        ),
        (
            made(own=OWN.replace("message.content", "message.content.split('</think>')[-1].lstrip()")),
            "leaves out what the model thought",
        ),
        (
            made(
                own=OWN.replace(
                    "message.content", "message.content if loop.last else message.content.split('k>')[-1].lstrip()"
                )
            ),
            "rewrites past turns",
        ),
        ("{{ raise_exception('no') }}", "cannot be rendered"),
        ("{% for %}", "cannot be rendered"),
    ],
    ids=[
        "no template",
        "no markers",
        "markers around nothing",
        "end token without loss",
        "others carry loss",
        "tools left out",
        "another header",
        "only the last turn thinks",
        "thoughts dropped",
        "past thoughts dropped",
        "raises",
        "no Jinja",
    ],
)
def test_a_faulty_template_is_refused_by_its_fault(tokenizer, text, problem):
    """prime-rl#1334, verl#7807, NeMo-RL#2821, Megatron-Bridge#3927, trl#4201, slime#1008, unsloth#2095."""
    with pytest.raises(UserError, match="chat_template") as raised:
        template.check(with_template(tokenizer, text))
    assert problem in raised.value.problem and "\n" not in str(raised.value)


def test_pad_equal_to_the_end_token_is_refused(tokenizer):
    """trl#1623, smol-course#159: the model would never learn to stop."""
    changed = copy.deepcopy(tokenizer)
    changed.pad_token = END
    with pytest.raises(UserError, match="pad equals eos"):
        template.check(changed)


def test_a_tokenizer_without_pad_is_refused(tokenizer):
    changed = copy.deepcopy(tokenizer)
    changed.pad_token = None
    with pytest.raises(UserError, match="pad token"):
        template.check(changed)


def test_install_gives_a_tokenizer_that_knows_the_turn_tokens_an_end_and_a_pad_of_its_own(tokenizer):
    changed = with_template(tokenizer, "{{ messages }}")
    changed.eos_token = PAD
    changed.pad_token = END
    assert template.install(changed)
    assert (changed.eos_token, changed.pad_token, changed.chat_template) == (END, PAD, TEMPLATE)
    template.check(changed)


def test_install_leaves_another_tokenizer_alone():
    class Other:
        chat_template = "own"

        def get_added_vocab(self) -> dict[str, int]:
            return {START: 1}

    other = Other()
    assert not template.install(other) and other.chat_template == "own"
