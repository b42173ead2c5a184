"""The pure parts: gazetteer, figures, and what the classifier sees."""

import unittest
from pathlib import Path

import jieba
from rasa.shared.nlu.training_data.loading import load_data

from engine.components.encoders import sound
from engine.components.figures import find_figures
from engine.components.gazetteer import NO_ENTITY, Gazetteer, vocabulary_of
from engine.components.reading import build, wording

LOOKUPS = Path(__file__).resolve().parents[2] / "data" / "lookups"


def words_in(gazetteer: Gazetteer, text: str) -> list:
    return [(word.entity, text[word.start : word.end], word.value) for word in gazetteer.find(text)]


class Vocabulary(unittest.TestCase):
    """The project's own lookup tables."""

    @classmethod
    def setUpClass(cls) -> None:
        jieba.initialize()
        data = load_data(str(LOOKUPS))
        tables = [(table["name"], table["elements"]) for table in data.lookup_tables]
        vocabulary = vocabulary_of(tables, data.entity_synonyms)
        cls.gazetteer = Gazetteer(vocabulary, lambda word: jieba.dt.FREQ.get(word, 0) > 0, sound)

    def test_the_longest_word_wins(self) -> None:
        self.assertEqual(
            words_in(self.gazetteer, "吉林市的和吉林的"),
            [("region", "吉林市", "吉林/吉林市"), ("region", "吉林", "吉林")],
        )
        self.assertEqual(words_in(self.gazetteer, "尿毒症透析"), [("disease", "尿毒症透析", "透析")])

    def test_traditional_characters_keep_their_places(self) -> None:
        self.assertEqual(
            words_in(self.gazetteer, "我這個類風濕在縣醫院看"),
            [("disease", "類風濕", "类风湿性关节炎"), ("hospital_level", "縣醫院", "县级")],
        )

    def test_a_slip_of_one_character_is_read(self) -> None:
        self.assertEqual(words_in(self.gazetteer, "慢阻废能办么")[0][2], "慢性阻塞性肺疾病")
        self.assertEqual(words_in(self.gazetteer, "强直性脊住炎")[0][2], "强直性脊柱炎")

    def test_a_place_or_disease_written_by_sound_is_read(self) -> None:
        self.assertEqual(
            words_in(self.gazetteer, "张加界的高血丫"),
            [("region", "张加界", "湖南/张家界市"), ("disease", "高血丫", "高血压")],
        )
        self.assertEqual(words_in(self.gazetteer, "湖男和济柠市")[1][2], "山东/济宁市")

    def test_no_slip_takes_the_word_that_follows(self) -> None:
        self.assertEqual(words_in(self.gazetteer, "脑梗门慢")[0], ("disease", "脑梗", "脑卒中"))

    def test_no_sound_breaks_a_place_that_is_written_as_it_should_be(self) -> None:
        self.assertEqual(words_in(self.gazetteer, "按山东的算"), [("region", "山东", "山东")])

    def test_a_sound_alone_is_no_place(self) -> None:
        for text in ("太远了", "明天谁在", "你会唱歌不", "打通话费"):
            with self.subTest(text):
                self.assertEqual(words_in(self.gazetteer, text), [])

    def test_a_degree_of_illness_is_no_level_of_a_hospital(self) -> None:
        self.assertEqual(words_in(self.gazetteer, "高血压3级"), [("disease", "高血压", "高血压")])
        self.assertEqual(words_in(self.gazetteer, "高血压去3级医院")[1][0], "hospital_level")

    def test_words_of_the_language_are_no_slips(self) -> None:
        for text in (
            "高血糖",
            "县法院",
            "担心病情",
            "新农保",
            "我的医院",
            "这个病",
            "到医院去",
            "我想问一下",
        ):
            with self.subTest(text):
                self.assertEqual(words_in(self.gazetteer, text), [])

    def test_a_word_is_not_read_inside_another(self) -> None:
        self.assertEqual(words_in(self.gazetteer, "居民身份证丢了"), [])
        self.assertEqual(words_in(self.gazetteer, "现在职工怎么报"), [("scheme", "职工", "职工")])
        self.assertEqual(words_in(self.gazetteer, "吃二甲双胍"), [])
        self.assertEqual(words_in(self.gazetteer, "我在职工医保"), [("scheme", "职工", "职工")])

    def test_one_character_abbreviations_are_no_places(self) -> None:
        self.assertEqual(words_in(self.gazetteer, "中，湘医保发〔2022〕52号"), [])

    def test_spoken_forms(self) -> None:
        for text, entity in {
            "退了休的": "employment",
            "新农合": "scheme",
            "乡镇卫生院": "hospital_level",
        }.items():
            with self.subTest(text):
                self.assertEqual(words_in(self.gazetteer, text)[0][0], entity)


class SmallVocabulary(unittest.TestCase):
    def test_a_slip_that_could_be_two_words_is_none(self) -> None:
        gazetteer = Gazetteer({"甲乙丙": ("disease", "一"), "甲丁丙": ("disease", "二")}, lambda word: False)
        self.assertEqual(gazetteer.find("甲戊丙"), [])

    def test_hidden_words(self) -> None:
        gazetteer = Gazetteer({"甲乙": (NO_ENTITY, ""), "乙": ("region", "乙")}, lambda word: False)
        self.assertEqual([word.start for word in gazetteer.find("甲乙乙")], [2])


class Figures(unittest.TestCase):
    def read(self, text: str) -> list:
        return [(f.entity, text[f.start : f.end], f.value) for f in find_figures(text)]

    def test_amount_and_period(self) -> None:
        self.assertEqual(
            self.read("每个月药费要四百五十块"),
            [("period", "每个月", "月"), ("amount", "四百五十块", "450")],
        )
        self.assertEqual(self.read("三个月花了九百多")[0], ("period", "三个月", "3个月"))
        self.assertEqual(self.read("花了九百多"), [("amount", "九百多", "900-1000")])
        self.assertEqual(self.read("药费12.50元"), [("amount", "12.50元", "12.5")])

    def test_a_waiting_time_is_no_period_of_cost(self) -> None:
        self.assertEqual(self.read("交了两个月了还没报"), [])

    def test_dates_and_numbers(self) -> None:
        self.assertEqual(
            self.read("昨天交的，单号AB20250101-7"),
            [("date", "昨天", "昨天"), ("application_no", "AB20250101-7", "AB20250101-7")],
        )
        self.assertEqual(self.read("13900001111")[0], ("id_or_phone", "13900001111", "13900001111"))

    def test_what_was_redacted_counts_as_what_it_was(self) -> None:
        self.assertEqual(self.read("我是〔证件KQRT〕"), [("id_or_phone", "〔证件KQRT〕", "〔证件KQRT〕")])
        self.assertEqual(wording("我叫〔姓名ABCD〕", []), wording("我叫〔姓名WXYZ〕", []))

    def test_nothing_in_empty_text(self) -> None:
        self.assertEqual(self.read(""), [])


class Wording(unittest.TestCase):
    def test_a_number_told_beside_a_question_is_not_what_is_asked(self) -> None:
        token = {"entity": "id_or_phone", "start": 4, "end": 12}
        self.assertEqual(wording("我身份证〔证件KQRT〕，报多少", [token]), wording("报多少", []))

    def test_characters_typed_apart_are_one_wording(self) -> None:
        self.assertEqual(wording("能 报 多 少", []), wording("能报多少", []))
        self.assertNotEqual(wording("慢病 怎么办", []), wording("慢病怎么办", []))

    def test_emoji_are_words(self) -> None:
        self.assertEqual(wording("👍", []), "^👍$")

    def test_one_mark_stands_for_every_entity_of_a_type(self) -> None:
        def entity(start: int, end: int) -> list:
            return [{"entity": "region", "start": start, "end": end}]

        self.assertEqual(wording("长沙怎么报？", entity(0, 2)), wording("景德镇怎么报?", entity(0, 3)))
        self.assertNotEqual(wording("长沙怎么报", entity(0, 2)), wording("R怎么报", []))

    def test_build(self) -> None:
        place = {"entity": "region", "start": 0, "end": 2}
        self.assertIn("only entities", build("长沙", [place]))
        self.assertIn("asks", build("能報嗎", []))
        self.assertIn("several region", build("长沙长沙", [place, {**place, "start": 2, "end": 4}]))
