"""What a policy answer is, and how it is said."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.knowledge.schema import Scheme
from bot.messages import Citation, PolicyStatus, say_places

AGENCY = "参保地医保经办机构"
ASK_THE_AGENCY = f"请问{AGENCY}，或拨打12393。"
CANDIDATES_SHOWN = 5


@dataclass(frozen=True)
class Candidate:
    """Something that was considered. `target` is `topic` or `topic/number` or an article; `score` is 0..1."""

    target: str
    score: float
    phrasing: str


@dataclass(frozen=True)
class PolicyAnswer:
    """An answer in parts. `topic` is empty where the question was not recognised (`status` is then silent).

    `notices` are said first (a draft, a document out of force, another scheme, a false premise); `source` is
    said instead of citations for what is common nationally. `beside` is what may have been meant as well, where the
    question fits two answers nearly as well. `candidates` are best first, the chosen one included; `rivals` are the
    two topics that come closest, where nothing fits well.
    """

    region: str
    topic: str
    status: PolicyStatus
    answer: str
    why: str = ""
    next: str = ""
    notices: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    source: str = ""
    decided_by: str | None = None
    beside: str = ""
    score: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    rivals: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole answer as a person reads or hears it, a line each: the answer; why, and where; what else
        may have been meant; the next step."""
        lines = ((*self.notices, self.answer), (self.why, self.basis), (self.beside,), (self.next,))
        said = ("".join(_sentence(part) for part in line) for line in lines)
        return "\n".join(line for line in said if line)

    @property
    def basis(self) -> str:
        """The citations in words: 依据：湘医保发〔2022〕52号第十三条、第十四条."""
        if not self.citations:
            return f"来源：{self.source}" if self.source else ""
        return f"依据：{say_places(self.citations)}"


@dataclass(frozen=True)
class PolicyComparison:
    """One question answered by several regions on the same topic; or one question each, and then no topic at all."""

    topic: str
    topic_name: str
    answers: tuple[PolicyAnswer, ...]

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What was weighed in all regions, best first."""
        return closest_of(self.answers)


def closest_of(answers: Iterable[PolicyAnswer]) -> tuple[Candidate, ...]:
    """The best that were weighed for any of the answers, best first; as many as one answer shows."""
    weighed = (candidate for answer in answers for candidate in answer.candidates)
    return tuple(sorted(weighed, key=lambda candidate: -candidate.score)[:CANDIDATES_SHOWN])


def _sentence(part: str) -> str:
    return part if not part or part[-1] in "。？！" else part + "。"


def without_scheme(region: str, document: str, covered: tuple[Scheme, ...], asked: str) -> str:
    """What is said to someone whose scheme the region's document does not cover."""
    name = document if document.startswith(region) else f"{region}的{document}"
    return (
        f"{name}只管{'、'.join(covered)}医保，不管{asked}医保。"
        f"{asked}医保的规定我手头没有，不能拿这份文件来说"
    )
