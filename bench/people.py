"""People who talk to an assistant over its REST channel, each waiting for an answer before saying the next thing."""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import aiohttp

_ILLNESSES = (
    "高血压", "糖尿病", "冠心病", "慢性肾功能衰竭", "恶性肿瘤", "类风湿关节炎", "肝硬化", "帕金森病", "系统性红斑狼疮",
    "慢性阻塞性肺疾病", "脑卒中", "癫痫", "血友病", "慢性乙型肝炎", "肺结核", "精神分裂症", "器官移植", "苯丙酮尿症",
)  # fmt: skip
_QUESTIONS = (
    "湖南退休职工{}门诊慢特病报多少",
    "江西{}门诊慢特病有没有起付线",
    "吉林{}慢特病怎么申请认定",
    "山东{}异地就医能直接结算吗",
    "湖南{}慢特病复审要什么材料",
    "吉林{}在非定点药店买的药能报吗",
)
POLICY = tuple(question.format(illness) for illness in _ILLNESSES for question in _QUESTIONS)
"""So many that nobody, ours or stock, has just answered the same one."""
COST = (
    "我湖南退休，每月限额360，这个月药费500，能报多少",
    "湖南在职职工，月限额200，花了300，报多少",
)
CANNED = ("你好", "谢谢", "你能做什么")
STATUS = ("我的申请到哪了",)
PROOF = ("我的申请到哪了", "DEMO-SD-0002", "0008", "19641212")
"""What a person says before the bot tells of their application."""

TURNS = {"canned": CANNED, "policy": POLICY, "cost": COST, "status": STATUS}
TIMEOUT_SECONDS = 60


@dataclass
class Talk:
    """What came of many turns: seconds of each that was answered, and how many were not."""

    seconds: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    wall: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.wall

    def percentile(self, share: int) -> float:
        """Milliseconds."""
        if len(self.seconds) < 2:
            return 1000 * self.seconds[0]
        return 1000 * statistics.quantiles(self.seconds, n=100, method="inclusive")[share - 1]

    def __iadd__(self, other: "Talk") -> "Talk":
        self.seconds += other.seconds
        self.failed += other.failed
        self.wall += other.wall
        return self


async def say(
    session: aiohttp.ClientSession, url: str, sender: str, text: str, **more: str
) -> tuple[int, list[dict]]:
    """Status and messages that came back; status 0 where nothing did."""
    try:
        async with session.post(
            f"{url}/webhooks/rest/webhook", json={"sender": sender, "message": text, **more}
        ) as response:
            if response.content_type != "application/json":
                return response.status, [{"error": f"not ours: {await response.text()}"}]
            body = await response.json()
            return response.status, body if isinstance(body, list) else [body]
    except (aiohttp.ClientError, TimeoutError) as error:
        return 0, [{"error": type(error).__name__}]


async def talk(
    urls: Sequence[str],
    texts: Sequence[str],
    people: int,
    turns: int,
    before: Sequence[str],
    name: Callable[[int], str],
) -> Talk:
    """`people` say `turns` things each, all at once; first what stands in `before`, which is not measured."""
    result = Talk()
    timeout, connector = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:
        for text in before:
            await asyncio.gather(*(say(session, urls[n % len(urls)], name(n), text) for n in range(people)))

        async def one(number: int) -> None:
            for turn in range(turns):
                begun = time.perf_counter()
                text, url = texts[(number + turn) % len(texts)], urls[(number + turn) % len(urls)]
                status, messages = await say(session, url, name(number), text)
                if status == 200:
                    result.seconds.append(time.perf_counter() - begun)
                else:
                    result.failed.append(f"{status} {messages}")

        begun = time.perf_counter()
        await asyncio.gather(*map(one, range(people)))
        result.wall = time.perf_counter() - begun
    return result
