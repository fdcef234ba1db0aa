"""Words are put together as each language does."""

from supplier_quality.language import Message, Text, _, joined, listed, speaking
from supplier_quality.web.field_names import field_name


def test_an_empty_text_stays_empty_in_every_language() -> None:
    """A catalogue answers the empty text with its header."""
    assert [Text.of("").render("zh"), Message("").render("zh"), Text.of("").render("en")] == ["", "", ""]


def test_rows_of_words_have_the_comma_of_the_language() -> None:
    assert listed(["a", 2, _("Buyer")]) == "a, 2, Buyer"
    with speaking("zh"):
        assert listed(["a", 2, _("Buyer")]) == "a、2、采购员"


def test_sentences_follow_each_other_without_a_gap_in_chinese() -> None:
    sentences = (_("Write a name."), "", _("Write a number."))
    assert joined(sentences) == "Write a name. Write a number."
    with speaking("zh"):
        assert joined(sentences) == "请填写名称。请填写数字。"


def test_values_are_said_in_the_language_of_their_sentence() -> None:
    asked = _("Only these may do this: %(roles)s.", roles=_("Buyer"))
    assert asked.render("zh") == "仅以下角色可执行此操作：采购员。"
    assert asked.render("en") == "Only these may do this: Buyer."


def test_a_text_of_one_language_looks_into_the_catalogue() -> None:
    assert Text.of("Answer overdue").render("zh") == "自评逾期"
    assert Text.of("Said nowhere else").render("zh") == "Said nowhere else"


def test_values_of_the_trail_have_names() -> None:
    assert field_name("expires_at").render("zh") == "到期日"
    assert field_name("not_listed_yet").render("en") == "Not listed yet"
