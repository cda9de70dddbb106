"""How work is run, never what it makes: no stage tracks this section and it changes no bytes."""

from pydantic import Field

from stages.core.params.section import Section


class Params(Section):
    """`execution:` in params.yaml."""

    slots: int = Field(ge=1, le=256)
    """Cores the flow may fill with stages at once."""
    weights: dict[str, int]
    """Slots a stage takes while it runs (training uses several threads); 1 where not named."""
    server_timeout: int = Field(ge=10, le=600)
    """Seconds to wait for a Prefect server to come up."""
