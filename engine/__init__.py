"""The dialogue engine: Rasa in an environment of its own, and our NLU components."""
