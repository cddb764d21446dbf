"""Dated rules and figures per organisation, inherited from above, each with its document."""
