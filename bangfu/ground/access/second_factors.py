"""What a second factor proves: codes of an app (RFC 6238), answers of a security key (WebAuthn), recovery codes. No writes here."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyotp
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bangfu.ground.access.models import Account, Factor
from bangfu.ground.access.problems import KEY_REFUSED
from bangfu.ground.access.sealing import keyed_hash, seal, unseal

_COLUMN = "factor.totp"
_STEP_SECONDS = 30
# One step to either side: phones' clocks are some seconds off.
_STEPS_OFF = 1
# Without look-alikes: recovery codes are copied from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CODES, _CODE_LENGTH = 10, 12


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks the key: the host name of the pages, and the whole origin (scheme, host, port)."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """A credential as the key has made it; both in hexadecimal digits."""

    credential_id: str
    public_key: str
    counter: int


def new_secret() -> bytes:
    """A new secret for an app, sealed."""
    return seal(pyotp.random_base32(), _COLUMN)


def secret_of(sealed: bytes | memoryview) -> str:
    """The secret in base 32, to be typed into an app."""
    return unseal(sealed, _COLUMN)


def app_address(sealed: bytes | memoryview, username: str) -> str:
    """What the QR code says (otpauth://)."""
    return pyotp.TOTP(secret_of(sealed)).provisioning_uri(name=username, issuer_name="帮扶 Bangfu")


def accepted_step(sealed: bytes | memoryview, code: str, *, after: int, now: datetime) -> int | None:
    """The time step whose code this is, if it is later than ``after``: no code is accepted twice. None for any other code."""
    digits = "".join(code.split())
    totp, at = pyotp.TOTP(secret_of(sealed)), int(now.timestamp()) // _STEP_SECONDS
    if len(digits) != totp.digits or not digits.isascii() or not digits.isdigit():
        return None
    for step in range(at - _STEPS_OFF, at + _STEPS_OFF + 1):
        if step > after and secrets.compare_digest(totp.at(step * _STEP_SECONDS), digits):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten codes to be kept on paper."""
    made = ("".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(_CODES))
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in made]


def recovery_hash(code: str) -> bytes:
    """What is kept of a recovery code. A keyed hash and no slow one: a code has 59 random bits."""
    return keyed_hash("".join(letter for letter in code.lower() if letter.isalnum()), "recovery")


def registration_asked(party: Party, account: Account, held: Sequence[Factor]) -> tuple[str, bytes]:
    """What the browser asks a new key, as JSON, and the challenge to remember."""
    options = generate_registration_options(
        rp_id=party.host,
        rp_name="帮扶 Bangfu",
        user_id=account.pk.bytes,
        user_name=account.username,
        user_display_name=account.full_name,
        exclude_credentials=_descriptors(held),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return options_to_json(options), options.challenge


def registration_checked(party: Party, challenge: bytes, answer: str) -> NewKey:
    """A new key, if its answer is to our challenge and from our pages; raises KEY_REFUSED."""
    try:
        found = verify_registration_response(
            credential=_answer(answer),
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    except (WebAuthnException, ValueError) as error:
        raise KEY_REFUSED(why=type(error).__name__) from error
    return NewKey(found.credential_id.hex(), found.credential_public_key.hex(), found.sign_count)


def proof_asked(party: Party, held: Sequence[Factor]) -> tuple[str, bytes]:
    """What the browser asks a key that is known, as JSON, and the challenge to remember."""
    options = generate_authentication_options(
        rp_id=party.host,
        allow_credentials=_descriptors(held),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options), options.challenge


def proof_checked(party: Party, challenge: bytes, answer: str, held: Sequence[Factor]) -> tuple[Factor, int]:
    """Which key answered, and its new counter; raises KEY_REFUSED, also for a key whose counter went back (it was copied)."""
    given = _answer(answer)
    used = next((one for one in held if _encoded(one) == given.get("id")), None)
    if used is None or used.public_key is None:
        raise KEY_REFUSED(why="unknown")
    try:
        found = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=bytes(used.public_key),
            credential_current_sign_count=used.counter,
        )
    except (WebAuthnException, ValueError) as error:
        raise KEY_REFUSED(why=type(error).__name__) from error
    return used, found.new_sign_count


def _answer(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except ValueError as error:
        raise KEY_REFUSED(why="JSON") from error
    if not isinstance(given, dict):
        raise KEY_REFUSED(why="JSON")
    return given


def _descriptors(held: Sequence[Factor]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=bytes(one.credential_id)) for one in held if one.credential_id is not None]


def _encoded(factor: Factor) -> str:
    return bytes_to_base64url(bytes(factor.credential_id or b""))
