"""What the comparison found: its rows, its words, its files."""
