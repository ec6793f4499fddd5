"""`# rwd: ignore[CODE] why`: which lines it silences."""

from rewardlang.syntax.parse import ignores
from rewardlang.text.source import Source

TEXT = '''let a = 1  # rwd: ignore[RW512] known
# rwd: ignore[RW1, RW2] the whole of it
# another comment
reward = {
    x: 1
    # rwd: ignore[RW3]
    y: 2
}
let b = "# rwd: ignore[RW4] in a text"
# rwd: ignore[RW5] at the end
'''


def test_lines_codes_and_reasons():
    found = [(ignore.line, ignore.codes, ignore.reason) for ignore in ignores(Source("text", TEXT))]
    assert found[0] == (1, ("RW512",), "known")
    assert {line for line, codes, _ in found if codes == ("RW1", "RW2")} == {4, 5, 7, 8}
    assert [line for line, codes, _ in found if codes == ("RW3",)] == [7]
    assert not [codes for _, codes, _ in found if codes in (("RW4",), ("RW5",))]
