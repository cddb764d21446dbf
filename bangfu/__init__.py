"""Bangfu (帮扶): precise assistance for worker households in hardship."""
