"""``/healthz``: does the database answer, is a worker alive. For whoever watches the machine: no sign-in, nobody's data."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bangfu.terminals.desk.pages import open_page

# A worker says so every five seconds; one that was killed stays in the list until another takes its place.
_ALIVE = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '20 seconds'"


@open_page
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """200 when all is well, else 503; the answer says which part is not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ALIVE)
            workers = int(cursor.fetchone()[0])
    except DatabaseError:
        return JsonResponse({"database": "down", "worker": "unknown"}, status=503)
    return JsonResponse({"database": "ok", "worker": "alive" if workers else "down"}, status=200 if workers else 503)
