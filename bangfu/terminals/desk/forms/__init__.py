"""What the pages ask for. A form checks how something is written; whether it may be done is for the act."""
