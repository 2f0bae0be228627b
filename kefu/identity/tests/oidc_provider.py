"""A real OpenID provider on this machine's loopback: Authlib's server, as companies run one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import (  # type: ignore[import-untyped]
    AuthorizationServer,
)
from authlib.oauth2.rfc6749 import ClientMixin  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.grants import (  # type: ignore[import-untyped]
    AuthorizationCodeGrant,
)
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oidc.core.grants import OpenIDCode  # type: ignore[import-untyped]
from flask import Flask, Response, jsonify
from joserfc.jwk import ECKey, KeySet
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "kefu", "s3cret+/:%"


@dataclass
class Provider:
    """Who signs in there, and in which ways it may misbehave."""

    redirect_uri: str
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    forged: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    published: ECKey | None = None
    down: bool = False


class Client(ClientMixin):  # type: ignore[misc]
    def __init__(self, redirect_uri: str) -> None:
        self.redirect_uri = redirect_uri

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code:
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes are kept in a dictionary of the server."""

    def save_authorization_code(self, code: str, request: Any) -> None:
        data = request.payload.data
        self.server.codes[code] = Code(
            request.payload.redirect_uri,
            request.payload.scope,
            *(data.get(name) for name in ("nonce", "code_challenge", "code_challenge_method")),
        )

    def query_authorization_code(self, code: str, _client: Client) -> Any:
        return self.server.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        codes = self.server.codes
        self.server.codes = {
            code: kept for code, kept in codes.items() if kept is not authorization_code
        }

    def authenticate_user(self, _code: Code) -> Any:
        return self.server.provider.claims


class IdToken(OpenIDCode):  # type: ignore[misc]
    """Signed by the provider's key; `forged` claims replace the honest ones."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, _nonce: str, _request: Any) -> bool:
        return False

    def resolve_client_private_key(self, _client: Client) -> ECKey:
        return self.provider.key

    def get_client_algorithm(self, _client: Client) -> str:
        return "ES256"

    def get_encode_header(self, _client: Client) -> dict[str, str]:
        return {"alg": "ES256", "kid": "one"}

    def get_client_claims(self, _client: Client) -> dict[str, Any]:
        return {"iss": self.provider.issuer}

    def generate_user_info(self, user: dict[str, Any], _scope: str) -> dict[str, Any]:
        return user | self.provider.forged


def app_of(provider: Provider) -> Flask:
    app = Flask("provider")
    server = AuthorizationServer(
        app, lambda _: Client(provider.redirect_uri), lambda _token, _request: None
    )
    server.provider, server.codes = provider, {}
    server.register_grant(Grant, [IdToken(provider), CodeChallenge(required=True)])
    add_pages(app, server, provider)
    return app


def add_pages(app: Flask, server: Any, provider: Provider) -> None:
    @app.before_request
    def is_down() -> Response | None:
        return Response("away", 503) if provider.down else None

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        places = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        endpoints = {f"{k}_endpoint": f"{provider.issuer}/{v}" for k, v in places.items()}
        keys = {"issuer": provider.issuer, "jwks_uri": f"{provider.issuer}/keys"}
        ways = {"token_endpoint_auth_methods_supported": ["client_secret_basic"]}
        return jsonify(endpoints | keys | ways)

    @app.get("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user=provider.claims)
        return server.create_authorization_response(grant=grant, grant_user=provider.claims)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Response:
        return jsonify(provider.userinfo)

    @app.get("/keys")
    def keys() -> Response:
        public = KeySet([provider.published or provider.key]).as_dict(private=False)
        return Response(json.dumps(public), content_type="application/json")


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """Serve the provider inside the block."""
    server = make_server("127.0.0.1", 0, app_of(provider), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
