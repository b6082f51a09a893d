import pytest

from vizcore.compute import new_token, visitor_of


def test_a_token_is_hard_to_guess_and_its_visitor_does_not_reveal_it():
    first, second = new_token(), new_token()
    assert first != second
    assert visitor_of(first) != visitor_of(second)
    assert visitor_of(first) == visitor_of(first)
    assert first not in visitor_of(first)


@pytest.mark.parametrize(
    "token", [None, "", "a" * 42, "a" * 44, "a" * 42 + "!", "a" * 43 + "\n", 7]
)
def test_what_is_no_token_is_nobody(token):
    assert visitor_of(token) is None
