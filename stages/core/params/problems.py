"""Parameters of `problems`: which families, and how many problems each step of their dial gives to each split."""

from pydantic import Field

from stages.core.params.section import Section


class Params(Section):
    """Section `problems` of params.yaml."""

    seed: int = Field(ge=0)
    """Draws the problems; each family and step has a stream of its own."""
    families: tuple[str, ...] = Field(min_length=1)
    """Names out of stages/problems/families.py."""
    train: int = Field(ge=1, le=1000)
    """Training problems a family and step of the dial."""
    dev: int = Field(ge=0, le=200)
    """Dev problems a family and step."""
    test: int = Field(ge=1, le=200)
    """Test problems a family and step."""
    max_characters: int = Field(ge=20, le=2000)
    """A longer question is refused; 240 characters of these families stay below 80 tokens."""
