"""The comparison over the registry: runs, and findings opened, changed and closed."""
