"""What happened, kept: row history by triggers, who looked, the timeline of a file."""
