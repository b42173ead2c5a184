"""Words that tell no fact but what to do with one: a correction, a supposition, a refusal, a wish for the steps."""

import re

from bot.language import normalise

_CORRECTION = re.compile(
    r"不对|(?:^|[,，。])不[,，](?:我|应该|是)|[搞弄记]混|不好意思,?(?:说错|是|应该)|错了|看花了?眼?|看差|[看记说讲听搞写念弄]错|更正|记错|口误|[说看记听]岔|说反|不是.{0,8}是|应该是|改成|重新算"
)
_SWAPPED = re.compile(
    r"[说讲报搞弄写记看]反了?(?=[,。!]|$)|[掉调换倒]个?个儿|两个数[^,。;]{0,3}(?:掉|调|换|颠倒)"
)
_SUPPOSITION = re.compile(
    r"^(?:那|那么|可是|但)?(?:要是|如果|假[如使]|假设|要|若)|(?:那|那么)[我俺他她]?(?:要是|如果|假[如使])|[,，。](?:那)?(?:要是|如果|假如)[^,，。]{0,4}退[了休]|换成|改成.{0,6}呢|[,，。]到时候?|(?<!总共|一共|合计|拢共|起来)呢[?。]?$"
)
_STEPS = re.compile(
    r"^[你您]?(?:确定|肯定|算[得的]?(?:对|准))[^,，。]{0,3}[吗么不][?。]?$|没算错|怎么算|咋算|怎样算|如何算|算法|明细|过程|哪来的|哪[里儿](?:来|算出来)的|怎么来的|怎么得"
)
NOT_KNOWN = (
    r"(?:[不没未](?:太|大|怎么|很|是|有)*(?:知道|清楚|晓得|了解|确定|明白|记得|注意|听说|留意|打听|问过)|不懂|没懂|忘了|忘记|忘得|忘光|记[岔混串乱]|没(?:细|仔细|认真)?记(?=[,。;了]|$)|没(?:细|仔细|认真)[看问听记]|没问(?=[,，。;]|$)|(?:一?点|半点|啥|什么)?(?:印象|数|底)(?:都|也|是)?没有?|没(?:数|印象|把握|谱|底)|吃不准|不敢说|说不上"
    r"|想不起来?|记不[得起]|[说分弄搞记闹拿讲查认看瞧]不(?:好|清|准|懂|明白|到|住|了|出)|没(?:弄|搞|分|记|问|查|看)(?:清楚?|明白|住|到|懂)"
    r"|(?:没得?(?:人|谁)|(?:医院|医生|大夫|医保局?|社保局?|窗口|经办|人家|他们)[^,。;]{0,2}没有?)[^,。;]{0,3}(?:说|讲|告诉)|心里没数|还?没(?:有)?(?:人|谁)?通知|没(?:有)?(?:个)?准(?:信|话|数)|(?:哪[里儿个]?|谁|鬼)(?:会|能|才)?(?:知道|清楚|晓得|懂得?))"
)
_DO_NOT_KNOW = re.compile(NOT_KNOWN)
_NOT_KNOWN_LAST = re.compile(rf"{NOT_KNOWN}(?:过|的|了|呢|啊|呀|嘛|哦|咯|哒|噢|嘞|我|,)*[。!]?$")
_CONFIRM = re.compile(r"有没有?|要不要|[对是错]吧|吧[。!]?$|真的|听[^,，。]{0,3}[说讲]|[没不][。!]?$|还是")
_HOW_MUCH_THEN = re.compile(
    r"^(?:那|那么|所以|我|俺|他|她|这|这?个?月|一个月|按(?:现在)?[这那]个[^,。;]{1,4}|你?就?(?:(?:告诉|跟|和)我(?:讲|说)?|直接(?:讲|说)|讲|说)|到底|究竟|最后|总共|一共|实际|,)*"
    r"(?:能|可以|该|给)*(?:报(?:销)?(?:得了?|了|到)?|(?:自己|个人|自个儿?)(?:还?要|得|该|能|总共|一共)*(?:掏|出|付|贴|拿|负担|花)(?:了)?)"
    r"(?:多少|几多|好多|几个?)[钱元啊呢呀嘛咯?。]*$"
    r"|(?:就|先)(?:说|讲|给|告诉)(?:我)?个(?:大概|大致|准)?的?(?:数|范围)[吧嘛呀啊。]*$"
    r"|给个(?:大概的?)?(?:范围|数)(?:就|也)?(?:行|好|可以|成)?[吧了。]*$|(?:你|您)?(?:直接|尽管|只管)算(?:吧|就是|好了)?[。]?$"
    r"|^(?:那|那么)?(?:还|照样|照常)(?:能|给)?报(?:得到|得了|得成|得|到|不报)?(?:吗|不|么|嘛|啵)?[?。]?$"
)
_HOW_MUCH_AT_LAST = re.compile(
    r"[,。;!?](?:(?:那|所以|到底|究竟|这|最少|你?就?(?:讲|说|告诉)我?)|(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份)?的?)"
    r"(?:么|最少|最多|我|他|她|按它|按这个?|照这样|到底|究竟|实际|医保|这?个?月|[次回笔]|\d+[元块]?)*(?:能|可以|该|会)*(?:[给帮]我?)?[报给付拿](?:销|得|到|回|我)?"
    r"(?:多少|几多|好多|多)钱?(?:,?最[多少]报?(?:多少|几多|好多))?[啊呢呀嘛?。]*$"
    r"|(?:算不算|报不报|给不给|行不行|能不能报|能报[吗么不]|作不作数)[,。?]*(?:那|到底)?(?:能|可以|该)?[报给](?:多少|几多|好多)[啊呢呀嘛?。]*$"
)
"""What a remark or a doubt ends in: 拍片的钱算哪边谁知道,那到底给多少."""
_FOR_ALL = re.compile(
    r"(?:一共|总共|统共|拢共|[打加合][拢起]|一起|一块)[^,，。;]{0,8}[报给出付拿][^,，。;]{0,2}(?:多少|几多|好多|几个?钱)"
)
_OPENING = re.compile(r"^(?:这个?|那个?|我|还|也|都|真|呃|嗯|哦|,|，)+")
_NONE = re.compile(
    r"^(?:都|我|今年|还)?(?:没有?|没到|无|不|没封顶|没扣|没加|0)(?:的|了|呢|啊|过|有)?[。,!]?$"
)


_GUESS = re.compile(
    r"^(?:那|我|嗯|呃|,)*(?:(?:可能|大概|好像|应该|估计|大约|约|也就|差不多|也许|兴许|似乎|记得|印象中)(?:是|有|得)?"
    r"[\d一二两三四五六七八九]|[\d一二两三四五六七八九十百千]+(?:多|来)?[元块]?钱?吧)"
)
_VARIATION = re.compile(
    r"不对|错了|[搞弄记]混|[忍等拖留放挪推熬捱]到[^,，。]{1,12}呢|要是|如果|假[如使]|换成|^那.{0,12}呢|下个?[次回趟月][^,，。\d]{0,4}(?:这么多|一样)|^(?:一|半|全|每|\d+|[两三四五六])个?[年月]半?呢"
)
_THE_SAME = re.compile(r"一样|同样|呢[?。]?$")
_FIGURE_LAST = re.compile(r"(?:^|[,。 :是为有到了])\d{1,6}(?:\.\d{1,2})?(?:元|块)?[。吧呢啊哦]*$")


_OF_ONE_OF_THEM = re.compile(r"[^,，。;\d]{1,6}[那这][个笔块](?:其实|应该|实际)")
_SUM_PUT_RIGHT = re.compile(
    r"(?:哦|噢|哎呀?|啊|呃|嗯|等等|等一下|我|刚才|刚刚|那个|[说记看讲搞弄报打写]?错了?"
    r"|不对|不是|不好意思|口误|更正(?:一下)?|应该|其实|实际|是|有|,|。| )+"
    r"(?:[^,。;\d]{0,6}[那这][个笔块])?(?:其实|应该|实际|是|有)*(?:\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万]+)[元块]?钱?(?:才对|才是|啊|呢|的|吧|哦|,|。|!)*"
)


A_FURTHER_MONTH = re.compile(
    r"^(?:那|，|,)*(?:\d{1,2}|[一二三四五六七八九十]{1,2})月份?(?:我|他|她)?(?:还|也|又)"
)
_SLIPPED = re.compile(
    r"^(?:哎呀?|哦|噢|啊|呃|,|。|\s|不好意思|刚才|我)*(?:手[滑快抖误]|[打按点敲发][得太]*(?:快|早|漏|少|错|多|重)了?|(?:没|还没)[打写敲发输]完|少[打写敲按输])"
)
"""A message that went off before it was written to its end."""


def corrects(text: str) -> bool:
    """Whether something said before is taken back."""
    return bool(_CORRECTION.search(normalise(text)))


def puts_a_sum_right(text: str) -> bool:
    """Whether a turn takes something back and tells a sum, and nothing else: 不对,是五百块; or completes what
    slipped out too early: 打快了,是95."""
    written = normalise(text)
    if _SLIPPED.match(written.replace("，", ",")):
        return True
    taken_back = corrects(text) or _OF_ONE_OF_THEM.match(written)
    return bool(taken_back) and bool(_SUM_PUT_RIGHT.fullmatch(written.replace("，", ",")))


def says_swapped(text: str) -> bool:
    """Whether two figures are said to have been told one for the other: 说反了, 两个数掉个个儿."""
    return bool(_SWAPPED.search(text))


def supposes(text: str) -> bool:
    """Whether it is asked what would be if: "那要是…呢"; not of what a further month was: 6月也是90呢."""
    if A_FURTHER_MONTH.match(normalise(text)):
        return False
    return bool(_SUPPOSITION.search(normalise(text).replace("，", ",")))


def says_the_same(text: str) -> bool:
    """Whether the rest is as it was: "我妈退休，一样的药费"."""
    return bool(_THE_SAME.search(normalise(text)))


def ends_in_a_figure(text: str) -> bool:
    """Whether a number is told last: "哦查到了，250"."""
    return bool(_FIGURE_LAST.search(normalise(text).replace("，", ",")))


def guesses(text: str) -> bool:
    """Whether a turn begins with a figure that is only guessed: 可能四百到五百, 三四百吧."""
    return bool(_GUESS.match(normalise(text).replace("，", ",")))


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
    """Whether a turn begins or ends with "不知道", in these or other words."""
    written = normalise(text)
    return bool(_DO_NOT_KNOW.match(_OPENING.sub("", written)) or _NOT_KNOWN_LAST.search(written))


def says_none(text: str) -> bool:
    """A no alone, as an answer to our question: 没有, 没到."""
    return bool(_NONE.match(normalise(text).strip()))


def seeks_confirmation(text: str) -> bool:
    """Whether what is told is to be confirmed, or asked for without a question word: 封顶五千没错吧, 有没有起付线."""
    return bool(_CONFIRM.search(normalise(text)))


def asks_for_all(text: str) -> bool:
    """Whether the sum of what was told is asked for, whatever else is: 这个季度一共给多少,7月剩的能不能补."""
    return bool(_FOR_ALL.search(normalise(text)))


def asks_how_much_then(text: str) -> bool:
    """Whether the sum is asked for once more, and nothing else (那到底报多少), or after a remark."""
    written = normalise(text).replace("，", ",")
    return bool(_HOW_MUCH_THEN.search(written) or _HOW_MUCH_AT_LAST.search(written.replace(" ", ",")))
