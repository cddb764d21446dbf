"""One family one file, and what is known about it: registry < sources."""
