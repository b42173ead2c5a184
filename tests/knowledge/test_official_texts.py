"""Official texts: read from the files they come in, split into articles, compared with the registered document."""

import html
import subprocess
from pathlib import Path

import docx
import pytest

from bot.knowledge.library import Knowledge, Region
from bot.knowledge.official_files import OfficialTextError, read_official_file
from bot.knowledge.official_texts import LETTER, read_document, read_texts
from bot.knowledge.schema import Article, Document, Forwarding
from bot.knowledge.wording import fold
from bot.settings import ROOT

POLICIES = ROOT.parent / "shared" / "policies"
CHROMIUM = Path("/usr/bin/chromium")

TEXT = """某市医疗保障局
关于转发某省办法的通知

各县：

请照办。

某省医疗保障局

某医保发〔2022〕5号

某省门诊慢特病办法

各市：

第一章　总则

第一条　本办法管职工，按照第五条和其他条文办理，长期在门诊用药的人请看民生服务大厅的风险提示，整齐地
排好队。

第二条　不设起付线，在职职工按照80%的比例支付。

（一）甲；

（二）乙。

第四条　二十个工作日内办结。

某省医疗保障局办公室
2022年11月8日印发
"""

DOCUMENTS = (
    Document(
        key="main",
        number="某医保发〔2022〕5号",
        title="某省门诊慢特病办法",
        issuer="某局",
        schemes=("职工",),
        status="in_force",
        resumes={"第三条": "（二）乙"},
    ),
    Document(
        key="letter",
        number="某市医保发〔2022〕1号",
        title="关于转发某省办法的通知",
        issuer="某市",
        schemes=("职工",),
        status="in_force",
        forwards=Forwarding(document="main", until="某省医疗保障局"),
    ),
)


def _article(name: str, *evidence: str, document: str | None = None) -> Article:
    return Article(article=name, document=document, heading="说明", says="说明。", evidence=evidence)


REGION = Region(
    name="某省",
    folder="some",
    documents=DOCUMENTS,
    articles=(
        _article(LETTER, "请照办", document="letter"),
        _article("第一条", "管职工", "民生服务大厅的风险提示"),
        _article("第二条", "按照80%的比例"),
        _article("第三条", "乙"),
        _article("第四条", "二十个工作日内办结"),
    ),
    answers=(),
    silent=(),
)


def _txt(folder: Path, text: str = TEXT, encoding: str = "utf-8") -> Path:
    path = folder / "办法.txt"
    path.write_bytes(text.encode(encoding))
    return path


def _docx(folder: Path, text: str = TEXT) -> Path:
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(str(folder / "办法.docx"))
    return folder / "办法.docx"


def _pdf(folder: Path, text: str = TEXT) -> Path:
    """Printed by a browser: lines broken at the page's edge, characters named by their radicals."""
    page = folder / "办法.html"
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())
    page.write_text(
        f"<meta charset=utf-8><style>p{{margin:0;text-indent:2em}}</style>{lines}", encoding="utf-8"
    )
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    pdf = folder / "办法.pdf"
    subprocess.run([*command, f"--print-to-pdf={pdf}", page], check=True, capture_output=True, timeout=60)
    return pdf


def _read(path: Path) -> dict[str, dict[str, str]]:
    texts = read_document(REGION, DOCUMENTS[0], path)
    return {key: {name: fold(words) for name, words in articles.items()} for key, articles in texts.items()}


# ---- files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_plain_text_is_read_in_both_encodings(tmp_path: Path, encoding: str) -> None:
    assert read_official_file(_txt(tmp_path, encoding=encoding)) == TEXT


def test_word_files_say_the_same_as_plain_text(tmp_path: Path) -> None:
    assert _read(_docx(tmp_path)) == _read(_txt(tmp_path))


def test_a_table_in_a_word_file_is_read_row_by_row(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("附件")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "甲病", "乙病"
    document.save(str(tmp_path / "表.docx"))
    assert read_official_file(tmp_path / "表.docx") == "附件\n甲病\t乙病\n"


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")
def test_pdf_files_say_the_same_as_plain_text(tmp_path: Path) -> None:
    pdf = _pdf(tmp_path)
    assert _read(pdf) == _read(_txt(tmp_path))
    wording = read_document(REGION, DOCUMENTS[0], pdf)["main"]["第一条"]
    assert "长期在门诊用药的人请看民生服务大厅的风险提示" in wording, "no line ends, no radicals"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("办法.doc", b"", "另存为"),
        ("办法.txt", b"\xff\xff\xff", "编码"),
        ("办法.txt", b"  \n", "没有文字"),
        ("办法.docx", b"PK no", "Word"),
        ("办法.pdf", b"%PDF-1.4 no", "PDF"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(OfficialTextError, match=said):
        read_official_file(tmp_path / name)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OfficialTextError, match="没有这个文件"):
        read_official_file(tmp_path / "办法.txt")


# ---- articles --------------------------------------------------------------------------------------------


def test_a_letter_an_article_without_heading_and_the_close_are_told_apart(tmp_path: Path) -> None:
    texts = read_document(REGION, DOCUMENTS[0], _txt(tmp_path))
    assert "请照办" in texts["letter"][LETTER]
    main = texts["main"]
    assert list(main) == ["标题", "前言", "第一条", "第二条", "第三条", "第四条", "结尾"]
    assert main["第二条"].startswith("第二条　不设起付线"), "the wording stays as it is"
    assert main["第三条"].strip() == "（二）乙。"
    assert main["第四条"].strip() == "第四条　二十个工作日内办结。"
    assert "印发" in main["结尾"]


def test_the_letter_may_be_missing(tmp_path: Path) -> None:
    alone = TEXT[TEXT.index("某医保发") :]
    assert set(read_document(REGION, DOCUMENTS[0], _txt(tmp_path, alone))) == {"main"}


def test_a_letter_is_imported_with_what_it_forwards(tmp_path: Path) -> None:
    with pytest.raises(OfficialTextError, match="--document main"):
        read_document(REGION, DOCUMENTS[1], _txt(tmp_path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("在职职工按照80%的比例", "在职职工\u00ad按照\u200b８０％的比例"),
        ("第二条　不设", "第 二 条 不设"),
        ("起付线", "起\n付线"),
        ("（二）", "(二)"),
        ("按照第五条和", "按照\n第五条和"),
    ],
)
def test_signs_that_only_look_different_do_not_matter(tmp_path: Path, old: str, new: str) -> None:
    assert set(_read(_txt(tmp_path, TEXT.replace(old, new)))["main"]) == set(_read(_txt(tmp_path))["main"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("第二条　不设起付线，在职职工", "不设起付线，在职职工", "第二条：登记的文件有这一条"),
        ("80%", "85%", "第二条：应有“按照80%的比例”，这份文件里这一条是“第二条 不设起付线，在职职工按照85%"),
        ("某省医疗保障局办公室", "第五条　新加的。", "第五条：登记的文件没有这一条"),
        ("请照办", "请不要照办了", "转发通知：应有“请照办”"),
        (
            "某医保发〔2022〕5号\n\n某省门诊慢特病办法",
            "某省门诊统筹办法",
            "文号或标题：应有“某医保发〔2022〕5号”",
        ),
    ],
)
def test_the_first_mismatch_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(OfficialTextError) as refused:
        read_document(REGION, DOCUMENTS[0], _txt(tmp_path, TEXT.replace(old, new)))
    assert said in str(refused.value)
    assert "knowledge/regions/some/" in str(refused.value), "and what to do"


# ---- the official texts, where they are at hand ----------------------------------------------------------


@pytest.mark.skipif(not POLICIES.is_dir(), reason="the official texts are not at hand")
@pytest.mark.parametrize("kind", ["txt", "docx", pytest.param("pdf", marks=pytest.mark.browser)])
def test_the_official_texts_are_the_registered_documents(
    tmp_path: Path, real_knowledge: Knowledge, kind: str
) -> None:
    expected = read_texts(POLICIES, real_knowledge.regions)
    assert set(expected) == {d.key for region in real_knowledge.regions.values() for d in region.documents}
    for region in real_knowledge.regions.values():
        document = region.main_document
        path = POLICIES / f"{document.key}.txt"
        if kind != "txt":
            path = {"docx": _docx, "pdf": _pdf}[kind](tmp_path, path.read_text(encoding="utf-8"))
        for key, articles in read_document(region, document, path).items():
            assert {name: fold(words) for name, words in articles.items()} == {
                name: fold(words) for name, words in expected[key].items()
            }


@pytest.mark.skipif(not POLICIES.is_dir(), reason="the official texts are not at hand")
def test_one_document_is_not_taken_for_another(real_knowledge: Knowledge) -> None:
    regions = list(real_knowledge.regions.values())
    for region, other in zip(regions, regions[1:] + regions[:1], strict=True):
        with pytest.raises(OfficialTextError, match="文号或标题"):
            read_document(region, region.main_document, POLICIES / f"{other.main_document.key}.txt")
