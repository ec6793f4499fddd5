"""How wide text stands on a terminal, and what is shown for characters that would disturb one."""

from unicodedata import category, east_asian_width

TAB = 4
JOINER = "\u200d"
NON_JOINER = "\u200c"
EMOJI_STYLE = "\ufe0f"
DELETE = "\x7f"


def is_disturbing(char: str) -> bool:
    """Whether a terminal would act on the character instead of showing it: controls, hidden marks, direction overrides."""
    return category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in (JOINER, NON_JOINER)


def shown(char: str) -> str:
    """The character, or a visible stand-in for one that would disturb a terminal."""
    if not is_disturbing(char):
        return char
    if char < " ":
        return chr(0x2400 + ord(char))
    return "\u2421" if char == DELETE else f"<U+{ord(char):04X}>"


def safe(text: str) -> str:
    """Text without anything that a terminal would act on; line breaks stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char == "\n" else shown(char) for char in text)


def cells(text: str) -> list[tuple[str, int]]:
    """For each character of a line, what is drawn for it and how many columns that takes; tabs stop every four."""
    drawn: list[tuple[str, int]] = []
    column = 0
    for index, char in enumerate(text):
        if char == "\t":
            piece = " " * (TAB - column % TAB)
            width = len(piece)
        else:
            piece = shown(char)
            width = len(piece) if piece != char else _width(text, index)
        drawn.append((piece, width))
        column += width
    return drawn


def width_of(text: str) -> int:
    """Columns that a line of text takes."""
    return sum(width for _, width in cells(text))


def _width(text: str, index: int) -> int:
    """Columns that one harmless character adds after those that stand before it."""
    char = text[index]
    if char.isascii():
        return 1
    before = text[index - 1] if index else ""
    if char == EMOJI_STYLE:
        return int(_is_pictograph(before) and east_asian_width(before) not in "WF")
    if _joins_the_character_before(text, index):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def _joins_the_character_before(text: str, index: int) -> bool:
    """Accents, joiners, vowels of composed Hangul, skin tones, and pictographs glued on by a joiner."""
    char = text[index]
    if category(char) in {"Mn", "Me"} or char in (JOINER, NON_JOINER) or "\u1160" <= char <= "\u11ff":
        return True
    if index == 0:
        return False
    if "\U0001f3fb" <= char <= "\U0001f3ff":
        return _is_pictograph(text[index - 1])
    return text[index - 1] == JOINER and _is_pictograph(char)


def _is_pictograph(char: str) -> bool:
    """Roughly the emoji: symbols outside ASCII."""
    return bool(char) and category(char) in {"So", "Sk"} and not char.isascii()
