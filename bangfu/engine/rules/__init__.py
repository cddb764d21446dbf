"""Declared rules: their language, their checks."""
