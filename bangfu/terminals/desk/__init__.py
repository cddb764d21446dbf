"""The office pages: URLs, forms, templates and transport; no rule and no parsing."""
