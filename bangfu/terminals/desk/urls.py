"""Addresses of the office pages."""

from django.urls import path

from bangfu.terminals.desk.views import accounts, home, policy

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", accounts.sign_in, name="sign_in"),
    path("sign-out/", accounts.sign_out, name="sign_out"),
    path("password/", accounts.new_password, name="new_password"),
    path("appointment/", accounts.appointment, name="appointment"),
    path("language/", accounts.language, name="language"),
    path("policy/", policy.policy, name="policy"),
    path("policy/rules/<slug:name>/", policy.rules, name="rules"),
    path("watermark.svg", accounts.watermark, name="watermark"),
]
