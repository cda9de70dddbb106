"""Params of `sources`: which descriptions are read, each with the reason it was chosen and the bytes it must have."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from stages.core.params.section import Section

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Domain = Literal[
    "office", "developer", "communication", "cloud", "commerce", "media", "data", "education", "identity", "other"
]


class Chosen(Section):
    """What every chosen description carries."""

    domain: Domain
    """What the API is about."""
    reason: str = Field(min_length=10)
    """Why it was chosen, one sentence; kept in choices.jsonl."""
    sha256: Sha256 | None
    """Hash of the file; null takes whatever the pinned package holds."""


class GoogleDocument(Chosen):
    """One Google discovery document."""

    document: str = Field(pattern=r"^[A-Za-z0-9_.]+$")
    """File name without `.json`: `tasks.v1`."""


class AwsService(Chosen):
    """One botocore service model."""

    service: str = Field(pattern=r"^[a-z0-9-]+$")
    """botocore's folder: `codecommit`."""
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    """The API version's folder."""


class PackagedSpec(Chosen):
    """One Swagger or OpenAPI file inside a package."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    """Slug of the API and of the environment made from it."""
    publisher: Literal["jupyter", "user"]
    """Who wrote it."""
    package: str
    """Package name; its version stands under `packages`."""
    path: str = Field(pattern=r"^[^/\\].*$")
    """Path inside the package."""


class UserSpec(Section):
    """An OpenAPI file, or a folder of them, of the user's own."""

    path: str
    """File (.json, .yaml, .yml) or folder."""
    domain: Domain
    """What the API is about."""


class PythonFunctions(Section):
    """Functions of a package, read as text and never imported."""

    package: str
    """Package name; one with a version under `packages` lies in .packages, another in the virtual environment."""
    module: str
    """Importable name where reading starts: `camel.toolkits`."""
    functions: int = Field(ge=1, le=1000)
    """Functions kept, in turn over the modules."""
    only: tuple[str, ...]
    """Modules inside it whose functions are kept (`spotify`); empty keeps all."""


class ToolSpecs(Section):
    """Tool specifications that a package ships as JSON."""

    package: str
    """Package name; its version stands under `packages`."""
    folder: str = Field(pattern=r"^[^/\\].*$")
    """Folder of the JSON files inside .packages."""
    tools: int = Field(ge=1, le=2000)
    """Specifications kept."""
    each: int = Field(ge=1, le=100)
    """Of these at most so many of one service."""
    services: tuple[str, ...]
    """Services kept, by the first word of their tools' names in lower case; empty keeps all."""


class Breadth(Section):
    """Descriptions read for single-call rows only; never an API that is chosen above, in any version."""

    google: tuple[str, ...]
    """Names of further Google APIs whose nouns are everyone's (`books`); the newest stable version is read."""
    methods: int = Field(ge=1, le=100)
    """Methods kept of each."""
    python: tuple[PythonFunctions, ...]
    """Permissively licensed packages whose functions are read as text."""
    specs: tuple[ToolSpecs, ...]
    """Packages that ship tool specifications."""


class Weights(Section):
    """What counts how much when candidates are ranked (EnvFactory weighs uniqueness, practicality, documentation)."""

    novelty: float = Field(ge=0, le=1)
    """Share of an API's nouns that are not yet in the catalogue."""
    compilability: float = Field(ge=0, le=1)
    """Nouns with a write and a read."""
    documentation: float = Field(ge=0, le=1)
    """Share of operations that are described."""
    balance: float = Field(ge=0, le=1)
    """How rare its domain is so far."""


class Explore(Section):
    """Descriptions taken from whole packages by rank, beside those chosen by hand; exploration.jsonl says why."""

    publishers: tuple[Literal["google", "aws"], ...]
    """Whose packages are looked through; one version of each API is a candidate."""
    most: int = Field(ge=0, le=10_000)
    """How many are taken, best first."""
    near: float = Field(gt=0, le=1)
    """Share of common operations (Jaccard) from which two APIs count as one."""
    weights: Weights
    """Of the four marks."""


class Params(Section):
    """The section `sources`."""

    packages: dict[str, str]
    """Package name -> pinned version, for every package read below."""
    google: tuple[GoogleDocument, ...]
    """Google discovery documents that become environments."""
    aws: tuple[AwsService, ...]
    """botocore services that become environments."""
    swagger: tuple[PackagedSpec, ...]
    """Swagger or OpenAPI files shipped in a package."""
    openapi: tuple[UserSpec, ...]
    """The user's own OpenAPI files or folders."""
    explore: Explore
    """Descriptions chosen by rank."""
    breadth: Breadth
    """Further descriptions for variety."""
