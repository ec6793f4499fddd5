"""Taking away the indentation that a text has because it stands inside other code."""

import textwrap


def dedent(text: str) -> str:
    """The text without its common indentation and without a leading empty line, so that declarations start in column 1."""
    return textwrap.dedent(text.removeprefix("\n"))
