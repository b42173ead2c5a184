"""Finds words of closed vocabularies in running Chinese text: the longest that fits, slips included."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from bot.language import normalise

NO_ENTITY = "no_entity"
"""The vocabulary of words that hide others: nothing is read inside 居民身份证."""

# A misread place would bring another region's rules, so slips of any kind are looked for in these alone.
# Places may only be written by sound (长莎), and only provinces and prefectures: counties are too many.
_SLIPS_IN = ("disease", "hospital_level")
_LEAST_LENGTH_FOR_SLIPS = 3
_MOST_SYLLABLES = 6
_NEVER_A_SLIP = frozenset(
    "我你您他她它俺咱谁的地得了是有在去到和跟与及或把被给对为因从由这那哪啥么不没未无也都还就又再很太真要会能可看办治患查说讲问来上下"
    "远近大小多少门慢特病算一二三四五六七八九十"
)


@dataclass(frozen=True)
class Word:
    """A word found in a text, and what the vocabulary says it means."""

    entity: str
    start: int
    end: int
    value: str


Meaning = Tuple[str, str]
"""Entity type and value."""


class Gazetteer:
    """`vocabulary` tells what each word means, `is_common_word` tells words of the language from slips, `sound` how
    a character is pronounced; without it what is written by sound is not read."""

    def __init__(
        self,
        vocabulary: Mapping[str, Meaning],
        is_common_word: Callable[[str], bool],
        sound: Optional[Callable[[str], str]] = None,
    ) -> None:
        self._meanings = {normalise(word).lower(): meaning for word, meaning in vocabulary.items()}
        self._lengths = sorted({len(word) for word in self._meanings}, reverse=True)
        self._is_common_word = is_common_word
        self._sound = sound
        self._slips = self._known_but_one_character()
        self._by_sound = self._known_by_sound()

    def find(self, text: str) -> List[Word]:
        """The words in text order, none overlapping; of two that begin together the longer one."""
        written = normalise(text).lower()
        found: List[Word] = []
        position = 0
        while position < len(written):
            word = self._longest_at(written, position)
            if word is None:
                position += 1
                continue
            position = word.end
            if word.entity != NO_ENTITY and not _is_a_degree(word, written, found):
                found.append(word)
        return found

    def _longest_at(self, written: str, start: int) -> Optional[Word]:
        for length in self._lengths:
            piece = written[start : start + length]
            if len(piece) < length:
                continue
            if piece in self._meanings and not _is_cut_short(piece, written[start + length :]):
                entity, value = self._meanings[piece]
                return Word(entity, start, start + length, value)
            slip = self._slip(piece, written, start)
            if slip is not None:
                return slip
        return self._written_by_sound(written, start)

    def _slip(self, piece: str, written: str, start: int) -> Optional[Word]:
        """The one thing `piece` was meant to be, if one character of it is wrong and belongs to no other word."""
        meant = {
            self._slips[rest]
            for place, rest in _with_gaps(piece)
            if rest in self._slips and self._may_be_a_slip(written, start + place)
        }
        if len(meant) != 1:
            return None
        entity, value = meant.pop()
        return Word(entity, start, start + len(piece), value)

    def _written_by_sound(self, written: str, start: int) -> Optional[Word]:
        """The longest word that sounds like what stands here and shares a character with it."""
        if self._sound is None:
            return None
        syllables = tuple(map(self._sound, written[start : start + _MOST_SYLLABLES]))
        for length in range(len(syllables), 1, -1):
            piece = written[start : start + length]
            meant = {
                self._meanings[word]
                for word in self._by_sound.get(syllables[:length], ())
                if self._differs_by_slips(piece, word, written, start)
            }
            if len(meant) == 1 and not self._is_broken_by(written, start + 1, start + length):
                entity, value = meant.pop()
                return Word(entity, start, start + length, value)
        return None

    def _is_broken_by(self, written: str, start: int, end: int) -> bool:
        """Whether a word that is written as it should be begins inside a stretch (as 按山 is by 山东)."""
        return any(
            written[begin : begin + length] in self._meanings
            for begin in range(start, end)
            for length in self._lengths
            if length > 1
        )

    def _differs_by_slips(self, piece: str, word: str, written: str, start: int) -> bool:
        wrong = [place for place in range(len(word)) if piece[place] != word[place]]
        return len(wrong) < len(word) and all(self._may_be_a_slip(written, start + place) for place in wrong)

    def _may_be_a_slip(self, written: str, place: int) -> bool:
        character = written[place]
        is_chinese = "\u4e00" <= character <= "\u9fff"
        return (
            is_chinese
            and character not in _NEVER_A_SLIP
            and not self._belongs_to_a_common_word(written, place)
        )

    def _belongs_to_a_common_word(self, written: str, place: int) -> bool:
        return any(
            self._is_common_word(written[begin:end])
            for begin in range(max(0, place - 3), place + 1)
            for end in range(max(place + 1, begin + 2), min(len(written), begin + 4) + 1)
        )

    def _known_but_one_character(self) -> Dict[Tuple[str, str], Meaning]:
        """What stands before and after each character of a word, where that alone has one meaning."""
        candidates: Dict[Tuple[str, str], Set[Meaning]] = defaultdict(set)
        for word, meaning in self._meanings.items():
            if meaning[0] in _SLIPS_IN and len(word) >= _LEAST_LENGTH_FOR_SLIPS:
                for _, rest in _with_gaps(word):
                    candidates[rest].add(meaning)
        return {
            rest: next(iter(meanings))
            for rest, meanings in candidates.items()
            if len(meanings) == 1 and not self._is_weak(*rest)
        }

    def _known_by_sound(self) -> Dict[Tuple[str, ...], List[str]]:
        words: Dict[Tuple[str, ...], List[str]] = defaultdict(list)
        for word, (entity, value) in self._meanings.items():
            if self._sound is not None and _is_read_by_sound(word, entity, value):
                words[tuple(map(self._sound, word))].append(word)
        return words

    def _is_weak(self, before: str, after: str) -> bool:
        """What is left of a word is an everyday word itself (医院 of 县医院): it names nothing by itself."""
        return any(len(rest) >= 2 and self._is_common_word(rest) for rest in (before, after))


def _is_read_by_sound(word: str, entity: str, value: str) -> bool:
    if entity == "region":
        return 2 <= len(word) <= _MOST_SYLLABLES and value.split("/")[-1].startswith(word)
    return entity == "disease" and _LEAST_LENGTH_FOR_SLIPS <= len(word) <= _MOST_SYLLABLES


def _with_gaps(word: str) -> Iterator[Tuple[int, Tuple[str, str]]]:
    """Each place, and what stands before and after it."""
    for place in range(len(word)):
        yield place, (word[:place], word[place + 1 :])


def vocabulary_of(
    tables: Iterable[Tuple[str, Iterable[str]]], synonyms: Mapping[str, str]
) -> Dict[str, Meaning]:
    """What the words of named lists mean: the list's name and the word's synonym, or the word itself."""
    return {word: (name, synonyms.get(word, word)) for name, words in tables for word in words}


def _is_cut_short(word: str, rest: str) -> bool:
    """在职工医保 is 在 + 职工, not 在职 + 工."""
    return word == "在职" and rest.startswith("工")


def _is_a_degree(word: Word, written: str, found: Sequence[Word]) -> bool:
    """高血压3级 is how ill one is, not a hospital's level."""
    after_a_disease = bool(found) and found[-1].entity == "disease" and found[-1].end == word.start
    return after_a_disease and word.entity == "hospital_level" and not written.startswith("医院", word.end)
