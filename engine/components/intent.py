"""Which intent a message has, and what it is about if it is none of ours: linear models over its wording, its build
and, where installed, its meaning."""

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
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.calibration import CalibratedClassifierCV
from sklearn.svm import LinearSVC

from engine.components.extractors import GazetteerExtractor
from engine.components.features import PARTS, Features, installed_parts

logger = logging.getLogger(__name__)

_FILE = "intents.joblib"
MATTER = "matter"
"""What a message is about that is none of ours, told by the `metadata` of its examples (data/nlu/matters.yml); stands
in the intent beside name and confidence."""
_MAY_BE_NONE_OF_OURS = ("out_of_scope", "chitchat")
_FIRST = "您好"
"""Read once when a model is loaded, so that nobody's first message waits a second for the sentence encoder."""
_NONE = ""
"""The matter of what is ours or mere chatting, learnt beside the others: one need not fit best where none does."""
_NOT_TAUGHT = "out_of_scope"
"""Most examples of this intent are about one of the matters without saying which; they teach nothing here."""
_SURELY_NONE = 0.9
"""From this probability of `_NONE` on no matter is named. Of our own questions half as many are mistaken for another
matter then, of chatting a sixth, and hardly one fewer that is none of ours is recognised."""
_LIKELY = 0.5
"""How probable a matter must be among all matters to be named."""


def linear_model() -> CalibratedClassifierCV:
    """The untrained model: a linear support vector machine per intent, rare intents counting as much as frequent
    ones; its margins become probabilities by what held-out thirds of the examples show. Needs three of each intent.
    """
    # A hundred times coarser than usual: as many right on one fold of three, in some three fifths of the time.
    machine = LinearSVC(C=1.0, class_weight="balanced", random_state=0, tol=1e-2)
    return CalibratedClassifierCV(machine, cv=3, ensemble=False)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class WordingIntentClassifier(GraphComponent, IntentClassifier):
    """A linear model; trains within a minute, gives the same model for the same data.

    Meaning and sound are left out, with a warning, where their packages are not installed.
    """

    @classmethod
    def required_components(cls) -> List[type]:
        """The readers of entities."""
        return [GazetteerExtractor]

    def __init__(self, model_storage: ModelStorage, resource: Resource) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._features = Features(installed_parts())
        self._model = linear_model()
        self._matters = linear_model()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "WordingIntentClassifier":
        """See `GraphComponent.create`."""
        classifier = cls(model_storage, resource)
        for part in PARTS:
            if part not in classifier._features.parts:
                logger.warning("A package is not installed: intents are learnt without %s", part)
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
        classifier = cls(model_storage, resource)
        with model_storage.read_from(resource) as folder:
            classifier._features, classifier._model, classifier._matters = joblib.load(folder / _FILE)
        for part in classifier._features.parts:
            if part not in installed_parts():
                raise ImportError(
                    f"The model was trained with {part}, whose package is missing: train it again"
                )
        classifier.process([Message(data={TEXT: _FIRST})])
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Learns intents from all examples that have one, matters from those that have one and from what has none."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._features.fit(examples)
        described = self._features.transform(examples)
        self._model.fit(described, np.array([example.get(INTENT) for example in examples]))
        matters = np.array([_matter_taught(example) for example in examples])
        if (matters != _NONE).any():
            taught = [place for place, each in enumerate(examples) if _teaches_matters(each)]
            self._matters.fit(described[taught], matters[taught])
        with self._model_storage.write_to(self._resource) as folder:
            joblib.dump((self._features, self._model, self._matters), folder / _FILE)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets intent and ranking of each message that has text."""
        for message in messages:
            if not message.get(TEXT):
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [], add_to_output=True)
                continue
            described = self._features.transform([message])
            probabilities = self._model.predict_proba(described)[0]
            best_first = np.argsort(-probabilities, kind="stable")[:LABEL_RANKING_LENGTH]
            ranking = [
                {"name": self._model.classes_[place], "confidence": float(probabilities[place])}
                for place in best_first
            ]
            intent = {**ranking[0], MATTER: self._matter(ranking[0]["name"], described)}
            message.set(INTENT, intent, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _matter(self, intent: str, described: Any) -> Optional[str]:
        """What it is about, where it may be none of ours and one matter is likelier than all others together."""
        if intent not in _MAY_BE_NONE_OF_OURS or not hasattr(self._matters, "classes_"):
            return None
        likely = dict(zip(self._matters.classes_, self._matters.predict_proba(described)[0], strict=True))
        none = likely.pop(_NONE, 0.0)
        best = max(likely, key=lambda matter: likely[matter])
        named = none < _SURELY_NONE and likely[best] >= _LIKELY * (1 - none)
        return str(best) if named else None


def _teaches_matters(example: Message) -> bool:
    return _matter_taught(example) != _NONE or example.get(INTENT) != _NOT_TAUGHT


def _matter_taught(example: Message) -> str:
    return ((example.get(METADATA) or {}).get(METADATA_INTENT) or {}).get(MATTER) or _NONE
