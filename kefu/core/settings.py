"""Settings of one process, read once from `KEFU_*` variables (`PORT` is honoured too)."""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set; every value has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="KEFU_", extra="ignore", populate_by_name=True)

    var: Path = Path("var")
    database_url: str | None = None
    db_pool: int = Field(default=12, ge=2, le=200)
    redis_url: str | None = None
    hub_path: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8180, validation_alias=AliasChoices("KEFU_PORT", "PORT", "port"))
    public_url: str | None = None
    trusted_proxies: str = "127.0.0.1"
    log_level: str = "INFO"
    log_json: bool = True
    demo: bool = False
    secret: str | None = None
    files_url: str | None = None
    upload_limit: int = Field(default=20 * 1024 * 1024, ge=1024)
    webhook_private_addresses: bool = False
    visitor_burst: int = Field(default=30, ge=1)
    visitor_per_minute: int = Field(default=120, ge=1)
    address_per_minute: int = Field(default=3000, ge=1)
    token_per_minute: int = Field(default=3000, ge=1)
    slow_after_ms: int = Field(default=500, ge=1)
    probe_minutes: int = Field(default=5, ge=1, le=1440)
    worker_metrics_port: int | None = Field(default=None, ge=1, le=65535)
    availability_target: float = Field(default=99.9, ge=0, le=100)
    recommendation_days: int = Field(default=30, ge=1, le=366)
    again_days: int = Field(default=30, ge=1, le=366)
    facts_shards: int = Field(default=8, ge=1, le=64)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_role: str = "agent"
    smtp_url: str | None = None
    sms_url: str | None = None
    sms_token: str | None = None
    robot_base: str | None = None

    @property
    def base_url(self) -> str:
        """Where people reach this installation, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether cookies may be marked Secure."""
        return self.base_url.startswith("https://")

    def signing_key(self) -> bytes:
        """The installation's signing key: `KEFU_SECRET`, or one kept in `var/secret` (0600)."""
        if self.secret:
            return self.secret.encode()
        return _kept_secret(self.var / "secret")


def _kept_secret(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_urlsafe(48).encode())
    return path.read_bytes()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
