"""What ``bangfu demo`` puts into an instance: an invented prefecture, people to sign in as, and some weeks of their work."""
