"""Rasa components around `gazetteer` and `figures`.

Both read the training examples as they will read messages, so that a classifier behind them learns from
what it is going to see. They therefore count as featurizers, too: Rasa runs only those while training.
"""

import json
import warnings
from typing import Any, Dict, List

import jieba
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.language.spacing import close_up
from bot.language.spans import overlaps
from engine.components.encoders import sound, sounds_are_available
from engine.components.figures import Figure, find_figures
from engine.components.gazetteer import Gazetteer, Meaning, vocabulary_of
from engine.components.reading import MOST_READ

# Rasa knows only its own users of lookup tables and synonyms and says ours are unused.
warnings.filterwarnings("ignore", message="You have defined synonyms in your training data")
warnings.filterwarnings("ignore", message="You have defined training data consisting of lookup tables")
warnings.filterwarnings("ignore", message="You have defined training data consisting of entity examples")

_WORDS = "words.json"
_TYPES = [
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR,
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER,
]


class _Reader(GraphComponent, EntityExtractorMixin):
    """What both extractors share: where entities come from in Rasa and go to."""

    def entities(self, text: str) -> List[Dict[str, Any]]:
        """The entities of a text as Rasa writes them, but for the extractor's name."""
        raise NotImplementedError

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the entities of each message to those it has; what overlaps an earlier one is dropped."""
        for message in messages:
            text = message.get(TEXT)
            if text:
                self._read(message, text)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Reads the training examples as messages are read."""
        self.process(training_data.training_examples)
        return training_data

    def _read(self, message: Message, text: str) -> None:
        known = [_Place(entity) for entity in message.get(ENTITIES, [])]
        closed = close_up(text[:MOST_READ])
        found = []
        for entity in self.entities(closed.text):
            entity["start"], entity["end"] = closed.span_in_original(entity["start"], entity["end"])
            if not overlaps(_Place(entity), known):
                found.append(entity)
        message.set(
            ENTITIES,
            message.get(ENTITIES, []) + self.add_extractor_name(found),
            add_to_output=True,
        )


class _Place:
    """The span of an entity dictionary."""

    def __init__(self, entity: Dict[str, Any]) -> None:
        self.start: int = entity["start"]
        self.end: int = entity["end"]


@DefaultV1Recipe.register(_TYPES, is_trainable=False)
class FiguresExtractor(_Reader):
    """Entities amount, period, date, application_no, id_or_phone. Needs no training."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "FiguresExtractor":
        """See `GraphComponent.create`."""
        return cls()

    def entities(self, text: str) -> List[Dict[str, Any]]:
        """Each figure with its normalised value."""
        return [_entity(figure) for figure in find_figures(text)]


@DefaultV1Recipe.register(_TYPES, is_trainable=True)
class GazetteerExtractor(_Reader):
    """Entities of the training data's lookup tables, their values by its synonyms."""

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, vocabulary: Dict[str, Meaning]
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._gazetteer = _gazetteer(vocabulary)

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "GazetteerExtractor":
        """See `GraphComponent.create`."""
        return cls(model_storage, resource, {})

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "GazetteerExtractor":
        """See `GraphComponent.load`."""
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        vocabulary = {word: (entity, value) for word, (entity, value) in stored.items()}
        return cls(model_storage, resource, vocabulary)

    def train(self, training_data: TrainingData) -> Resource:
        """Takes over lookup tables and synonyms."""
        tables = [(table["name"], table["elements"]) for table in training_data.lookup_tables]
        vocabulary = vocabulary_of(tables, training_data.entity_synonyms)
        self._gazetteer = _gazetteer(vocabulary)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _WORDS).write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def entities(self, text: str) -> List[Dict[str, Any]]:
        """Each word with its value, slips with the value of what was meant."""
        return [
            {"entity": word.entity, "start": word.start, "end": word.end, "value": word.value}
            for word in self._gazetteer.find(text)
        ]


def _gazetteer(vocabulary: Dict[str, Meaning]) -> Gazetteer:
    return Gazetteer(vocabulary, _is_common_word, sound if sounds_are_available() else None)


def _is_common_word(word: str) -> bool:
    jieba.initialize()
    return jieba.dt.FREQ.get(word, 0) > 0


def _entity(figure: Figure) -> Dict[str, Any]:
    return {"entity": figure.entity, "start": figure.start, "end": figure.end, "value": figure.value}
