"""Files behind https: a real server on loopback with a certificate made here. One line for each way it goes wrong."""

import gzip
import hashlib
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from stages.core.errors import UserError
from stages.core.params import load
from stages.core.params.load import parse
from stages.sources import fetch as module
from stages.sources import user
from stages.sources.fetch import fetch
from tests.test_house import DOCUMENT

PETS = b"openapi: 3.0.0\ninfo: {version: 2.1.0}\npaths: {/pets: {get: {operationId: list_pets}}}\n"
TOOLS = b'{"tools": [{"name": "list_pets", "inputSchema": {"type": "object"}}]}'
SHA = hashlib.sha256(PETS).hexdigest()
BODIES = {
    "/pets.yaml": PETS,
    "/tools.json": TOOLS,
    "/tools": TOOLS,
    "/broken.yaml": b"a: [",
    "/large": b"x" * 2_000,
    "/packed": PETS,
}
PLACES = {"/moved": "/pets.yaml", "/plain": "http://{host}/pets.yaml", "/ring": "/ring", "/odd": "file:///etc/passwd"}


class Served(NamedTuple):
    """A running server and what was asked of it."""

    url: str
    asked: list[str]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def served(authority, tmp_path, monkeypatch) -> Iterator[Served]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            place = PLACES.get(self.path)
            body = BODIES.get(self.path, b"")
            self.send_response(302 if place else 200 if body else 404)
            if place:
                self.send_header("Location", place.format(host=self.headers["Host"]))
            if self.path == "/packed":
                body = gzip.compress(body)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield Served(f"https://127.0.0.1:{server.server_port}", asked)
        server.shutdown()


def kept(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cache.iterdir()} if cache.is_dir() else {}


def test_what_was_fetched_is_kept_under_its_hash_and_needs_no_network_again(served, tmp_path):
    cache = tmp_path / "cache"
    assert fetch(f"{served.url}/pets.yaml", SHA, cache) == PETS
    assert kept(cache) == {SHA: PETS} and served.asked == ["/pets.yaml"]
    assert fetch("https://nowhere.invalid/pets.yaml", SHA, cache) == PETS


def test_kept_bytes_that_were_changed_are_fetched_again(served, tmp_path):
    (tmp_path / SHA).write_bytes(b"something else")
    assert fetch(f"{served.url}/pets.yaml", SHA, tmp_path) == PETS
    assert (tmp_path / SHA).read_bytes() == PETS


def test_an_https_address_may_lead_on_to_another(served, tmp_path):
    assert fetch(f"{served.url}/moved", SHA, tmp_path / "cache") == PETS
    assert served.asked == ["/moved", "/pets.yaml"]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/tools.json", f"sha256 is {hashlib.sha256(TOOLS).hexdigest()}, but params pin {SHA}"),
        ("/plain", "leads on to http://"),
        ("/odd", "leads on to file://"),
        ("/ring", "leads on more than 5 times"),
        ("/nothing", "answers 404, where 200 is expected"),
        ("/large", "larger than 1000 bytes"),
        ("/packed", "sends a packed answer"),
    ],
)
def test_what_goes_wrong_is_one_line_and_nothing_is_kept(served, tmp_path, monkeypatch, path, problem):
    monkeypatch.setattr(module, "LARGEST", 1_000)
    with pytest.raises(UserError) as caught:
        fetch(served.url + path, SHA, tmp_path / "cache")
    assert caught.value.where == served.url + path and problem in str(caught.value) and "\n" not in str(caught.value)
    assert not kept(tmp_path / "cache")


def test_a_certificate_of_an_unknown_authority_is_refused(served, tmp_path, monkeypatch):
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    with pytest.raises(UserError, match=r"could not be fetched \(ConnectError: .*CERTIFICATE_VERIFY_FAILED"):
        fetch(f"{served.url}/pets.yaml", SHA, tmp_path / "cache")
    assert served.asked == []


def test_a_server_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(UserError, match=r"^https://127\.0\.0\.1:9/x: could not be fetched \(ConnectError"):
        fetch("https://127.0.0.1:9/x", SHA, tmp_path)


@pytest.mark.parametrize(
    ("path", "id", "version"),
    [("/pets.yaml", "user-pets", "2.1.0"), ("/tools.json", "user-tools", ""), ("/tools", "user-tools", "")],
)
def test_an_address_is_an_api_like_a_file(served, tmp_path, path, id, version):
    sha256 = hashlib.sha256(BODIES[path]).hexdigest()
    api = user.read_url(served.url + path, sha256, "other", tmp_path / "cache")
    assert (api.id, api.version, [o.name for o in api.operations]) == (id, version, ["list_pets"])
    assert (api.source.package, api.source.url, api.source.sha256) == ("url", served.url + path, sha256)


def test_a_broken_document_on_the_web_is_named_by_its_file(served, tmp_path):
    with pytest.raises(UserError, match=r"broken\.yaml:1: not valid YAML"):
        user.read_url(f"{served.url}/broken.yaml", hashlib.sha256(b"a: [").hexdigest(), "other", tmp_path / "cache")


def entries(*given: object) -> dict[str, object]:
    return {**DOCUMENT["sources"], "openapi": list(given)}


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"url": "http://h/x", "sha256": SHA, "domain": "other"}, "openapi.0.url: Value error, an https://"),
        ({"url": "file:///x", "sha256": SHA, "domain": "other"}, "openapi.0.url: Value error, an https://"),
        ({"url": "https://me:pw@h/x", "sha256": SHA, "domain": "other"}, "openapi.0.url: Value error"),
        ({"url": "https://h/x", "domain": "other"}, "openapi.0.sha256: this parameter is missing"),
        ({"url": "https://h/x", "sha256": "12", "domain": "other"}, "openapi.0.sha256: String should match"),
        ({"url": "https://h/x", "sha256": SHA}, "openapi.0.domain: this parameter is missing"),
        ({"path": "x", "sha256": SHA, "domain": "other"}, "openapi.0.sha256: no such parameter"),
        ({"path": "x", "url": "https://h/x", "domain": "other"}, "openapi.0: one of `path: ...`, `url: https://...`"),
        ({"file": "x"}, "openapi.0: one of `path: ...`"),
        ("x.yaml", "openapi.0: one of `path: ...`"),
        ({"mcp": [], "domain": "other"}, "openapi.0.mcp: Tuple should have at least 1 item"),
        ({"mcp": "server --now", "domain": "other"}, "openapi.0.mcp: Value error, a list is expected"),
        ({"mcp": ["server", 8], "domain": "other"}, "openapi.0.mcp.1: Input should be a valid string"),
    ],
)
def test_an_entry_that_is_none_is_named_with_what_was_expected(entry, problem):
    with pytest.raises(UserError) as caught:
        parse("sources", entries(entry), "params.yaml")
    assert f"params.yaml: sources.{problem}" in str(caught.value)


def test_commands_are_not_run_by_default_and_examples_not_read():
    assert not load("sources").run_commands and not load("sources").examples
