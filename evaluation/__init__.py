"""Measures the running assistant against questions with gold answers. Questions are never training data."""
