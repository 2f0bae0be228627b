"""Tables of identity: who works here, where, with which rights, and what lets them in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kefu.core.clock import now
from kefu.core.db import Base
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key

Scope = Literal["own", "team", "all"]
Grade = Literal["trainee", "junior", "middle", "senior", "expert"]
Availability = Literal["online", "busy", "away", "offline"]
Status = Literal["invited", "active", "left"]
Locale = Literal["zh-CN", "en"]
Theme = Literal["system", "light", "dark"]
Purpose = Literal["first_administrator", "invitation", "password_reset"]

SESSION_LIFE = timedelta(days=30)
SESSION_IDLE = timedelta(days=7)


def one_of(column: str, values: Any) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in get_args(values))
    return CheckConstraint(f"{column} in ({listed})", name=column)


class Department(Base):
    __tablename__ = "departments"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    name_sort: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    head_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("agents.id", name="fk_departments_head_id_agents", use_alter=True), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now)


class Team(Base):
    __tablename__ = "teams"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    name_sort: Mapped[str] = mapped_column(Text)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"), index=True)
    head_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("agents.id", name="fk_teams_head_id_agents", use_alter=True), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=now)


class Role(Base):
    """A bundle of permissions: what the code grants to `based_on`, plus and minus what was edited.

    Only the difference is stored, so that a release with a new permission reaches every
    installation without overwriting what its administrator decided.
    """

    __tablename__ = "roles"
    __table_args__ = (one_of("scope", Scope),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    system: Mapped[bool] = mapped_column(default=False)
    based_on: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[Scope] = mapped_column(Text)
    granted: Mapped[list[str]] = mapped_column(default=list)
    withheld: Mapped[list[str]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=100)


class Skill(Base):
    __tablename__ = "skills"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text, unique=True)
    name_sort: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")


class Agent(Base):
    """A person who works with Kefu: invited, active, or gone (their traces stay)."""

    __tablename__ = "agents"
    __table_args__ = (
        one_of("grade", Grade),
        one_of("availability", Availability),
        one_of("status", Status),
        Index("ix_agents_name_sort_id", "name_sort", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text)
    name_sort: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text, unique=True)
    avatar: Mapped[str | None] = mapped_column(Text)
    status: Mapped[Status] = mapped_column(Text, default="active")
    role_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id"), index=True)
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    grade: Mapped[Grade] = mapped_column(Text, default="junior")
    joined_on: Mapped[date | None]
    languages: Mapped[list[str]] = mapped_column(default=lambda: ["zh-CN"])
    locale: Mapped[Locale] = mapped_column(Text, default="zh-CN")
    theme: Mapped[Theme] = mapped_column(Text, default="system")
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    availability: Mapped[Availability] = mapped_column(Text, default="offline")
    availability_at: Mapped[datetime] = mapped_column(default=now)
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_confirmed_at: Mapped[datetime | None]
    totp_step: Mapped[int] = mapped_column(default=0)
    recovery_codes: Mapped[list[str]] = mapped_column(default=list)
    oidc_subject: Mapped[str | None] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    left_at: Mapped[datetime | None]

    def rename(self, name: str) -> None:
        self.name, self.name_sort = name, sort_key(name)

    def is_active(self) -> bool:
        return self.status == "active"

    def wants_code(self) -> bool:
        """Whether signing in takes a second step."""
        return self.totp_confirmed_at is not None

    def tenure_days(self, today: date) -> int | None:
        """Days since the person joined; nothing when the day is not known."""
        return (today - self.joined_on).days if self.joined_on else None


class AgentTeam(Base):
    __tablename__ = "agent_teams"

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(
        ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AgentSkill(Base):
    __tablename__ = "agent_skills"
    __table_args__ = (CheckConstraint("level between 1 and 5", name="level"),)

    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    skill_id: Mapped[UUID] = mapped_column(
        ForeignKey("skills.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    level: Mapped[int]


class AgentSession(Base):
    """A browser that is signed in; the cookie holds the token, the row only its hash."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    address: Mapped[str | None] = mapped_column(Text)
    browser: Mapped[str | None] = mapped_column(Text)
    way: Mapped[str] = mapped_column(Text, default="password")
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class Token(Base):
    """A key for a program: acts for its agent, within its scopes."""

    __tablename__ = "tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey("agents.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Link(Base):
    """A one-time link that an administrator hands over."""

    __tablename__ = "links"
    __table_args__ = (one_of("purpose", Purpose),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    purpose: Mapped[Purpose] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"), index=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("agents.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    def is_open(self, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at


class Lockout(Base):
    """How often a sign-in failed in a row, per account and per address."""

    __tablename__ = "lockouts"
    __table_args__ = (UniqueConstraint("kind", "value_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str] = mapped_column(Text)
    value_hash: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime]
    until: Mapped[datetime | None]


class FailedSignIn(Base):
    """Where a refused sign-in came from; the fact itself holds no address."""

    __tablename__ = "failed_sign_ins"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    address: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)


class AboutPage(Base):
    """What the department is for, in both languages (one row, made at the first change)."""

    __tablename__ = "about_page"

    id: Mapped[int] = mapped_column(primary_key=True, default=1, autoincrement=False)
    texts: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime] = mapped_column(default=now)
