"""Marked-up text in linear time: tags in order, what stands between marks (an empty one is nowhere), fenced code, boxes."""

from rewardlang.verifiers.gold import gold


@gold(
    (("<think>a</think><answer>4</answer>", ["think", "answer"]), True),
    (("\n<think>a</think>\n <answer></answer> ", ["think", "answer"]), True),
    (("<answer>4</answer><think>a</think>", ["think", "answer"]), False),
    (("<think>a</think>so<answer>4</answer>", ["think", "answer"]), False),
    (("<think>a</think><answer>4</answer>!", ["think", "answer"]), False),
    (("<think>a<answer>4</answer></think>", ["think", "answer"]), False),
    (("<think>a</think><answer>4</answer><answer>5</answer>", ["think", "answer"]), False),
    (("<think><think></think><answer>4</answer>", ["think", "answer"]), False),
    (("<think>a</think>", ["think", "answer"]), False),
    (("", ["think"]), False),
    (("<a>x</a>", ["a", "a"]), False),
    (("", []), False),
)
def tagged(text: str, names: list[str]) -> bool:
    """Whether the whole text is the named tags in this order, each opened and closed once, with white space around them.

    What stands inside a tag is free, but none of the named tags may occur there. False where no tags are named.
    """
    end = 0
    for name in names:
        opening, closing = f"<{name}>", f"</{name}>"
        start = text.find(opening, end)
        if start < 0 or (start > end and not text[end:start].isspace()):
            return False
        end = text.find(closing, start) + len(closing)
        if end < len(closing) or text.count(opening) != 1 or text.count(closing) != 1:
            return False
    return len(names) > 0 and not text[end:].strip()


@gold(
    (("<answer>4</answer>", "<answer>", "</answer>"), "4"),
    (("<answer>4</answer><answer>5</answer>", "<answer>", "</answer>"), "4"),
    (("</answer><answer> 4 </answer>", "<answer>", "</answer>"), " 4 "),
    (("no tags", "<answer>", "</answer>"), ""),
    (("<answer>never closed", "<answer>", "</answer>"), ""),
    (("a|b|c", "|", "|"), "b"),
    (("x", "", "</answer>"), ""),
)
def between(text: str, opening: str, closing: str) -> str:
    """The text between the first `opening` and the next `closing`, as it stands; empty where either is missing."""
    return _between(text, text.find(opening), opening, closing)


def _between(text: str, start: int, opening: str, closing: str) -> str:
    """What stands after the `opening` at `start` and before the next `closing`."""
    if start < 0 or not opening or not closing:
        return ""
    start += len(opening)
    end = text.find(closing, start)
    return text[start:end] if end >= 0 else ""


@gold(
    (("<answer>4</answer><answer>5</answer>", "<answer>", "</answer>"), "5"),
    (("<answer>4</answer><answer>cut", "<answer>", "</answer>"), ""),
    (("no tags", "<answer>", "</answer>"), ""),
)
def between_last(text: str, opening: str, closing: str) -> str:
    """The text between the last `opening` and the next `closing`; empty where either is missing."""
    return _between(text, text.rfind(opening), opening, closing)


@gold(
    (("<a>1</a> <a>2</a> <a>3", "<a>", "</a>"), ["1", "2"]),
    (("none", "<a>", "</a>"), []),
    (("|1|2|3|", "|", "|"), ["1", "3"]),
)
def between_all(text: str, opening: str, closing: str) -> list[str]:
    """The texts between each `opening` and the next `closing`, from left to right, without overlap."""
    if not opening or not closing:
        return []
    found, start = [], text.find(opening)
    while start >= 0:
        start += len(opening)
        end = text.find(closing, start)
        if end < 0:
            break
        found.append(text[start:end])
        start = text.find(opening, end + len(closing))
    return found


@gold(
    (("<think>a</think><answer>4</answer>", ["<think>", "</think>", "<answer>"]), True),
    (("</think><think>", ["<think>", "</think>"]), False),
    (("<think><think></think>", ["<think>", "</think>"]), False),
    (("", ["<think>"]), False),
    (("anything", []), True),
)
def in_order(text: str, marks: list[str]) -> bool:
    """Whether each of `marks` occurs exactly once, in this order."""
    end = 0
    for mark in marks:
        start = text.find(mark, end)
        if start < 0 or not mark or text.count(mark) != 1:
            return False
        end = start + len(mark)
    return True


@gold(
    (("<a>1</a><b>2</b>", ["a", "b"]), True),
    (("<a>1</a><a>2</a>", ["a"]), True),
    (("</a><a>", ["a"]), False),
    (("<a><a></a></a>", ["a"]), True),
    (("<a>", ["a", "b"]), False),
    (("plain", ["a"]), True),
)
def tags_balanced(text: str, names: list[str]) -> bool:
    """Whether each tag of these names is closed as often as it is opened, and never before it is opened."""
    return all(_balanced(text, f"<{name}>", f"</{name}>") for name in names)


def _balanced(text: str, opening: str, closing: str) -> bool:
    # After the i-th closing tag at least i tags must have been opened; the closing tags cut the text into pieces.
    pieces = text.split(closing)
    depth = 0
    for piece in pieces[:-1]:
        depth += piece.count(opening) - 1
        if depth < 0:
            return False
    return depth + pieces[-1].count(opening) == 0


@gold(
    (("Run:\n```python\nprint(1)\n```\nDone", "python"), "print(1)\n"),
    (("```\nplain\n```", ""), "plain\n"),
    (("```sql\nselect 1\n```\n```python\npass\n```", "python"), "pass\n"),
    (("```python\nnever closed", "python"), ""),
    (("```Python\nx\n```", "python"), "x\n"),
    (("no code", "python"), ""),
    (("```inline``` is no fence\n```\nx\n```", ""), "x\n"),
)
def code_block(text: str, language: str) -> str:
    """The content of the first fenced block of `language` (of any where `language` is empty); empty where there is none."""
    return next(iter(code_blocks(text, language)), "")


@gold(
    (("```python\na\n```\n```python\nb\nc\n```", "python"), ["a\n", "b\nc\n"]),
    (("```js\na\n```", "python"), []),
    (("```js\na\n```", ""), ["a\n"]),
    (("", ""), []),
)
def code_blocks(text: str, language: str) -> list[str]:
    """The contents of all fenced blocks of `language` (of any where `language` is empty), a line end after each line.

    A fence is a line of three backticks, blanks before it and one word or more after it allowed: the first is its language,
    in which case does not count.
    """
    blocks, inside, wanted = [], None, False
    for line in text.splitlines():
        fence = line.strip()
        if not fence.startswith("```") or "`" in fence[3:]:
            if inside is not None:
                inside.append(line + "\n")
        elif inside is None:
            inside, wanted = [], not language or fence[3:].lower().split()[:1] == [language.lower()]
        else:
            if wanted:
                blocks.append("".join(inside))
            inside = None
    return blocks


@gold(
    ((r"so \boxed{42}.",), "42"),
    ((r"\boxed{1} then \boxed{\frac{1}{2}}",), r"\frac{1}{2}"),
    ((r"\boxed{a{b}c} and \boxed{cut",), None),
    ((r"\fbox{7}",), "7"),
    ((r"\boxed {7}",), "7"),
    ((r"\boxed{\{1, 2\}}",), r"\{1, 2\}"),
    ((r"\boxed{}",), ""),
    (("no box",), None),
)
def boxed(text: str) -> str | None:
    r"""The content of the last `\boxed{…}` or `\fbox{…}`, braces balanced; None where there is none or it is not closed."""
    start = max(text.rfind("\\boxed"), text.rfind("\\fbox"))
    if start < 0:
        return None
    opening = text.find("{", start)
    if opening < 0 or text[start:opening].rstrip() not in ("\\boxed", "\\fbox"):
        return None
    return _inside_braces(text, opening)


def _inside_braces(text: str, opening: int) -> str | None:
    """What stands between the brace at `opening` and the one that closes it; a brace after a backslash is a character."""
    depth, at = 0, opening
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return text[opening + 1 : at]
        at += 1
    return None
