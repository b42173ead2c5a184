"""Reading Chinese: what a person wrote, turned into figures, dates and identifiers with their places.

Pure, shared by the service (Python 3.11) and the engine (Python 3.10). Every reader normalises the text
itself and answers spans that refer to the text it was given: `text[m.start:m.end]` is what was read.
"""

from bot.language.normalise import normalise

__all__ = ["normalise"]
