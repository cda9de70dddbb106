"""Tools are counted as the chat template shows them."""

from transformers.utils.chat_template_utils import render_jinja_template

from stages.core.dialogues import function
from stages.core.models.template import TEMPLATE
from stages.trajectories.tokens import shown, signature
from tests.fixtures.tasks import tasks_environment


def test_a_tools_line_is_the_templates_own() -> None:
    for tool in tasks_environment().tools:
        shape = function(tool)
        rendered, _ = render_jinja_template([[{"role": "user", "content": "x"}]], tools=[shape], chat_template=TEMPLATE)
        assert signature(shape) in rendered[0]


def test_more_tools_cost_more() -> None:
    shapes = [function(tool) for tool in tasks_environment().tools]
    assert shown(shapes[:2], len) < shown(shapes[:3], len)
