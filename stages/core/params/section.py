"""What all sections of params.yaml share: frozen, no unknown keys, no silent number-from-text."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One section. A misspelt key or a number written as text (`1e-5` is text in YAML) is an error by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
