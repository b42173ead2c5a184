"""Whatever is typed, the readers neither raise nor point outside the text, and do not take long."""

import random
import time
import unittest
from itertools import pairwise
from pathlib import Path
from typing import Iterator, List

import jieba
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message

from engine.components.extractors import FiguresExtractor, GazetteerExtractor
from engine.components.features import Features, installed_parts
from engine.components.gazetteer import vocabulary_of

_LONG = 2.0  # seconds of computing, generous on a busy machine
LOOKUPS = Path(__file__).resolve().parents[2] / "data" / "lookups"
PIECES = [
    *"一十百1 月年号日元块点半上每第长糖報Ａ１〔〕/-.,，。%¥$\"'{}[]()\\\n\t\r\0\u200b\u202e\ufeff\ud800😀👍🏽é",
    *[
        "糖尿病",
        "10月1号",
        "三百",
        "长 沙 ",
        "2026-",
        "/restart",
        "<b>",
        "' OR 1=1 --",
        "〔证件KQRT〕",
        "11010119",
    ],
]


def unlikely_texts() -> Iterator[str]:
    for piece in PIECES:
        yield (piece * 8192)[:8192]
    chance = random.Random(0)
    for _ in range(100):
        yield "".join(chance.choices(PIECES, k=chance.randint(1, 60)))
    for _ in range(100):
        yield "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(1, 60)))


class Robustness(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        jieba.initialize()
        data = load_data(str(LOOKUPS))
        tables = [(table["name"], table["elements"]) for table in data.lookup_tables]
        gazetteer = GazetteerExtractor(None, None, vocabulary_of(tables, data.entity_synonyms))
        cls.readers = [gazetteer, FiguresExtractor()]

    def read(self, text: str) -> Message:
        messages: List[Message] = [Message(data={TEXT: text})]
        for reader in self.readers:
            reader.process(messages)
        return messages[0]

    def test_entities_are_found_soon_and_lie_inside_the_text_and_apart(self) -> None:
        for text in unlikely_texts():
            begun = time.process_time()
            entities = sorted(self.read(text).get(ENTITIES), key=lambda entity: entity["start"])
            with self.subTest(text[:60]):
                self.assertLess(time.process_time() - begun, _LONG)
                for entity in entities:
                    self.assertTrue(0 <= entity["start"] < entity["end"] <= len(text))
                for earlier, later in pairwise(entities):
                    self.assertLessEqual(earlier["end"], later["start"])

    def test_everything_has_features(self) -> None:
        known = [Message(data={TEXT: text}) for text in ("长沙能报多少", "你好")]
        features = Features(installed_parts()).fit(known)
        width = features.transform(known).shape[1]
        for text in unlikely_texts():
            with self.subTest(text[:60]):
                self.assertEqual(features.transform([self.read(text)]).shape, (1, width))


if __name__ == "__main__":
    unittest.main()
