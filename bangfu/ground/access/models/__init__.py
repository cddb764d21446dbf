"""Tables of staff: who they are, which roles they hold, how they sign in, and when they broke the glass.

Staff and no household: these tables are needed before a scope exists, and are the listed exception from row-level security.
"""

from bangfu.ground.access.models.glass import Glass, GlassPage
from bangfu.ground.access.models.signing_in import Factor, RecoveryCode, SignedIn, Throttle
from bangfu.ground.access.models.staff import Account, Appointment, Delegation, Duty, Incompatible, Organisation

__all__ = [
    "Account",
    "Appointment",
    "Delegation",
    "Duty",
    "Factor",
    "Glass",
    "GlassPage",
    "Incompatible",
    "Organisation",
    "RecoveryCode",
    "SignedIn",
    "Throttle",
]
