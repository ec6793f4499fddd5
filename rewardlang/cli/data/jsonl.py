"""JSON lines, from a file, a gzip file or standard input: one object a line, read a line at a time."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from rewardlang.cli.data.rows import Row
from rewardlang.cli.errors import CliError

BOM = b"\xef\xbb\xbf"


class JsonLines:
    """Rows of a binary stream. Blank lines are no rows; a bad line is a row with a problem and never stops the rest."""

    word = "line"
    identity = ""

    def __init__(self, stream: BinaryIO, name: str, size: int | None = None):
        self.name = name
        self.size = size
        self._stream = stream

    def rows(self) -> Iterator[Row]:
        """Every line that is not blank; blanks before a line are part of its raw text."""
        skipped = b""
        for number, line in enumerate(self._lines(), start=1):
            text = line.removeprefix(BOM) if number == 1 else line
            if not text.strip():
                skipped += line
                continue
            values, problem = parse_line(text)
            yield Row(number, values, problem, skipped + line)
            skipped = b""

    def _lines(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except (OSError, EOFError) as error:
            raise CliError(f"{self.name}: {str(error).lower()}") from error

    def weight(self, row: Row) -> int:
        """Bytes."""
        return len(row.raw)


def parse_line(line: bytes) -> tuple[dict | None, str | None]:
    """The object on a line, or what is wrong with the line."""
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return None, f"not UTF-8 at byte {error.start + 1}"
    except json.JSONDecodeError as error:
        return None, f"not JSON: {error.msg.lower()} at column {error.colno}"
    except ValueError as error:
        return None, f"not JSON that can be read: {error}"
    except RecursionError:
        return None, "nested too deeply"
    if not isinstance(value, dict):
        return None, f"a row must be a JSON object, and this is {_word(value)}"
    return value, None


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "a truth value"
    return {list: "a list", str: "a text", type(None): "null"}.get(type(value), "a number")
