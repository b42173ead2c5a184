"""What an intent classifier sees of a message: its wording without the names and figures, and its build."""

import re
from collections import Counter
from typing import Any, Dict, List, Mapping, Sequence

from bot.language import normalise
from bot.language.spacing import close_up

ENTITY_MARKS: Mapping[str, str] = {
    "region": "ρ",
    "disease": "δ",
    "scheme": "σ",
    "employment": "ε",
    "amount": "α",
    "period": "π",
    "hospital_level": "η",
    "application_no": "ν",
    "id_or_phone": "ι",
    "date": "τ",
}
"""One character stands for every entity of a type: what is asked does not depend on which city it is.

Greek small letters: neither `normalise` nor lower-casing nor a pronouncer changes them, and hardly anybody types them.
"""

MOST_READ = 600
"""Characters of a message that are read. Two minutes of speech are shorter; what is longer must not hold up others."""

_REDACTED_NAME = re.compile(r"〔姓名[A-Z]{4}〕")
_TOLD_ALONG = re.compile(r"我?的?(?:身份证|证件|手机|电话|卡)?(?:号码?)?[是:：]?ι[,，\s]*")
"""A number told beside a question is not what is asked."""
_EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff"  # 👍 alone says thanks
_NOT_WORDING = re.compile(rf"[^\w{''.join(ENTITY_MARKS.values())}{_EMOJI}%?]+")
_QUESTION = re.compile(r"[?吗么呢嘛咋啥多少怎几哪谁]|什么|是不是|能不能|可不可以|有没有")


def wording(text: str, entities: Sequence[Mapping[str, Any]]) -> str:
    """The normalised text between `^` and `$`, an entity's mark in place of each entity, no punctuation but `?`.

    Characters typed apart (报 多 少) are put together."""
    pieces: List[str] = []
    position = 0
    for entity in sorted(entities, key=lambda found: found["start"]):
        if entity["start"] >= position and entity["entity"] in ENTITY_MARKS:
            pieces += [text[position : entity["start"]], ENTITY_MARKS[entity["entity"]]]
            position = entity["end"]
    pieces.append(text[position:MOST_READ])
    marked = _REDACTED_NAME.sub("", "".join(pieces))
    written = normalise(_TOLD_ALONG.sub("", marked) or marked).lower()
    return "^" + close_up(_NOT_WORDING.sub(" ", written).strip()).text + "$"


def build(text: str, entities: Sequence[Mapping[str, Any]]) -> Dict[str, float]:
    """Which entities there are, how long the message is, how much of it is no entity, whether it asks."""
    counts = Counter(entity["entity"] for entity in entities)
    covered = sum(entity["end"] - entity["start"] for entity in entities)
    rest = len(text) - covered
    features: Dict[str, float] = {f"has {name}": 1.0 for name in counts}
    features.update({f"several {name}": 1.0 for name, count in counts.items() if count > 1})
    features["only entities" if entities and rest <= 1 else f"{_size(rest)} wording"] = 1.0
    features[f"{_size(len(text))} text"] = 1.0
    if _QUESTION.search(normalise(text)):
        features["asks"] = 1.0
    return features


def _size(length: int) -> str:
    return next(
        name
        for limit, name in ((2, "tiny"), (5, "short"), (11, "middling"), (20, "long"), (10**9, "very long"))
        if length <= limit
    )
