"""All addresses."""

from django.urls import include, path

from bangfu.site.health import health

urlpatterns = [path("healthz", health), path("", include("bangfu.terminals.desk.urls"))]
handler400 = "bangfu.terminals.desk.views.errors.bad_request"
handler403 = "bangfu.terminals.desk.views.errors.forbidden"
handler404 = "bangfu.terminals.desk.views.errors.not_found"
handler500 = "bangfu.terminals.desk.views.errors.broken"
