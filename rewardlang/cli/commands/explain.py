"""`explain`: the page of a diagnostic, a word, an operator or a function of the standard library, or the list of all."""

from types import SimpleNamespace

from rewardlang.cli.errors import CLEAN, CliError
from rewardlang.cli.pages import all_pages, find_page, names
from rewardlang.cli.terminal import say, say_json
from rewardlang.text.near import did_you_mean

HEADINGS = {"diagnostic": "Diagnostics", "word": "Language", "operator": "Operators",
            "formalism": "Formalisms of objectives",
            "module": "Standard library", "function": "Standard library"}


def run(values: SimpleNamespace) -> int:
    """Print one page or the list; the exit code."""
    if values.topic is None:
        _show_list(values.format)
        return CLEAN
    page = find_page(values.topic)
    if page is None:
        near = did_you_mean(values.topic, names())
        raise CliError(f"there is no page `{values.topic}`",
                       f"did you mean `{near}`?" if near else "`rewardlang explain` lists all pages")
    if values.format == "json":
        say_json({"version": "1.0", "name": page.name, "kind": page.kind, "summary": page.summary, "text": page.text})
    else:
        say(page.text)
    return CLEAN


def _show_list(form: str) -> None:
    pages = all_pages()
    if form == "json":
        entries = [{"name": page.name, "kind": page.kind, "summary": page.summary} for page in pages]
        say_json({"version": "1.0", "pages": entries})
        return
    width = max(len(page.name) for page in pages)
    heading = None
    for page in pages:
        if HEADINGS[page.kind] != heading:
            say(f"{'' if heading is None else chr(10)}{HEADINGS[page.kind]}")
            heading = HEADINGS[page.kind]
        say(f"  {page.name:<{width}}  {page.summary}")
