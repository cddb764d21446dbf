"""Organisations, people and their appointments; sign-in; sealed and masked values."""
