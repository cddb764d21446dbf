"""Identification (认定): dated rules, exact arithmetic, reasoned determinations. Pure: no Django, no clock, no randomness."""
