"""Who may be the same person where no number says so: a question with a probability and its reasons, never a verdict."""
