"""Words that tell what a case is like, by the conditions that regions draw consequences from."""

import re

from bot.knowledge.parameters import Condition

HOLDS: tuple[tuple[Condition, str], ...] = (
    (
        "not_designated",
        r"非(?:医保)?定点|不是(?:个)?(?:医保)?定点|没(?:有|走|去|在|到)?(?:医保)?定点|不属于定点|不定点|没(?:有)?(?:接|通|联|连)(?:网|入|上)?医保"
        r"|(?:没有?|无|不)(?:挂|带|贴|见|看[到见])?(?:着)?医保(?:的)?(?:牌|标志|标识|标记|资质|招牌|字样)"
        r"|不是医保(?:的)?(?:药店|医院|诊所)|(?:药店|药房|诊所|医院)[^,。;]{0,4}(?:不能|不可以|没法|不让|不给)(?:刷|用|走)医保"
        r"|(?:药店|药房|诊所|医院)[^,。;]{0,4}刷不了医保",
    ),
    (
        "inpatient_stay",
        r"(?:躺|住)在?(?:医院|病房)里?|住院(?:里[头面]|期间|的时候|时候|那几天|那段|治疗期间|着呢?|当中|中(?!心))|(?:正|还)在?住(?:着)?院|住着院|在住院"
        r"|一直在?住(?:着|在)?(?:医)?院|没出院|(?<!要)住院(?:时|那)|住[^,。;]{0,6}院[^。;]{0,16},[^,。;]{0,3}(?:其间|期间|这当中|当中|中间|那几天|那阵)",
    ),
    (
        "no_prescription",
        r"(?:没有?|无|没开|没拿|没带)(?:医生|医师|医院|的)*(?:开)?(?:的)?(?:处方|方子)|(?:处方|方子)(?:也)?(?:没有|没开|没)",
    ),
    ("separately_paid", r"单列"),
    ("dual_channel", r"双通道|单行支付"),
    ("cancer_therapy", r"放化疗|化疗|放疗"),
    (
        "unrelated_disease",
        r"感冒药[^,。]{0,6}(?:报|算)|(?:跟|与|和)[^,。]{0,8}(?:无关|没关系|不相关|不相干|不相符|不符|不沾边|不搭[边界]|没半点关系|扯不上|挨不着|两码事|两回事|不是一回事)|不对症"
        r"|(?:别|其他|其它)的?(?:病|毛病)(?:种|症)?的?[^,。;\d]{0,3}(?:药|费|开|买|看|的|$)|不是(?:治|看)?(?:这个?|慢特?|我这)病的"
        r"|不[算是]慢特?病(?=[,。;的]|$)"
        r"|治(?:个|了)?(?:感冒|咳嗽|发烧|脚气|牙|失眠|头[疼痛]|皮肤|湿疹|痔疮|拉肚子|腹泻|胃|腰|鼻炎|咽炎|眼)[^,。;\d]{0,3}[的药]",
    ),
    ("outside_indication", r"超(?:出|了)?(?:法定)?(?:适应症|限定|说明书)|不符合限定支付"),
    ("not_for_outpatients", r"不得?(?:能)?在门诊(?:使?用)|(?:只|仅)(?:能|限)住院(?:使?用)"),
    (
        "review_missed",
        r"复[审评核查][^。;]{0,16}(?:没(?:有|去|来得及|顾[上得]|赶上)?|忘了?|未)(?:去|按时|及时)?(?:办|审|做|交|申请|弄|参加)(?!(?:要求|通知))"
        r"|(?:没|未|忘了?)(?:去|有|按时|及时|来得及|参加|做|办|申请)*复[审评核](?!结果)|复[审评核][^,。;]{0,6}(?:过期|超期|逾期|过了期|错过)|错过[^,。;]{0,4}复[审评核]",
    ),
    (
        "long_prescription",
        r"长期处方|长处方|[开拿配][了给]?[足满够](?:三个月|3个月|一个?季度?|12周|十二周)|(?:一次|一下子?|一回|一口气)性?(?:就|给|我|又|都)*(?:开|拿|配|买|取|抓)[了出足满够]*(?:三个月|3个月|一个季度|一季度|12周|十二周)",
    ),
    (
        "several_diseases",
        r"(?:俩|[两三四五几多][个种样]|(?<!\d)[2-5][个种样])(?:慢特?|特殊?|门慢|门特)?性?病(?!友|人)"
        r"|(?:[两三四]|好几|几)[种个样]都|第[二三四][个样种项]?(?:慢?病|种|样)|另(?:外|一)[一个种样]*病|主病"
        r"|(?:还有|另有|又有)[一个种样]{0,2}[^,。;\d]{1,8}(?:也|都|已经)(?:批|评|认|办)|又(?:批|评|办)了[一个种样]|[新多添增]{1,2}了?一[个种样]病",
    ),
    ("staying_elsewhere", r"临时(?:外出|去|到|在|来)|(?:出差|旅游|探亲|走亲戚)"),
    (
        "living_elsewhere",
        r"长期(?:居住|住)在?|长住|常住(?:在)?(?!地)|异地(?:长期)?(?:居住|安置)|(?:跟|随)(?:儿子|女儿|孩子|子女)[^,。]{0,6}住",
    ),
    ("transferred", r"(?:关系|医保|社保)[^,。]{0,8}转(?:到|来|移|入|过)"),
)
RULED_OUT: tuple[tuple[Condition, str], ...] = (
    ("not_designated", r"(?<!不)(?<!非)(?:就|也)?是(?:医保)?定点"),
    ("inpatient_stay", r"(?:没有?|不是|未)住院|出院(?:后|了|以后|之后|[^,。;]{1,4}(?:后|买|拿|开|配))"),
    ("no_prescription", r"(?<!没)(?:有|凭|拿着?|开了)(?:医生|医师)?(?:的)?(?:处方|方子)"),
    ("long_prescription", r"不(?:是|算)长(?:期)?处方"),
    ("separately_paid", r"不是单列|没(?:有)?单列"),
)


def conditions_in(text: str) -> frozenset[Condition]:
    """What the text says holds, without what it rules out."""
    return _named(HOLDS, text) - ruled_out_in(text)


def ruled_out_in(text: str) -> frozenset[Condition]:
    """What the text says does not hold."""
    return _named(RULED_OUT, text)


def _named(words: tuple[tuple[Condition, str], ...], text: str) -> frozenset[Condition]:
    return frozenset(name for name, pattern in words if re.search(pattern, text))


UNPAID = frozenset[Condition](
    {
        "not_designated",
        "inpatient_stay",
        "no_prescription",
        "unrelated_disease",
        "outside_indication",
        "not_for_outpatients",
    }
)
"""What may hold for a part of the cost alone, which then is not paid."""
