"""The roof: settings, URLs, the database launcher, the supervisor."""
