"""Shapes of requests and answers of identity."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints

from kefu.core.shapes import Shape
from kefu.identity.model import Availability, Grade, Locale, Purpose, Scope, Status, Theme

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"


def email_of(value: str) -> str:
    """An address that could exist, in the one spelling in which it is kept and compared."""
    try:
        return validate_email(value, check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise ValueError("This is not an e-mail address.") from error


Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=ONE_LINE)]
Name = Annotated[Line, StringConstraints(min_length=1, max_length=80)]
Email = Annotated[Line, AfterValidator(email_of)]
Password = Annotated[str, StringConstraints(max_length=200)]
Code = Annotated[Line, StringConstraints(max_length=40)]
Permission = Annotated[str, StringConstraints(max_length=60)]
Language = Annotated[
    str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", max_length=20)
]
Picture = Annotated[
    str, StringConstraints(pattern=r"^(https://|/api/v1/files/)[!-~]*$", max_length=500)
]
Languages = Annotated[list[Language], Field(min_length=1, max_length=20)]
Teams = Annotated[list[UUID], Field(max_length=50)]
Permissions = Annotated[list[Permission], Field(max_length=500)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Named(BaseModel):
    id: UUID
    name: str


class RoleName(Named):
    key: str
    name_en: str


class SkillLevel(Named):
    level: int


class HeldSkill(Shape):
    id: UUID
    level: int = Field(ge=1, le=5)


class SignIn(Shape):
    email: Line
    password: Annotated[str, StringConstraints(max_length=1000)]
    code: Code | None = None


class Ways(BaseModel):
    """How one may sign in here."""

    password: bool
    oidc: str | None


class Me(BaseModel):
    id: UUID
    name: str
    email: str
    avatar: str | None
    role: str
    role_name: RoleName
    permissions: list[str]
    scope: Scope
    teams: list[Named]
    locale: Locale
    theme: Theme
    preferences: dict[str, Any]
    availability: Availability
    two_factor: bool


class Profile(Me):
    """One's own profile: what the session says, and what only the profile page shows."""

    grade: Grade
    joined_on: date | None
    languages: list[str]
    recovery_codes_left: int
    has_password: bool


class SignedInAs(BaseModel):
    agent: Me
    csrf: str


class CurrentSession(BaseModel):
    agent: Me


class LinkView(BaseModel):
    """What a one-time link is for."""

    purpose: Purpose
    name: str | None
    email: str | None
    expires_at: datetime


class SetUp(Shape):
    name: Name | None = None
    email: Email | None = None
    password: Password


class Preferences(Shape):
    """What a person set for themselves; only what is given changes."""

    sound: bool | None = None
    desktop: bool | None = None
    shortcuts: bool | None = None
    enter_sends: bool | None = None
    list_density: Literal["comfortable", "compact"] | None = None
    quiet_from: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = (
        None
    )
    quiet_to: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    panels: dict[Annotated[str, StringConstraints(max_length=40)], bool] | None = Field(
        default=None, max_length=40
    )


class ProfileChange(Shape):
    name: Name = ""
    avatar: Picture | None = None
    locale: Locale = "zh-CN"
    theme: Theme = "system"
    availability: Availability = "offline"
    preferences: Preferences = Field(default_factory=Preferences)


class PasswordChange(Shape):
    current_password: Annotated[str, StringConstraints(max_length=1000)]
    new_password: Password


class PasswordProof(Shape):
    password: Annotated[str, StringConstraints(max_length=1000)]


class CodeProof(Shape):
    code: Code


class Enrolled(BaseModel):
    secret: str
    uri: str
    svg: str


class RecoveryCodes(BaseModel):
    recovery_codes: list[str]


class SessionRow(BaseModel):
    id: UUID
    address: str | None
    browser: str | None
    way: str
    created_at: datetime
    seen_at: datetime
    current: bool


class AgentFilter(Shape):
    """Which agents to list; without a status: all who have not left."""

    q: Annotated[Line, StringConstraints(max_length=80)] | None = None
    status: Status | None = None
    team: UUID | None = None
    department: UUID | None = None
    role: Annotated[Line, StringConstraints(max_length=40)] | None = None
    skill: UUID | None = None
    cursor: Annotated[str, StringConstraints(max_length=400)] | None = None
    limit: int = Field(default=25, ge=1, le=100)


class AgentRow(BaseModel):
    id: UUID
    name: str
    email: str
    avatar: str | None
    status: Status
    role: RoleName
    department: Named | None
    teams: list[Named]
    skills: list[SkillLevel]
    grade: Grade
    joined_on: date | None
    tenure_days: int | None
    languages: list[str]
    locale: Locale
    availability: Availability
    availability_at: datetime
    two_factor: bool


class AgentChange(Shape):
    """Only what is given changes; null empties where that makes sense."""

    name: Name = ""
    email: Email = ""
    avatar: Picture | None = None
    role_id: UUID = UUID(int=0)
    department_id: UUID | None = None
    team_ids: Teams = Field(default_factory=list)
    skills: list[HeldSkill] = Field(default_factory=list, max_length=100)
    grade: Grade = "junior"
    joined_on: date | None = None
    languages: Languages = Field(default_factory=list)


class NewInvitation(Shape):
    name: Name
    email: Email
    role_id: UUID
    department_id: UUID | None = None
    team_ids: Teams = Field(default_factory=list)
    locale: Locale = "zh-CN"


class LinkRow(BaseModel):
    """Shown this once; to be handed over by the administrator."""

    url: str
    expires_at: datetime


class Invited(BaseModel):
    agent: AgentRow
    link: LinkRow


class DepartmentRow(Named):
    parent_id: UUID | None
    head_id: UUID | None


class NewDepartment(Shape):
    name: Name
    parent_id: UUID | None = None
    head_id: UUID | None = None


class DepartmentChange(Shape):
    name: Name = ""
    parent_id: UUID | None = None
    head_id: UUID | None = None


class TeamRow(DepartmentRow):
    department_id: UUID
    members: int


class NewTeam(NewDepartment):
    department_id: UUID


class TeamChange(DepartmentChange):
    department_id: UUID = UUID(int=0)


class RoleRow(RoleName):
    system: bool
    scope: Scope
    permissions: list[str]
    holders: int


class NewRole(Shape):
    name: Name
    name_en: Name | None = None
    scope: Scope
    permissions: Permissions


class RoleChange(Shape):
    name: Name = ""
    name_en: Name = ""
    scope: Scope = "own"
    permissions: Permissions = Field(default_factory=list)


class PermissionRow(BaseModel):
    """A permission, who holds it unless edited, and the routes it opens."""

    permission: str
    roles: list[str]
    routes: list[str]


class SkillRow(Named):
    description: str


class NewSkill(Shape):
    name: Name
    description: Paragraph = ""


class SkillChange(Shape):
    name: Name = ""
    description: Paragraph = ""


class TokenRow(Named):
    prefix: str
    scopes: list[str]
    agent: Named
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class NewToken(Shape):
    name: Name
    scopes: Annotated[Permissions, Field(min_length=1)]
    expires_at: AwareDatetime | None = None


class MadeToken(BaseModel):
    """The token in full, shown this once."""

    token: str
    row: TokenRow


class AboutText(Shape):
    mission: Annotated[Paragraph, StringConstraints(min_length=1)]
    functions: list[Annotated[Line, StringConstraints(min_length=1)]] = Field(max_length=30)
    contact_hours: Annotated[Line, StringConstraints(min_length=1)]


class About(Shape):
    zh_cn: AboutText = Field(alias="zh-CN")
    en: AboutText
