"""A chat endpoint on this machine for tests: answers by what the prompt says, and misbehaves when it is told to."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ChatServer(ThreadingHTTPServer):
    """`answer(prompt, times)` gives a text, or an action of the handler; `times` counts how often this prompt came."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.asked, self.bodies, self.headers = answer, {}, [], []
        self.at_once = self.most_at_once = 0
        self.lock, self.stop = threading.Lock(), threading.Event()

    @property
    def url(self) -> str:
        """The base address, as it stands after `from`."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address):
        """Clients that go away are a part of the tests."""


class Handler(BaseHTTPRequestHandler):
    """One connection; connections are kept."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = body["messages"][0]["content"]
        with server.lock:
            server.bodies.append((self.path, body))
            server.headers.append(dict(self.headers))
            server.asked[prompt] = times = server.asked.get(prompt, 0) + 1
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            found = server.answer(prompt, times)
            if callable(found):
                found(self)
            else:
                self.say({"choices": [{"message": {"role": "assistant", "content": found}, "finish_reason": "stop"}]})
        finally:
            with server.lock:
                server.at_once -= 1

    def say(self, content, status=200, **headers):
        """Answer with JSON, or with bytes as they are."""
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def hang(self):
        """Say nothing until the test is over."""
        self.server.stop.wait(30)
        self.close_connection = True

    def drip(self):
        """One byte of a header now and then."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not self.server.stop.wait(0.05):
            self.wfile.write(b"x")

    def drop(self):
        """Close the connection without a word."""
        self.close_connection = True

    def log_message(self, *args):
        """Nothing is logged."""


def later(seconds, text):
    """An answer after a while."""
    def act(handler):
        time.sleep(seconds)
        handler.say({"choices": [{"message": {"content": text}}]})
    return act


@contextmanager
def serving(answer):
    """A server that runs until the end of the block."""
    server = ChatServer(answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
