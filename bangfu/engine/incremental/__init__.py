"""A comparison that stands: kept in a folder, it takes changes one by one and says what each opened, changed and closed (decision 30)."""
