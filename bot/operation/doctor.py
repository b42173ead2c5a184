"""`bot doctor`: looks an installation over, and says in plain words what is wrong and what to do."""

import asyncio
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

import aiohttp

from bot.app import open_clock
from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.identity.keys import BadKeyError, key_file, load_keys
from bot.knowledge.check import check_knowledge
from bot.knowledge.deadlines import load_calendar
from bot.knowledge.files import KnowledgeError
from bot.knowledge.unfinished import unfinished_regions
from bot.model import content_hash, engine_python
from bot.records.database import Database
from bot.records.migrations import SchemaError, require_newest
from bot.settings import ROOT, Settings, is_loopback

ANSWER_SECONDS = 3.0
LEAST_FREE = 2 * 2**30
"""Bytes: a training, a backup and a day of logs."""
CLOCKS_APART = timedelta(seconds=30)
HOLIDAYS_ARE_OUT = 11, 20
"""Month and day by which the State Council has published next year's holidays in most years."""
NATIONAL_DAY = 10, 1

_TELEGRAM_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,50}")
_CORP_ID = re.compile(r"w[wx][0-9a-f]{16}")


class Grade(Enum):
    """How a finding stands; only BAD makes the command fail."""

    GOOD = "好"
    WARN = "注意"
    BAD = "不行"


@dataclass(frozen=True)
class Finding:
    """What was looked at and what was found; `advice` where something is to be done."""

    grade: Grade
    what: str
    found: str
    advice: str = ""


def good(what: str, found: str) -> Finding:
    return Finding(Grade.GOOD, what, found)


def warn(what: str, found: str, advice: str) -> Finding:
    return Finding(Grade.WARN, what, found, advice)


def bad(what: str, found: str, advice: str) -> Finding:
    return Finding(Grade.BAD, what, found, advice)


Check = Callable[[Settings], Iterator[Finding]]


def examine(settings: Settings) -> Iterator[Finding]:
    """Everything in order; each check is done when its finding is asked for. A check that breaks is a finding, too."""
    for check in CHECKS:
        try:
            yield from check(settings)
        except Exception as error:
            yield bad(
                check.__name__.strip("_"), f"检查时出错：{type(error).__name__}", "请把这一行告诉开发人员。"
            )


# ---- this machine ----------------------------------------------------------------------------------------


def environments(_settings: Settings) -> Iterator[Finding]:
    """Both Python environments."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield good("服务的 Python", python)
    engine = engine_python()
    if not engine.exists():
        yield bad("引擎的 Python", f"没有 {engine.relative_to(ROOT)}", "在项目目录里运行 make environments。")
        return
    asked = "import sys, importlib.metadata as m; print('%d.%d' % sys.version_info[:2], m.version('rasa'))"
    answer = subprocess.run([engine, "-c", asked], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    if answer.returncode:
        yield bad("引擎的 Python", "Rasa 没有装好", "删掉 engine/.venv，再运行 make environments。")
    else:
        version, rasa = answer.stdout.split()
        yield good("引擎的 Python", f"{version}，Rasa {rasa}")


def space(settings: Settings) -> Iterator[Finding]:
    """Room on the disk."""
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.var_dir).free
    found = f"{settings.var_dir} 还有 {free / 2**30:.1f} GB"
    if free < LEAST_FREE:
        yield bad("磁盘", found, "至少要 2 GB：清理磁盘，或把 VAR_DIR 设到别的盘上。")
    else:
        yield good("磁盘", found)


def fonts(_settings: Settings) -> Iterator[Finding]:
    """A Chinese font, for the cost picture."""
    listed = shutil.which("fc-list")
    fonts = (
        subprocess.run([listed, ":lang=zh"], capture_output=True, text=True, timeout=30, check=False).stdout  # noqa: S603
        if listed
        else ""
    )
    if fonts.strip():
        yield good("中文字体", fonts.splitlines()[0].partition(":")[2].strip().partition(",")[0])
    else:
        yield warn(
            "中文字体",
            "没有找到",
            "发给 Telegram 的费用图片会缺字：安装 fonts-noto-cjk（apt-get install fonts-noto-cjk fontconfig）。",
        )


# ---- keys, knowledge, model ------------------------------------------------------------------------------


def secret_key(settings: Settings) -> Iterator[Finding]:
    """The key, its form and where it is kept."""
    what = "密钥 SECRET_KEY"
    made = settings.secret_key is None and not key_file(settings).exists()
    if made:
        yield warn(
            what, "还没有", "第一次启动时会自己生成；正式使用请自己生成并另外保管：openssl rand -base64 32。"
        )
        return
    try:
        load_keys(settings)
    except BadKeyError:
        yield bad(
            what,
            "格式不对",
            "应当是 32 个字节的 base64：openssl rand -base64 32。换错了就读不出已有的姓名和证件号。",
        )
        return
    if settings.secret_key is not None:
        yield good(what, "由环境变量给出")
        return
    path = key_file(settings)
    if path.stat().st_mode & 0o077:
        yield bad(what, f"{path} 别人也能读", f"运行 chmod 600 {path}。")
    yield warn(what, f"在 {path}", "正式使用时请改由环境变量给出，并与数据库备份分开保管。")


def knowledge(settings: Settings) -> Iterator[Finding]:
    """knowledge/, as `bot check-knowledge` proves it, and the regions that are left out of it."""
    for folder, left in unfinished_regions(settings.knowledge_dir).items():
        yield warn(
            "政策知识",
            f"{folder} 还有 {left} 处没有写（todo），先不用它",
            f"运行 bot region check {folder}。",
        )
    try:
        problems = check_knowledge(settings.knowledge_dir, texts=None)
    except KnowledgeError as error:
        yield bad(
            "政策知识",
            str(error).splitlines()[0],
            "照提示改 knowledge/ 里的文件，再运行 bot check-knowledge。",
        )
        return
    if problems:
        yield bad(
            "政策知识", f"{len(problems)} 处不对，例如 {problems[0]}", "运行 bot check-knowledge，照提示改。"
        )
    else:
        yield good("政策知识", "没有问题")


def holidays(settings: Settings) -> Iterator[Finding]:
    """Whether next year's holidays are known, once they are out."""
    today = open_clock(settings)().astimezone(SHANGHAI).date()
    calendar = WorkingCalendar(load_calendar(settings.knowledge_dir))
    what, advice = (
        "节假日安排",
        "升级 chinesecalendar，或写进 knowledge/calendar.yml；没有它，跨年的期限只能说成一段时间。",
    )
    if not calendar.is_published(date(today.year, *NATIONAL_DAY)):
        yield bad(what, f"没有 {today.year} 年的", advice)
    elif calendar.is_published(date(today.year + 1, *NATIONAL_DAY)):
        yield good(what, f"到 {today.year + 1} 年")
    elif (today.month, today.day) >= HOLIDAYS_ARE_OUT:
        yield warn(what, f"{today.year + 1} 年的多半已经公布，这里还没有", advice)
    else:
        yield good(what, f"到 {today.year} 年；{today.year + 1} 年的一般 11 月公布")


def model(settings: Settings) -> Iterator[Finding]:
    """Whether the model was trained from the present data."""
    name = content_hash()
    if (settings.var_dir / "models" / f"{name}.tar.gz").exists():
        yield good("对话模型", f"{name}，是最新的")
    else:
        yield bad(
            "对话模型", "训练内容变了，或者还没有训练", "运行 bot train，几分钟；再运行 bot rollout 换上。"
        )


# ---- the database ----------------------------------------------------------------------------------------


def records(settings: Settings) -> Iterator[Finding]:
    """The database: reached, migrated, its clock and ours."""
    try:
        keys = load_keys(settings)
    except BadKeyError:
        return  # told already
    database = Database(settings.database_url, keys)
    kind = database.engine.dialect.name
    try:
        require_newest(database.engine)
    except SchemaError as problem:
        yield bad("数据库", str(problem), "数据库要连得上，并且先运行 bot migrate。")
        return
    yield good("数据库", f"{kind}，结构是最新的")
    if kind == "sqlite" and not is_loopback(settings.host):
        yield warn(
            "数据库",
            "对外服务却用 SQLite",
            "一个省的量请用 PostgreSQL：DATABASE_URL=postgresql+psycopg://…。",
        )
    apart = abs(database.now() - datetime.now(UTC))
    if apart > CLOCKS_APART:
        yield bad(
            "时钟",
            f"与数据库的时钟差 {apart.total_seconds():.0f} 秒",
            "两台机器都打开时间同步（timedatectl set-ntp true）。",
        )
    else:
        yield good("时钟", f"现在是 {datetime.now(SHANGHAI):%Y-%m-%d %H:%M}（北京时间），与数据库一致")
    database.close()


def demonstration(settings: Settings) -> Iterator[Finding]:
    """What is for demonstrations only."""
    if settings.bot_now:
        yield warn(
            "时钟",
            f"BOT_NOW={settings.bot_now:%Y-%m-%d} 在用",
            "这只供演示；正式使用请去掉，否则期限都会算错。",
        )
    if settings.demo and not is_loopback(settings.host):
        yield warn("演示数据", "DEMO 没有关", "正式使用请设 DEMO=false。")


# ---- the running parts -----------------------------------------------------------------------------------


def running_parts(settings: Settings) -> Iterator[Finding]:
    """Who answers on our ports, and from where they are reached."""
    parts = {
        "网关（PORT）": (settings.port, "/health", "bot serve"),
        "动作接口（ACTION_PORT）": (settings.action_port, "/webhook", "bot serve"),
        "对话引擎（ENGINE_PORT）": (settings.engine_port, "/webhooks/rest/", "bot engine"),
    }
    if settings.metrics_port is not None:
        parts["指标（METRICS_PORT）"] = (settings.metrics_port, "/health", "bot serve --only reminders")
    for what, (port, path, command) in parts.items():
        if not _listens(port):
            yield warn(
                what, f"{port} 上没有人应答", f"如果它应当在运行：用 systemctl 或 {command} 启动，再看日志。"
            )
        elif (status := asyncio.run(_status(f"http://127.0.0.1:{port}{path}"))) is None:
            yield bad(
                what,
                f"{port} 被占用了，但不是我们的程序",
                f"换一个端口，或停掉占用它的程序（ss -ltnp | grep {port}）。",
            )
        elif status >= 500:
            yield bad(
                what, f"{port} 上应答 {status}", "有的部分没起来：看 /health 里哪个是 down，再看它的日志。"
            )
        else:
            yield good(what, f"{port} 上有应答")
    for name, port in (("动作接口", settings.action_port), ("对话引擎", settings.engine_port)):
        if _listens(port, _outside_address()):
            yield bad(
                name,
                f"{port} 从别的机器也连得上",
                "它只许在本机：引擎要带 --interface 127.0.0.1，防火墙也不许放行。",
            )


def _listens(port: int, host: str | None = "127.0.0.1") -> bool:
    if host is None:
        return False
    try:
        with socket.create_connection((host, port), timeout=ANSWER_SECONDS):
            return True
    except OSError:
        return False


def _outside_address() -> str | None:
    """An address of this machine that others see; None where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent: it only chooses the way out
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if is_loopback(address) else address


async def _status(url: str) -> int | None:
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            return response.status
    except (aiohttp.ClientError, TimeoutError):
        return None


def messengers(settings: Settings) -> Iterator[Finding]:
    """The form of what each messenger gave us."""
    if settings.telegram_token is not None:
        if _TELEGRAM_TOKEN.fullmatch(settings.telegram_token.get_secret_value()):
            yield good("Telegram", "令牌的格式对")
        else:
            yield bad(
                "Telegram", "TELEGRAM_TOKEN 的格式不对", "照 @BotFather 给的原样填：数字、冒号、一串字母。"
            )
    if settings.wecom_corp_id is not None:
        if _CORP_ID.fullmatch(settings.wecom_corp_id):
            yield good("企业微信", "企业ID的格式对")
        else:
            yield bad(
                "企业微信", "WECOM_CORP_ID 的格式不对", "在管理后台“我的企业”里看企业ID：ww 开头，共 18 位。"
            )
    if settings.wechat_app_id is not None:
        if _CORP_ID.fullmatch(settings.wechat_app_id):
            yield good("公众号", "AppID 的格式对")
        else:
            yield bad(
                "公众号", "WECHAT_APP_ID 的格式不对", "在公众平台“基本配置”里看 AppID：wx 开头，共 18 位。"
            )


CHECKS: tuple[Check, ...] = (
    environments,
    space,
    fonts,
    secret_key,
    knowledge,
    holidays,
    model,
    records,
    demonstration,
    running_parts,
    messengers,
)
