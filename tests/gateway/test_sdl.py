"""Comparing a schema with the committed one: what breaks clients stands first."""

from gateway.sdl import differences

COMMITTED = """type Query {
  a: Int
  b(n: Int): String
}

enum Tab {
  ONE
}
"""


def test_the_same_text_has_no_differences() -> None:
    assert differences(COMMITTED, COMMITTED) == []


def test_breaking_then_dangerous_then_the_diff() -> None:
    printed = """type Query {
  b(n: Int): String
  c: Int
}

enum Tab {
  ONE
  TWO
}
"""
    lines = differences(COMMITTED, printed)
    assert lines[:4] == [
        "breaking: Field Query.a was removed.",
        "dangerous: Enum value Tab.TWO was added.",
        "--- committed",
        "+++ printed",
    ]
    assert [line for line in lines[4:] if line[0] in "+-"] == ["-  a: Int", "+  c: Int", "+  TWO"]


def test_a_change_that_breaks_nobody_is_a_difference_all_the_same() -> None:
    lines = differences(COMMITTED, COMMITTED.replace("  a: Int", '  "Now told."\n  a: Int'))
    assert lines[0] == "--- committed"
    assert '+  "Now told."' in lines
