"""Params of `sources`: which descriptions are read, each with the reason it was chosen and the bytes it must have."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Discriminator, Field, StringConstraints, Tag, field_validator

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


class UserFile(Section):
    """A description of the user's own: OpenAPI or a list of tools."""

    path: str = Field(min_length=1)
    """File (.json, .yaml, .yml) or folder; references stay inside the folder."""
    domain: Domain
    """What the API is about."""


class UserUrl(Section):
    """One such file on the web."""

    url: str
    """https alone, and no name or password in it."""
    sha256: Sha256
    """Hash of the file; kept in `.cache/sources` under it, so that a second run needs no network."""
    domain: Domain
    """What the API is about."""

    @field_validator("url")
    @classmethod
    def _https(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
            raise ValueError("an https:// address without a name or password in it is expected")
        return url


class UserServer(Section):
    """A live MCP server that speaks over stdio; its tools are listed and none is called."""

    mcp: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = Field(min_length=1)
    """The command and its arguments, started only where `run_commands` is true."""
    domain: Domain
    """What the API is about."""

    @field_validator("mcp", mode="before")
    @classmethod
    def _words(cls, command: Any) -> Any:
        if isinstance(command, str):
            raise ValueError("a list is expected: [command, argument, ...]")
        return command


def _entry(value: Any) -> str | None:
    """Which kind of entry: its one telling key."""
    keys = type(value).model_fields if isinstance(value, Section) else value if isinstance(value, dict) else {}
    told = [key for key in ("path", "url", "mcp") if key in keys]
    return f"as {told[0]}" if len(told) == 1 else None


Entry = Annotated[
    Annotated[UserFile, Tag("as path")] | Annotated[UserUrl, Tag("as url")] | Annotated[UserServer, Tag("as mcp")],
    Discriminator(
        _entry,
        custom_error_type="entry",
        custom_error_message="one of `path: ...`, `url: https://...` (with sha256) and `mcp: [command, ...]` is expected",
    ),
]


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
    openapi: tuple[Entry, ...]
    """The user's own descriptions: files, folders, URLs, MCP servers."""
    run_commands: bool
    """Whether the commands of `mcp` entries are started, with your rights and on this machine."""
    examples: bool
    """Whether start states take values that Google's and AWS's descriptions quote and botocore's example files show."""
    explore: Explore
    """Descriptions chosen by rank."""
    breadth: Breadth
    """Further descriptions for variety."""
