"""What `make run` does before anything starts: the database, demonstration records, and what a newcomer may try."""

from rich.console import Console

from bot.app import open_clock, open_database
from bot.records.demo import load_demo
from bot.records.migrations import migrate
from bot.settings import Settings


def prepare(settings: Settings, console: Console) -> str:
    """Migrates the database, fills an empty one with fictional records, and answers what to try."""
    migrate(settings.database_url)
    console.print("Database schema is up to date")
    if settings.demo:
        database = open_database(settings)
        loaded = load_demo(database, open_clock(settings)())
        database.close()
        if loaded:
            console.print("Loaded fictional demonstration records (names start with 演示)")
    return what_to_try(settings)


def what_to_try(settings: Settings) -> str:
    """The address of the chat page and a few sentences that show each ability."""
    page = f"http://127.0.0.1:{settings.port}/"
    return "\n".join(
        [
            f"Chat page: [bold]{page}[/]   console: {page}console (make an account: .venv/bin/bot staff add NAME 姓名)",
            "Try:  湖南退休职工门诊慢特病报多少",
            "      湖南和江西的起付线有什么不同",
            "      我湖南退休，每月限额360，这个月药费500，能报多少",
            "      山东的，2026年2月9号交的冠心病申请，最晚哪天有结果",
            "      我的申请到哪了   (then DEMO-SD-0002, 0008, 19641212; more in bot/records/demo/README.md)",
            "      到期前提醒我",
        ]
    )
