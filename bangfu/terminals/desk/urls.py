"""Addresses of the office pages."""

app_name = "desk"
urlpatterns: list[object] = []
