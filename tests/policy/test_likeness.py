from hypothesis import given
from hypothesis import strategies as st

from bot.policy.likeness import group_alike

TEXTS = st.lists(
    st.text(st.sampled_from("门慢特病起付线报销比例多少？ \n〔手机〕a1"), max_size=12), max_size=15
)


@given(TEXTS)
def test_every_text_is_in_exactly_one_group(texts: list[str]) -> None:
    groups = group_alike(texts, None)
    assert sorted(position for group in groups for position in group) == list(range(len(texts)))


@given(TEXTS)
def test_the_same_texts_give_the_same_groups(texts: list[str]) -> None:
    assert group_alike(texts, None) == group_alike(texts, None)


@given(TEXTS)
def test_groups_and_members_keep_the_order_of_the_texts(texts: list[str]) -> None:
    groups = group_alike(texts, None)
    assert groups == sorted(map(sorted, groups))


@given(TEXTS.filter(bool))
def test_a_text_repeated_joins_its_own_group(texts: list[str]) -> None:
    groups = group_alike([*texts, texts[0]], None)
    assert any({0, len(texts)} <= set(group) for group in groups)


def test_what_is_asked_alike_is_put_together() -> None:
    texts = ["起付线多少钱", "能不能寄药到家", "门慢起付线是多少钱", "药能不能寄到家里", "你叫什么名字"]
    assert group_alike(texts, None) == [[0, 2], [1, 3], [4]]
