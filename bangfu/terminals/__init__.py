"""How people and other systems reach the house. No rule lives here."""
