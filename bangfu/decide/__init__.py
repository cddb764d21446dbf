"""Who is in hardship."""
