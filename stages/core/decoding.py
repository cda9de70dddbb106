"""How a model's messages are held to the shown tools, named as `tool_choice` is in OpenAI's API."""

from typing import Literal

Decoding = Literal["free", "required", "auto"]
"""free: anything. required: the first message after a user's is one valid call (one that must always call could never end
a turn). auto: every message is words, or valid calls and nothing else."""
