"""Two-step sign-in: codes from an authenticator, and recovery codes for when it is lost."""

from __future__ import annotations

import hashlib
import io
import secrets
from dataclasses import dataclass
from uuid import UUID

import pyotp
import segno
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Conflict, Invalid
from kefu.core.events import record
from kefu.core.settings import settings
from kefu.identity.events import RecoveryCodeUsed, TotpDisabled, TotpEnabled
from kefu.identity.keys import hash_of, is_same
from kefu.identity.model import Agent

ISSUER = "Kefu"
RECOVERY_CODES = 10
SEALED = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True)
class Enrolment:
    """What the authenticator needs; `svg` is the same address as a picture."""

    secret: str
    uri: str
    svg: str


async def begin(db: Session, agent: Agent) -> Enrolment:
    """A new secret, not in force until a code from it was seen."""
    check_not_enabled(agent)
    secret = pyotp.random_base32()
    agent.totp_secret = sealed(secret)
    await db.flush()
    uri = pyotp.TOTP(secret).provisioning_uri(name=agent.email, issuer_name=ISSUER)
    picture = io.BytesIO()
    segno.make(uri, error="m").save(picture, kind="svg", scale=4, xmldecl=False, svgns=True)
    return Enrolment(secret=secret, uri=uri, svg=picture.getvalue().decode())


async def confirm(db: Session, agent: Agent, *, code: str) -> list[str]:
    """Turn it on; returns the recovery codes, shown this once."""
    check_not_enabled(agent)
    if agent.totp_secret is None:
        raise Conflict("Two-step sign-in was not begun.", code="totp_not_begun")
    if not takes_code(agent, code):
        raise Invalid("This code does not fit. Please check the device's clock.", field="code")
    codes = [recovery_code() for _ in range(RECOVERY_CODES)]
    agent.recovery_codes = [hash_of(plain_code(code)) for code in codes]
    agent.totp_confirmed_at = now()
    await record(db, TotpEnabled(subject=agent.id, actor=agent.id))
    return codes


async def disable(db: Session, agent: Agent, *, by: UUID) -> None:
    """Turn it off, by the agent, or by an administrator for somebody who lost the device."""
    agent.totp_secret = agent.totp_confirmed_at = None
    agent.recovery_codes = []
    await record(db, TotpDisabled(subject=agent.id, actor=by))


async def is_second_step(db: Session, agent: Agent, code: str) -> bool:
    """Whether the code fits; each one fits once."""
    if takes_code(agent, code):
        return True
    given = hash_of(plain_code(code))
    kept = [known for known in agent.recovery_codes if not is_same(given, known)]
    if len(kept) == len(agent.recovery_codes):
        return False
    agent.recovery_codes = kept
    await record(db, RecoveryCodeUsed(subject=agent.id, actor=agent.id, left=len(kept)))
    return True


def takes_code(agent: Agent, code: str) -> bool:
    """Check a code of this half minute or its neighbours, and remember that it was used."""
    secret = opened(agent.totp_secret)
    if secret is None:
        return False
    totp, at = pyotp.TOTP(secret), now()
    current = totp.timecode(at)
    for step in (current, current - 1, current + 1):
        if step > agent.totp_step and is_same(plain_code(code), totp.generate_otp(step)):
            agent.totp_step = step
            return True
    return False


def check_not_enabled(agent: Agent) -> None:
    if agent.wants_code():
        raise Conflict("Two-step sign-in is on already.", code="totp_on")


def recovery_code() -> str:
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(3))


def plain_code(code: str) -> str:
    return code.replace(" ", "").replace("-", "").casefold()


def sealed(secret: str) -> str:
    """Encrypted with the installation's key, so that a copy of the database is not enough."""
    return jwe.encrypt_compact(SEALED, secret.encode(), _key())


def opened(value: str | None) -> str | None:
    """The secret; nothing when there is none, or the installation's key is another one."""
    if value is None:
        return None
    try:
        plain = jwe.decrypt_compact(value, _key()).plaintext
    except JoseError:
        return None
    return plain.decode() if plain else None


def _key() -> OctKey:
    digest = hashlib.sha256(b"kefu totp" + settings().signing_key()).digest()
    return OctKey.import_key(digest)
