"""One door for every change: access, purpose, one transaction, a trail entry, safe to send twice."""
