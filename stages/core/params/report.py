"""Parameters of `report`: how much of everything the page shows. None of them changes a number."""

from pydantic import Field

from stages.core.params.section import Section


class Params(Section):
    """Section `report` of params.yaml."""

    seed: int = Field(ge=0)
    """Draws the dialogues that are shown."""
    dialogues: int = Field(ge=0, le=200)
    """Training dialogues to read."""
    own: int = Field(ge=0, le=200)
    """Held-out tasks to read as `final` played them."""
    reasons: int = Field(ge=1, le=100)
    """Reasons spelled out in a list; the rest is summed."""
