"""What identity tells: people, teams, roles and keys that came, changed or went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kefu.core.events import Event


@dataclass(frozen=True, kw_only=True)
class DepartmentCreated(Event):
    kind: ClassVar[str] = "department.created"


@dataclass(frozen=True, kw_only=True)
class DepartmentChanged(Event):
    kind: ClassVar[str] = "department.changed"
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DepartmentRemoved(Event):
    kind: ClassVar[str] = "department.removed"


@dataclass(frozen=True, kw_only=True)
class TeamCreated(Event):
    kind: ClassVar[str] = "team.created"


@dataclass(frozen=True, kw_only=True)
class TeamChanged(Event):
    kind: ClassVar[str] = "team.changed"
    changed: tuple[str, ...]

    def audience(self) -> list[str]:
        return [f"team:{self.subject}"]


@dataclass(frozen=True, kw_only=True)
class TeamRemoved(Event):
    kind: ClassVar[str] = "team.removed"

    def audience(self) -> list[str]:
        return [f"team:{self.subject}"]


@dataclass(frozen=True, kw_only=True)
class AgentInvited(Event):
    kind: ClassVar[str] = "agent.invited"
    role: UUID


@dataclass(frozen=True, kw_only=True)
class AgentJoined(Event):
    kind: ClassVar[str] = "agent.joined"
    role: UUID

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class AgentChanged(Event):
    """Something about an agent changed."""

    kind: ClassVar[str] = "agent.changed"
    changed: tuple[str, ...]

    def audience(self) -> list[str]:
        return [f"agent:{self.subject}"]


@dataclass(frozen=True, kw_only=True)
class AgentLeft(Event):
    """The agent no longer works here: sessions and tokens are void, sockets close."""

    kind: ClassVar[str] = "agent.left"

    def audience(self) -> list[str]:
        return [f"agent:{self.subject}", "agents"]


@dataclass(frozen=True, kw_only=True)
class AgentReturned(Event):
    kind: ClassVar[str] = "agent.returned"


@dataclass(frozen=True, kw_only=True)
class AvailabilityChanged(Event):
    kind: ClassVar[str] = "agent.availability"
    availability: str

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class RoleCreated(Event):
    kind: ClassVar[str] = "role.created"


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event):
    """What holders of the role may do has changed."""

    kind: ClassVar[str] = "role.changed"
    changed: tuple[str, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def audience(self) -> list[str]:
        return ["agents"]


@dataclass(frozen=True, kw_only=True)
class RoleRemoved(Event):
    kind: ClassVar[str] = "role.removed"


@dataclass(frozen=True, kw_only=True)
class SkillCreated(Event):
    kind: ClassVar[str] = "skill.created"


@dataclass(frozen=True, kw_only=True)
class SkillChanged(Event):
    kind: ClassVar[str] = "skill.changed"


@dataclass(frozen=True, kw_only=True)
class SkillRemoved(Event):
    kind: ClassVar[str] = "skill.removed"


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    kind: ClassVar[str] = "session.started"
    session: UUID
    way: str


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    """`subject` is the agent tried, or the lock-out row where no such account exists."""

    kind: ClassVar[str] = "session.refused"
    reason: str
    failures: int
    attempt: UUID


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Event):
    """`subject` is the agent; the sockets of `session` close."""

    kind: ClassVar[str] = "session.ended"
    session: UUID
    reason: str

    def audience(self) -> list[str]:
        return [f"agent:{self.subject}"]


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    kind: ClassVar[str] = "password.changed"
    way: str


@dataclass(frozen=True, kw_only=True)
class TotpEnabled(Event):
    kind: ClassVar[str] = "totp.enabled"


@dataclass(frozen=True, kw_only=True)
class TotpDisabled(Event):
    kind: ClassVar[str] = "totp.disabled"


@dataclass(frozen=True, kw_only=True)
class RecoveryCodeUsed(Event):
    kind: ClassVar[str] = "totp.recovered"
    left: int


@dataclass(frozen=True, kw_only=True)
class LinkIssued(Event):
    """A one-time link was made; `subject` is the agent it is for, or the link itself."""

    kind: ClassVar[str] = "link.issued"
    link: UUID
    purpose: str


@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    kind: ClassVar[str] = "token.created"
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """`subject` is the token; sockets opened with it close."""

    kind: ClassVar[str] = "token.revoked"
    agent: UUID

    def audience(self) -> list[str]:
        return [f"agent:{self.agent}"]


@dataclass(frozen=True, kw_only=True)
class AboutChanged(Event):
    kind: ClassVar[str] = "about.changed"
