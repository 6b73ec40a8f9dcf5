import pytest

from qa.features import is_heading, starts_with_pronoun


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("What changed in the water", True),
        ("Findings", True),
        ("The beavers have built 27 dams.", False),
        ("“We are done”", False),
        ("- 12 tonnes of apples", False),
        ("3. Two boats for the harbour", False),
        ("今天天气很好。", False),
        ("a report without any stop at its end that goes on for far longer than any editor would "
         "ever allow the line above a section to be", False),
    ],
)  # fmt: skip
def test_a_heading_is_short_without_an_end_mark_and_no_item(text: str, heading: bool) -> None:
    assert is_heading(text) is heading


def test_a_pronoun_leans_and_a_name_does_not() -> None:
    assert starts_with_pronoun("She left at noon.") and starts_with_pronoun("“It was late.”")
    assert not starts_with_pronoun("Sheila left.") and not starts_with_pronoun("The bridge fell.")
