"""OpenID Connect: the talk with the company's own sign-in (authorization code, PKCE, nonce)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from kefu.core.clock import now
from kefu.core.errors import NotFound, Refusal, Unauthenticated, Unavailable
from kefu.core.settings import settings
from kefu.identity.keys import is_same

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
CALLBACK = "/api/v1/session/oidc/callback"
LEEWAY = 60


@dataclass(frozen=True)
class Departure:
    """What the browser keeps while it is away at the provider."""

    state: str
    nonce: str
    verifier: str

    def as_cookie(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps(asdict(self))).decode()

    @classmethod
    def from_cookie(cls, cookie: str | None) -> Departure | None:
        """What was kept; nothing when the cookie is absent or was touched."""
        try:
            kept = cls(**orjson.loads(base64.urlsafe_b64decode(cookie or "")))
        except (ValueError, TypeError):
            return None
        return kept if all(isinstance(value, str) for value in asdict(kept).values()) else None


@dataclass(frozen=True)
class Person:
    """Who the provider says it is; the e-mail only if it has been verified there."""

    subject: str
    email: str | None
    name: str | None


class OidcProvider:
    """The provider of this installation, asked through `client`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        chosen = settings()
        if not chosen.oidc_issuer or not chosen.oidc_client_id:
            raise NotFound("Sign-in through another service is not set up here.", code="no_oidc")
        self.issuer = chosen.oidc_issuer.rstrip("/")
        self.client_id = chosen.oidc_client_id
        self.client_secret = chosen.oidc_client_secret
        self.redirect_uri = chosen.base_url + CALLBACK
        self._client = client

    async def depart(self) -> tuple[str, Departure]:
        """Where to send the browser, and what it has to keep."""
        places = await self._places()
        kept = Departure(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
        )
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid email profile",
            "state": kept.state,
            "nonce": kept.nonce,
            "code_challenge": challenge_of(kept.verifier),
            "code_challenge_method": "S256",
        }
        start = places["authorization_endpoint"]
        return f"{start}{'&' if '?' in start else '?'}{urlencode(query)}", kept

    async def arrive(self, *, code: str, state: str, kept: Departure | None) -> Person:
        """Who came back with this code."""
        if kept is None or not is_same(state, kept.state):
            raise Unauthenticated("Please start the sign-in again.", code="oidc_state")
        try:
            places = await self._places()
            tokens = await self._exchange(places, code=code, verifier=kept.verifier)
            keys = KeySet.import_key_set(key_set(await self._get(places["jwks_uri"])))
            claims = self._checked(tokens["id_token"], keys, nonce=kept.nonce)
            if "email" not in claims and "userinfo_endpoint" in places:
                claims = await self._more_claims(places, tokens, claims)
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise failed() from error
        verified = claims.get("email_verified") is True
        email = claims.get("email") if verified else None
        return Person(f"{self.issuer}|{claims['sub']}", email, claims.get("name"))

    async def _places(self) -> dict[str, Any]:
        found = await self._get(f"{self.issuer}/.well-known/openid-configuration")
        if found.get("issuer", "").rstrip("/") != self.issuer:
            raise failed()
        return found

    async def _exchange(
        self, places: dict[str, Any], *, code: str, verifier: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        ways = places.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth: httpx.BasicAuth | None = None
        if self.client_secret and "client_secret_basic" in ways:
            auth = httpx.BasicAuth(
                quote(self.client_id, safe=""), quote(self.client_secret, safe="")
            )
        else:
            form["client_id"] = self.client_id
            if self.client_secret:
                form["client_secret"] = self.client_secret
        return await self._ask("POST", places["token_endpoint"], data=form, auth=auth)

    async def _more_claims(
        self, places: dict[str, Any], tokens: dict[str, Any], claims: dict[str, Any]
    ) -> dict[str, Any]:
        """Claims that the provider keeps out of the token, if they are of the same person."""
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        more = await self._ask("GET", places["userinfo_endpoint"], headers=bearer)
        if more.get("sub") != claims["sub"]:
            raise failed()
        return more | claims

    def _checked(self, token: str, keys: KeySet, *, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is signed, for us, in time, and for this visit."""
        claims: dict[str, Any] = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        rules = jwt.JWTClaimsRegistry(
            now=int(now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True},
            sub={"essential": True},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(claims)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims["iss"].rstrip("/") != self.issuer:
            raise failed()
        if (several or "azp" in claims) and claims.get("azp") != self.client_id:
            raise failed()
        return claims

    async def _get(self, url: str) -> dict[str, Any]:
        return await self._ask("GET", url)

    async def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            answer = await self._client.request(method, url, **more)
        except httpx.HTTPError as error:
            raise away() from error
        if answer.status_code >= 500:
            raise away()
        if answer.status_code != 200:
            raise failed()
        body: dict[str, Any] = answer.json()
        return body


def key_set(body: dict[str, Any]) -> KeySetSerialization:
    """The keys a provider publishes; those for encryption are none of ours."""
    return {"keys": [key for key in body["keys"] if key.get("use", "sig") == "sig"]}


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def failed() -> Refusal:
    return Unauthenticated("The sign-in service did not confirm who you are.", code="oidc_failed")


def away() -> Refusal:
    return Unavailable("The sign-in service does not answer. Please try later.", code="oidc_away")
