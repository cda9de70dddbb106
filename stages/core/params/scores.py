"""Parameters of `scores`: which models are compared, and what is claimed about them."""

from typing import Annotated

from pydantic import Field, model_validator

from stages.core.params.section import Section


class Params(Section):
    """Section `scores` of params.yaml. Scores and differences are shares of items: 0.3 is 30 points."""

    models: tuple[str, ...] = Field(min_length=1)
    """Names under data/evaluation, in the order of the table."""
    baselines: tuple[str, ...] = Field(min_length=1)
    """The cheap ones; a claim is made against the best of them, the earlier of equals."""
    before: str
    """The model that RL and merging started from."""
    after: str
    """What they made of it, answering in the same way; it must not be worse."""
    final: str
    """The model that is served, in the way it is served: the gains claimed are its own."""
    level: float = Field(gt=0.5, lt=1)
    """Of all intervals."""
    wanted: dict[str, Annotated[float, Field(ge=0, le=1)]]
    """Suite -> how far final must be above the best baseline, its paired interval above 0."""
    worst: float = Field(ge=-1, le=0)
    """The lower bound of after - before must be above this."""

    @model_validator(mode="after")
    def _known(self) -> "Params":
        for name in (*self.baselines, self.before, self.after, self.final):
            if name not in self.models:
                raise ValueError(f"{name!r} is not among scores.models")
        if len(set(self.models)) < len(self.models):
            raise ValueError("scores.models names a model twice")
        return self
