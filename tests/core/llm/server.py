"""A real HTTP server on loopback that answers like an OpenAI-compatible endpoint, well or badly, and counts."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = tuple[int, dict[str, str], bytes]


def good(body: dict, text: str = "fine", usage: dict | None = None) -> Reply:
    """A sound completion; its text names the temperature, so that a stale answer shows."""
    said = f"{text} at {body['temperature']}"
    choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
    reply = {"id": "x", "object": "chat.completion", "choices": [choice]}
    used = {"prompt_tokens": 10, "completion_tokens": 5} if usage is None else usage
    return 200, {}, json.dumps({**reply, "usage": used}).encode()


class Server:
    """`Server(behave)`: `behave(body, count)` gives each reply. Use as a context manager; `seen` holds every body."""

    def __init__(self, behave: Callable[[dict, int], Reply | None]) -> None:
        self.seen: list[dict] = []
        self.keys: set[str] = set()
        outer, lock = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with lock:
                    outer.seen.append(body)
                    outer.keys.add(self.headers.get("authorization", ""))
                    count = len(outer.seen)
                reply = behave(body, count)
                if reply is None:  # hang up without a word
                    self.close_connection = True
                    return
                status, headers, text = reply
                self.send_response(status)
                for name, value in {"content-type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> "Server":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
