"""A file behind an https address, held to its sha256 and kept under it: what was fetched once needs no network again."""

import hashlib
import os
import time
from pathlib import Path

import httpx

from stages.core.errors import UserError
from stages.sources.limits import FETCH_SECONDS, LARGEST, REDIRECTS

_STEP_SECONDS = 20
"""For one connection, and between two pieces of an answer."""


def fetch(url: str, sha256: str, cache: Path) -> bytes:
    """The bytes that have that hash, from `cache / sha256` or else from `url`. Raises UserError naming the address.

    The machine's own settings count: proxies, and SSL_CERT_FILE for a certificate authority of one's own.
    """
    kept = cache / sha256
    if kept.is_file() and kept.stat().st_size <= LARGEST:
        data = kept.read_bytes()
        if hashlib.sha256(data).hexdigest() == sha256:
            return data
    try:
        with httpx.Client(timeout=_STEP_SECONDS) as client:
            data = _get(client, url)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise UserError(url, f"could not be fetched ({type(error).__name__}: {' '.join(str(error).split())})") from None
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise UserError(url, f"sha256 is {digest}, but params pin {sha256}")
    cache.mkdir(parents=True, exist_ok=True)
    part = cache / f".{sha256}.{os.getpid()}.part"
    part.write_bytes(data)
    part.replace(kept)
    return data


def _get(client: httpx.Client, url: str) -> bytes:
    """The body behind `url`, led on by https addresses alone."""
    started = time.monotonic()
    # Packed answers could unpack to anything; a description is asked for as it is.
    request = client.build_request("GET", url, headers={"Accept-Encoding": "identity"})
    for _ in range(REDIRECTS + 1):
        if request.url.scheme != "https":
            raise UserError(url, f"leads on to {request.url}; only https is followed")
        response = client.send(request, stream=True)
        try:
            if response.next_request is None:
                return _body(response, url, started)
            request = response.next_request
        finally:
            response.close()
    raise UserError(url, f"leads on more than {REDIRECTS} times")


def _body(response: httpx.Response, url: str, started: float) -> bytes:
    if response.status_code != 200:
        raise UserError(url, f"answers {response.status_code}, where 200 is expected")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise UserError(url, "sends a packed answer that was not asked for")
    data = bytearray()
    for piece in response.iter_raw():
        data += piece
        if len(data) > LARGEST:
            raise UserError(url, f"larger than {LARGEST} bytes")
        if time.monotonic() - started > FETCH_SECONDS:
            raise UserError(url, f"not whole after {FETCH_SECONDS} s")
    return bytes(data)
