"""Addresses of everything that brings something in: archives and department data."""

from django.urls import path

from bangfu.terminals.desk.views import deliveries, delivery_steps, import_steps, imports

patterns = [
    path("deliveries/", deliveries.overview, name="deliveries"),
    path("deliveries/new/", delivery_steps.new, name="delivery_new"),
    path("deliveries/all/", deliveries.history, name="delivery_history"),
    path("deliveries/<uuid:delivery_id>/", deliveries.one, name="delivery"),
    path("deliveries/<uuid:delivery_id>/columns/", delivery_steps.delivery_columns, name="delivery_columns"),
    path("deliveries/<uuid:delivery_id>/progress/", deliveries.work, name="delivery_work"),
    path("deliveries/<uuid:delivery_id>/use/", delivery_steps.use, name="delivery_use"),
    path("deliveries/<uuid:delivery_id>/refuse/", delivery_steps.refuse, name="delivery_refuse"),
    path("deliveries/<uuid:delivery_id>/quarantine/", deliveries.quarantine, name="delivery_quarantine"),
    path("deliveries/<uuid:delivery_id>/receipt/", deliveries.receipt, name="delivery_receipt"),
    path("imports/", imports.overview, name="imports"),
    path("imports/new/", import_steps.new, name="import_new"),
    path("imports/template.xlsx", imports.template, name="import_template"),
    path("imports/<uuid:batch_id>/", imports.one, name="import"),
    path("imports/<uuid:batch_id>/columns/", import_steps.import_columns, name="import_columns"),
    path("imports/<uuid:batch_id>/progress/", imports.work, name="import_work"),
    path("imports/<uuid:batch_id>/look/", imports.look, name="import_look"),
    path("imports/<uuid:batch_id>/commit/", import_steps.commit, name="import_commit"),
    path("imports/<uuid:batch_id>/resume/", import_steps.resume, name="import_resume"),
    path("imports/<uuid:batch_id>/errors/", imports.errors, name="import_errors"),
    path("imports/<uuid:batch_id>/receipt/", imports.receipt, name="import_receipt"),
]
