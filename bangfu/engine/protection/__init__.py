"""Protection at rest: files with ID numbers are encrypted whole, and opened into private folders for as long as they are read."""
