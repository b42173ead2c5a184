"""One way of writing each character, so that readers need to know only one."""

from functools import cache

from opencc import OpenCC

_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH["\u3000"] = " "
_FULL_WIDTH["￥"] = "¥"
# Between digits an ASCII comma groups thousands; a Chinese comma always separates.
del _FULL_WIDTH["，"]

_CANTONESE = dict(zip("嘅喺咗唔冇佢睇嚟仲係嗰攞俾畀", "的在了不没他看来还是那拿给给", strict=True))
"""Particles that stand for one of Mandarin's."""

_traditional = OpenCC("t2s")


def normalise(text: str) -> str:
    """Simplified characters, half-width letters, digits and signs, Mandarin particles; as long as `text`, character by
    character."""
    return "".join(map(_normal_character, text.replace("關係", "关系")))


@cache
def _normal_character(character: str) -> str:
    if character in _FULL_WIDTH:
        return _FULL_WIDTH[character]
    if character in _CANTONESE:
        return _CANTONESE[character]
    if "\u3400" <= character <= "\u9fff":
        simplified: str = _traditional.convert(character)
        return simplified if len(simplified) == 1 else character
    return character
