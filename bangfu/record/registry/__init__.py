"""The registry: households, their files, members, and what the archive form says of them."""
