"""Addresses of the office pages."""

from django.urls import path

from bangfu.terminals.desk.access_urls import patterns as access
from bangfu.terminals.desk.bringing_urls import patterns as bringing
from bangfu.terminals.desk.views import accounts, approvals, duplicates, files, home, policy, review, runs, trail

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("password/", accounts.new_password, name="new_password"),
    path("appointment/", accounts.appointment, name="appointment"),
    path("language/", accounts.language, name="language"),
    path("files/", files.file_list, name="files"),
    path("files/<uuid:file_id>/", files.file, name="file"),
    path("files/<uuid:file_id>/number/", files.number, name="file_number"),
    path("runs/", runs.runs, name="runs"),
    path("runs/start/", runs.start, name="run_start"),
    path("runs/<uuid:run_id>/", runs.one, name="run"),
    path("runs/<uuid:run_id>/stages/", runs.stages, name="run_stages"),
    path("runs/<uuid:run_id>/cancel/", runs.cancel, name="run_cancel"),
    path("runs/<uuid:run_id>/take-up/", runs.take_up, name="run_take_up"),
    path("runs/<uuid:run_id>/progress/", runs.work, name="run_work"),
    path("review/", review.queue, name="review"),
    path("review/undo/", review.undo, name="review_undo"),
    path("review/clean/", review.clean, name="review_clean"),
    path("review/clean/<uuid:act_id>/", review.cleaned, name="review_cleaned"),
    path("review/<uuid:determination_id>/", review.case, name="review_case"),
    path("review/<uuid:determination_id>/settle/", review.settle_case, name="review_settle"),
    path("review/<uuid:determination_id>/answer/", review.answer, name="review_answer"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/<uuid:duplicate_id>/", duplicates.duplicate, name="duplicate"),
    path("duplicates/<uuid:duplicate_id>/settle/", duplicates.settle, name="duplicate_settle"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/batch/", approvals.batch, name="approvals_batch"),
    path("approvals/batch/<uuid:act_id>/", approvals.batched, name="approvals_batched"),
    path("approvals/<uuid:case_id>/", approvals.case, name="approval"),
    path("approvals/<uuid:case_id>/approve/", approvals.approve, name="approval_approve"),
    path("approvals/<uuid:case_id>/return/", approvals.give_back, name="approval_return"),
    path("approvals/<uuid:case_id>/hand/", approvals.hand, name="approval_hand"),
    path("approvals/<uuid:case_id>/withdraw/", approvals.withdraw, name="approval_withdraw"),
    path("policy/", policy.policy, name="policy"),
    path("policy/rules/<slug:name>/", policy.rules, name="rules"),
    *bringing,
    path("trail/", trail.sealing, name="trail"),
    path("trail/checkpoint.json", trail.checkpoint, name="checkpoint"),
    *access,
    path("watermark.svg", accounts.watermark, name="watermark"),
]
