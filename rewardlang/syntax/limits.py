"""How much is read at most, so that no text takes long or deep enough to harm; each limit has a diagnostic of its own."""

# Brackets in brackets, and nodes in nodes: whatever walks the tree may recurse.
MAX_DEPTH = 200
# Words, signs and literals of one declaration, of one machine (5,000 edges have about 90,000), and of one file.
MAX_LEXEMES = 40_000
MAX_LEXEMES_OF_MACHINE = 150_000
MAX_LEXEMES_OF_FILE = 300_000
# Characters of one file.
MAX_CHARACTERS = 4_000_000
# A number is exact: beyond these it would be a trap, not a weight.
MAX_DIGITS = 400
MAX_EXPONENT = 400
# Mistakes that are looked for in one file.
MAX_MISTAKES = 200
# After a first mistake, the other lines of the same braces are parsed again so many times, and so many lexemes of them.
MAX_ROUNDS = 12
MAX_LEXEMES_AGAIN = 8_000
