"""Words that tell no fact but what to do with one: a correction, a supposition, a refusal, a wish for the steps."""

import re

from bot.language import normalise

_CORRECTION = re.compile(r"不对|错了|更正|搞错|记错|不是.{0,8}是|应该是|改成|重新算")
_SUPPOSITION = re.compile(
    r"^(?:那|那么|可是|但)?(?:要是|如果|假如|假设|要|若)|(?:那|那么)(?:要是|如果|假如)|换成|改成.{0,6}呢|呢[?。]?$"
)
_STEPS = re.compile(r"怎么算|咋算|怎样算|如何算|算法|明细|过程|哪来的|怎么来的|怎么得")
_DO_NOT_KNOW = re.compile(r"不知道|不清楚|不晓得|不懂|没听说|忘了|不记得|不了解|不确定|说不好|没注意")
_OPENING = re.compile(r"^(?:这个?|那个?|我|还|也|都|真|呃|嗯|哦|,|，)+")
_NONE = re.compile(
    r"^(?:都|我|今年|还)?(?:没有?|没到|无|不|没封顶|没扣|没加|0)(?:的|了|呢|啊|过|有)?[。,!]?$"
)


_VARIATION = re.compile(
    r"不对|错了|要是|如果|假如|换成|^那.{0,12}呢|^(?:一|半|全|每|\d+|[两三四五六])个?[年月]半?呢"
)
_THE_SAME = re.compile(r"一样|同样|呢[?。]?$")
_FIGURE_LAST = re.compile(r"(?:^|[,。 :是为有到了])\d{1,6}(?:\.\d{1,2})?(?:元|块)?[。吧呢啊哦]*$")


def corrects(text: str) -> bool:
    """Whether something said before is taken back."""
    return bool(_CORRECTION.search(normalise(text)))


def supposes(text: str) -> bool:
    """Whether it is asked what would be if: "那要是…呢"."""
    return bool(_SUPPOSITION.search(normalise(text).replace("，", ",")))


def says_the_same(text: str) -> bool:
    """Whether the rest is as it was: "我妈退休，一样的药费"."""
    return bool(_THE_SAME.search(normalise(text)))


def ends_in_a_figure(text: str) -> bool:
    """Whether a number is told last: "哦查到了，250"."""
    return bool(_FIGURE_LAST.search(normalise(text).replace("，", ",")))


def varies(text: str) -> bool:
    """Whether the case under way is put right or supposed otherwise, whatever is told of it."""
    return bool(_VARIATION.search(normalise(text).replace("，", ",")))


def wants_steps(text: str) -> bool:
    """Whether it is asked how a figure came about."""
    return bool(_STEPS.search(normalise(text)))


def does_not_know(text: str) -> bool:
    """Whether the person says they do not know."""
    return bool(_DO_NOT_KNOW.search(normalise(text)))


def answers_that_it_is_not_known(text: str) -> bool:
    """Whether a turn begins with "不知道", in these or other words."""
    return bool(_DO_NOT_KNOW.match(_OPENING.sub("", normalise(text))))


def says_none(text: str) -> bool:
    """A no alone, as an answer to our question: 没有, 没到."""
    return bool(_NONE.match(normalise(text).strip()))
