"""SQL expressions are told apart at the right commas."""

from stages.environments.expressions import apart


def test_commas_in_brackets_and_in_quotes_part_nothing() -> None:
    assert apart("a, f(b, (c, d)), 'e, ''f(''', g") == ["a", "f(b, (c, d))", "'e, ''f('''", "g"]
