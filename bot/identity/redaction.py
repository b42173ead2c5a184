"""Personal values are taken out of what people write before the dialogue engine sees it.

Each is replaced by an opaque token (〔证件KQRT〕, letters only, so that no number is read into it). What it stands
for stays encrypted for half an hour, so that a proof of identity can use it.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.orm import Session

from bot.language.identifiers import find_identifiers, in_digits, luhn_fits
from bot.language.normalise import normalise
from bot.language.spans import overlaps
from bot.records.models import RedactionToken, Verification, VerificationStep

TOKENS_LAST = timedelta(minutes=30)
LABELS = {"id_number": "证件", "phone": "手机", "card": "卡号", "name": "姓名", "digits": "数字"}
_STEPS: Table = Verification.__table__  # type: ignore[assignment]
_VERIFICATION = select(_STEPS.c.step, _STEPS.c.expires_at).where(_STEPS.c.chat == bindparam("chat"))
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
TOKEN = re.compile(rf"〔(?:{'|'.join(LABELS.values())})[A-Z]{{4}}〕")


@dataclass(frozen=True)
class Finding:
    """A personal value in a text: `start`/`end` in characters, `value` in one way of writing."""

    kind: str
    start: int
    end: int
    value: str


def redact(session: Session, text: str, chat: str, now: datetime) -> str:
    """The text with ID numbers, phones, card numbers and names replaced by tokens of this chat.

    While the chat proves who it is, answers to our questions (four digits, a birth date, a name) as well.
    """
    findings = find_personal(text, _step(session, chat, now))
    return _replaced(session, text, findings, chat, now) if findings else text


def revealed(session: Session, chat: str, text: str, now: datetime) -> list[tuple[str, str]]:
    """(kind, value) of each token of this chat in the text, in text order; tokens that ran out are left away."""
    kept = {
        row.token: (row.kind, row.value)
        for row in session.scalars(
            select(RedactionToken).where(
                RedactionToken.chat == chat,
                RedactionToken.token.in_(TOKEN.findall(text)),
                RedactionToken.expires_at > now,
            )
        )
    }
    return [kept[token] for token in TOKEN.findall(text) if token in kept]


def find_personal(text: str, step: VerificationStep | None = None) -> list[Finding]:
    """Personal values in text order; `step` is what the chat is being asked to prove itself by, if it is.

    Where several readings overlap (a phone within a card's number) all is covered, and the first is its value.
    """
    merged: list[tuple[int, Finding]] = []
    for rank, finding in sorted(enumerate(_by_preference(text, step)), key=lambda ranked: ranked[1].start):
        if not merged or finding.start >= merged[-1][1].end:
            merged.append((rank, finding))
            continue
        known_rank, known = merged[-1]
        best = min((known_rank, known), (rank, finding), key=lambda ranked: ranked[0])[1]
        merged[-1] = (
            min(rank, known_rank),
            replace(best, start=known.start, end=max(known.end, finding.end)),
        )
    return [finding for _rank, finding in merged]


_GAP = r"[\s\-—_.·]{0,3}"
_ALONE, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
# An identity number by its shape, whatever its check digit: who mistypes theirs still tells it.
_ID_SHAPE = re.compile(
    rf"{_ALONE}[1-9](?:{_GAP}\d){{5}}{_GAP}(?:1{_GAP}9|2{_GAP}0)(?:{_GAP}\d){{2}}{_GAP}[01]{_GAP}\d{_GAP}[0-3]{_GAP}\d"
    rf"(?:{_GAP}\d){{3}}{_GAP}[\dXx]{_END}"
)
_LONG = re.compile(rf"(?<![0-9A-Za-z\-])\d{{12,}}[Xx]?{_END}")
_IN_GROUPS = re.compile(rf"{_ALONE}\d(?:[ \-]{{0,3}}\d){{11,18}}{_END}")
_ROUND_SUM = re.compile(r"(?=\d{12,14}$)\d{1,4}0+")
"""A sum of money with too many zeros, for whoever computes to ask about; nobody's number looks like it."""
_AFTER_CUE = re.compile(
    r"(?:卡号|卡|存折|[账帐]号|[账帐]户)(?:号码|号)?(?:是|为)?[:：\s]{0,3}([A-Za-z]{0,2}\d(?:[ \-]{0,3}[\dXx]){6,})"
)
_LANDLINE = re.compile(rf"{_ALONE}0\d{{2,3}}[\s\-]{{0,2}}[2-8]\d{{6,7}}{_END}")
_CARD_LENGTH = 15
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛范彭郎鲁韦马苗凤方"
    "俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵汪祁毛禹狄米贝"
    "明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万"
    "支柯管卢莫经房裘缪干解应宗丁宣邓洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊惠曲封芮储靳段富巫乌焦巴谷侯全班仲伊宫"
    "宁仇栾甘祖武符刘景詹束龙叶幸司韶黎白蒲赖卓蔺蒙池乔阴胥苍闻莘党翟谭贡劳姬申扶堵冉宰桑桂牛寿边尚农温庄柴"
    "瞿阎连习容向古易廖居衡步都耿满弘匡国文寇广东沙丰关查荆红游盖肖覃敖付代闫佟"
)
_HAN = r"[\u4e00-\u9fff]"
_NAME = (
    rf"(?:{_HAN}{{1,6}}(?:[·•]{_HAN}{{1,8}})+"
    rf"|(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|夏侯){_HAN}{{1,2}}?(?!{_HAN}{{1,2}}$)"
    rf"|[{_SURNAMES}]{_HAN}{{1,2}})"
)
_NOT_A_NAME = r"(?!高血|白血|白内|牛皮|支气管|强直|江西|吉林)"  # begin like surnames
_NAME_AFTER_CUE = re.compile(
    rf"(?:[我他她妈爸亲伴人者婆公爷奶]叫|(?:姓名|名字)(?:是|叫|为)?)[:：\s]{{0,3}}{_NOT_A_NAME}({_NAME})"
)
_WHOLE_NAME = re.compile(rf"\s*(?:我叫|我是|叫|姓名|名字)?[是:：\s]{{0,3}}({_HAN}{{2,6}}|{_NAME})[。！!.\s]*")
_NUMERAL = "0-9零〇一二三四五六七八九十廿幺"
_DIGITS = re.compile(
    rf"(?<![A-Za-z0-9\-/])[{_NUMERAL}](?:[{_NUMERAL}年月日号./\- ]*[{_NUMERAL}日号xX])?+(?!\s*[元块万%个])"
)
_LEAST_DIGITS = 4
# All that was written is a day long ago: a birth date, also when nobody asks for one any longer.
_BIRTH_DATE = re.compile(
    r"\s*((?:19\d\d|20[01]\d)"
    r"(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[年./\- ]\s*[\d十廿]{1,3}[月./\- ]\s*[\d十廿]{1,3}[日号]?))[\s。.]*"
)
_DATES = re.compile(
    r"(?:(?:19|20)\d\d(?:-\d{1,2}-\d{1,2}|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[ \-]+|$))+"
)


def _by_preference(text: str, step: VerificationStep | None) -> Iterator[Finding]:
    written = normalise(text)
    identifiers = find_identifiers(text)
    applications = [identifier for identifier in identifiers if identifier.kind == "application_no"]
    for identifier in identifiers:
        if identifier.kind != "application_no":
            yield Finding(identifier.kind, identifier.start, identifier.end, identifier.value)
    for number in _numbers(in_digits(written)):
        if not overlaps(number, applications):  # an application number may be as long
            yield number
    for match in _AFTER_CUE.finditer(in_digits(written)):
        yield _number("card", match.start(1), match[1])
    for match in _NAME_AFTER_CUE.finditer(written):
        yield Finding("name", match.start(1), match.end(1), match[1])
    if birth := _BIRTH_DATE.fullmatch(in_digits(written)):
        yield Finding("digits", birth.start(1), birth.end(1), written[birth.start(1) : birth.end(1)])
    if step == "name" and (answer := _WHOLE_NAME.fullmatch(written)):
        yield Finding("name", answer.start(1), answer.end(1), answer[1])
    if step is not None:
        for match in _DIGITS.finditer(written):
            if sum(character not in "年月日号./- " for character in match[0]) >= _LEAST_DIGITS:
                yield Finding("digits", match.start(), match.end(), match[0])


def _numbers(written: str) -> Iterator[Finding]:
    """Mistyped identity numbers, cards of banks and of social insurance, landlines, a clerk's code."""
    for match in _ID_SHAPE.finditer(written):
        yield _number("id_number", match.start(), match[0])
    for match in _LONG.finditer(written):
        if _ROUND_SUM.fullmatch(match[0]):
            continue
        yield _number("card" if len(match[0]) >= _CARD_LENGTH else "digits", match.start(), match[0])
    for match in _IN_GROUPS.finditer(written):
        number = _number("digits", match.start(), match[0])
        if luhn_fits(number.value) and not _DATES.fullmatch(match[0]) and not _ROUND_SUM.fullmatch(match[0]):
            yield replace(number, kind="card") if len(number.value) >= _CARD_LENGTH else number
    for match in _LANDLINE.finditer(written):
        yield _number("phone", match.start(), match[0])


def _number(kind: str, start: int, written: str) -> Finding:
    return Finding(kind, start, start + len(written), re.sub(r"[^0-9A-Z]", "", written.upper()))


def _step(session: Session, chat: str, now: datetime) -> VerificationStep | None:
    found = session.connection().execute(_VERIFICATION, {"chat": chat}).one_or_none()
    return found.step if found and found.expires_at > now else None


def _replaced(session: Session, text: str, findings: list[Finding], chat: str, now: datetime) -> str:
    session.execute(delete(RedactionToken).where(RedactionToken.expires_at <= now))
    taken = set(session.scalars(select(RedactionToken.token).where(RedactionToken.chat == chat)))
    written, position = [], 0
    for finding in findings:
        token = _new_token(LABELS[finding.kind], taken)
        taken.add(token)
        session.add(
            RedactionToken(
                chat=chat, token=token, kind=finding.kind, value=finding.value, expires_at=now + TOKENS_LAST
            )
        )
        written += [text[position : finding.start], token]
        position = finding.end
    return "".join(written) + text[position:]


def _new_token(label: str, taken: set[str]) -> str:
    while True:
        token = f"〔{label}{''.join(secrets.choice(_ALPHABET) for _ in range(4))}〕"
        if token not in taken:
            return token
