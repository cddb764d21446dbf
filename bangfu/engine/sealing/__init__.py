"""Sealed deliveries: a department keys its own extract with HMAC before it leaves the house (decision 26, docs/deliveries.md)."""
