"""Addresses of signing in, of what is one's own, of accounts and appointments, of the audit."""

from django.urls import URLPattern, path

from bangfu.terminals.desk.views import access, audit, glass, mine, signing_in

patterns: list[URLPattern] = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-in/second/", signing_in.second, name="second"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("again/", signing_in.again, name="again"),
    path("mine/", mine.mine, name="mine"),
    path("mine/sessions/", mine.end_my_sessions, name="mine_sessions"),
    path("mine/stand-in/", mine.stand_in, name="stand_in"),
    path("mine/stand-in/end/", mine.end_stand_in, name="stand_in_end"),
    path("mine/second-factors/", mine.second_factors, name="second_factors"),
    path("mine/second-factors/<slug:what>/", mine.change_second_factor, name="second_factor_change"),
    path("glass/", glass.glass, name="glass"),
    path("glass/end/", glass.end, name="glass_end"),
    path("glass/noted/", glass.noted, name="glass_noted"),
    path("access/", access.people_list, name="access"),
    path("access/roles/", access.roles, name="access_roles"),
    path("access/doors/", access.doors_page, name="access_doors"),
    path("access/people/new/", access.new_person, name="access_new"),
    path("access/people/<uuid:account_id>/", access.one_person, name="access_person"),
    path("access/people/<uuid:account_id>/<slug:what>/", access.change_person, name="access_change"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.export, name="audit_export"),
]
