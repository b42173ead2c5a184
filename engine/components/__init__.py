"""Rasa graph components that read Chinese with `bot.language` and the project's own vocabulary."""
