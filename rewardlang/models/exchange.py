"""One request over HTTP on a connection that is kept, and that can be closed from another thread to end it."""

import contextlib
import json
import socket
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit

from rewardlang.models.failed import describe

#: The longest answer that is read.
LARGEST = 1 << 23
#: The longest wait that a server may ask for, in seconds.
LONGEST_WISH = 60.0


class Refused(Exception):
    """An answer that another try will not change."""


class Broken(Exception):
    """A failure that another try may mend; `after` is how many seconds the server asks to wait, `late` that time ran out."""

    def __init__(self, reason: str, after: float = 0.0, late: bool = False):
        super().__init__(reason)
        self.after, self.late = min(after, LONGEST_WISH), late


def _broken(error: Exception) -> Broken:
    return Broken(describe(error), late=isinstance(error, TimeoutError))


class Line:
    """A connection to one address, opened when it is first needed. Used by one thread; `cut` may be called by any."""

    def __init__(self, url: str):
        self.parts = urlsplit(url)
        self._connection: HTTPConnection | None = None
        self._used = False

    def post(self, body: object, headers: dict[str, str], seconds: float | None) -> dict:
        """The JSON object that is answered. Raises Refused or Broken; `seconds` bound each wait, and `cut` ends the whole."""
        content = json.dumps(body).encode()
        deadline = None if seconds is None else monotonic() + seconds
        try:
            return self._post(content, headers, deadline)
        except (OSError, HTTPException) as error:
            stale = self._used and not isinstance(error, TimeoutError)
            self.cut()
            if not stale:
                raise _broken(error) from error
        # The server closed a kept connection, as it may at any time: that is no failure of this request.
        self._used = False
        try:
            return self._post(content, headers, deadline)
        except (OSError, HTTPException) as error:
            self.cut()
            raise _broken(error) from error

    def _post(self, content: bytes, headers: dict[str, str], deadline: float | None) -> dict:
        left = None if deadline is None else max(deadline - monotonic(), 0.001)
        connection = self._opened(left)
        connection.request("POST", self.parts.path or "/", content, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        text = answer.read(LARGEST + 1)
        if len(text) > LARGEST:
            self.cut()
            raise Refused(f"answers more than {LARGEST:,} bytes")
        self._used = not answer.will_close
        if answer.will_close:
            self.cut()
        return _read(answer.status, answer.getheader("Retry-After"), text)

    def _opened(self, seconds: float | None) -> HTTPConnection:
        if self._connection is None:
            kind = HTTPSConnection if self.parts.scheme == "https" else HTTPConnection
            self._connection = kind(self.parts.hostname, self.parts.port, timeout=seconds)
            self._connection.connect()
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.sock.settimeout(seconds)
        return self._connection

    def cut(self) -> None:
        """Close the connection; a thread that waits on it is woken by an error."""
        connection, self._connection, self._used = self._connection, None, False
        if connection is not None:
            with contextlib.suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                connection.close()


def _read(status: int, after: str | None, text: bytes) -> dict:
    if status in (408, 425, 429) or status >= 500:
        raise Broken(f"HTTP {status}", _wish(after))
    if status != 200:
        raise Refused(f"HTTP {status}: {' '.join(text[:200].decode('utf-8', 'replace').split())}")
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Broken("the answer is no JSON") from error
    if not isinstance(found, dict):
        raise Broken("the answer is no JSON object")
    return found


def _wish(after: str | None) -> float:
    """How many seconds a server asks to wait: `Retry-After` is a number of them, or a date (RFC 9110, section 10.2.3)."""
    with contextlib.suppress(TypeError, ValueError):
        seconds = float(after)
        return max(seconds, 0.0) if seconds < float("inf") else 0.0
    with contextlib.suppress(TypeError, ValueError, AttributeError):
        return max((parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds(), 0.0)
    return 0.0
