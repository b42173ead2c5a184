"""Whether a sentence asks something."""

import re

from bot.language.normalise import normalise

_ASKS = re.compile(
    r"[吗呢?？]|(?<![这那])么|多[少久长大]|(?<![这那前好])几|怎|咋|什么|啥|哪|谁|是不是|是否|能不能|会不会|对不|[能行算管报买开用给让收认要]不(?=[,。?]|$)"
)


def asks(text: str) -> bool:
    """Whether anything is asked (多少, 能报不), not merely told or remarked on (要自己掏这么些啊)."""
    return bool(_ASKS.search(normalise(text)))
