"""Identity: departments, teams, agents, roles, skills, sessions, tokens, links, lock-outs."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = (  # key, Chinese, English, scope
    ("agent", "客服专员", "Agent", "own"),
    ("senior_agent", "高级客服", "Senior agent", "team"),
    ("expert", "业务专家", "Expert", "team"),
    ("shift_leader", "班组长", "Shift leader", "team"),
    ("quality_inspector", "质检员", "Quality inspector", "all"),
    ("trainer", "培训师", "Trainer", "team"),
    ("department_head", "部门主管", "Department head", "all"),
    ("other_department", "协作部门成员", "Member of another department", "own"),
    ("administrator", "管理员", "Administrator", "all"),
    ("auditor", "审计员", "Auditor", "all"),
)


def upgrade() -> None:
    structure()
    people()
    belonging()
    keys()
    op.bulk_insert(
        sa.table(
            "roles",
            sa.column("id", sa.Uuid()),
            *(sa.column(name, sa.Text()) for name in ("key", "name", "name_en", "based_on")),
            sa.column("scope", sa.Text()),
            sa.column("system", sa.Boolean()),
            sa.column("granted", JSONB()),
            sa.column("withheld", JSONB()),
            sa.column("position", sa.Integer()),
        ),
        [
            {
                "id": UUID(f"01900000-0000-7000-8000-{position:012d}"),
                "key": key,
                "name": name,
                "name_en": name_en,
                "based_on": key,
                "scope": scope,
                "system": True,
                "granted": [],
                "withheld": [],
                "position": position,
            }
            for position, (key, name, name_en, scope) in enumerate(ROLES, start=1)
        ],
    )


def structure() -> None:
    op.create_table(
        "departments",
        identifier(),
        text("name", unique=True),
        text("name_sort"),
        reference("parent_id", "departments"),
        sa.Column("head_id", sa.Uuid(), index=True),
        moment("created_at"),
    )
    op.create_table(
        "teams",
        identifier(),
        text("name", unique=True),
        text("name_sort"),
        reference("department_id", "departments", nullable=False),
        reference("parent_id", "teams"),
        sa.Column("head_id", sa.Uuid(), index=True),
        moment("created_at"),
    )
    op.create_table(
        "roles",
        identifier(),
        text("key", unique=True),
        text("name"),
        text("name_en"),
        sa.Column("system", sa.Boolean(), nullable=False),
        text("based_on", nullable=True),
        text("scope"),
        sa.Column("granted", JSONB(), nullable=False),
        sa.Column("withheld", JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("scope in ('own', 'team', 'all')", name="scope"),
    )
    op.create_table(
        "skills", identifier(), text("name", unique=True), text("name_sort"), text("description")
    )


def people() -> None:
    op.create_table(
        "agents",
        identifier(),
        text("name"),
        text("name_sort"),
        text("email", unique=True),
        text("avatar", nullable=True),
        text("status"),
        reference("role_id", "roles", nullable=False),
        reference("department_id", "departments"),
        text("grade"),
        sa.Column("joined_on", sa.Date()),
        sa.Column("languages", JSONB(), nullable=False),
        text("locale"),
        text("theme"),
        sa.Column("preferences", JSONB(), nullable=False),
        text("availability"),
        moment("availability_at"),
        text("password_hash", nullable=True),
        text("totp_secret", nullable=True),
        moment("totp_confirmed_at", nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("recovery_codes", JSONB(), nullable=False),
        text("oidc_subject", nullable=True, unique=True),
        moment("created_at"),
        moment("left_at", nullable=True),
        sa.CheckConstraint(
            "grade in ('trainee', 'junior', 'middle', 'senior', 'expert')", name="grade"
        ),
        sa.CheckConstraint(
            "availability in ('online', 'busy', 'away', 'offline')", name="availability"
        ),
        sa.CheckConstraint("status in ('invited', 'active', 'left')", name="status"),
    )
    op.create_index("ix_agents_name_sort_id", "agents", ["name_sort", "id"])
    op.create_foreign_key(
        op.f("fk_departments_head_id_agents"), "departments", "agents", ["head_id"], ["id"]
    )
    op.create_foreign_key(op.f("fk_teams_head_id_agents"), "teams", "agents", ["head_id"], ["id"])


def belonging() -> None:
    op.create_table(
        "agent_teams",
        sa.Column("agent_id", sa.Uuid(), sa.ForeignKey("agents.id"), primary_key=True),
        sa.Column(
            "team_id",
            sa.Uuid(),
            sa.ForeignKey("teams.id", ondelete="CASCADE"),
            primary_key=True,
            index=True,
        ),
    )
    op.create_table(
        "agent_skills",
        sa.Column("agent_id", sa.Uuid(), sa.ForeignKey("agents.id"), primary_key=True),
        sa.Column(
            "skill_id",
            sa.Uuid(),
            sa.ForeignKey("skills.id", ondelete="CASCADE"),
            primary_key=True,
            index=True,
        ),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level between 1 and 5", name="level"),
    )


def keys() -> None:
    op.create_table(
        "sessions",
        identifier(),
        reference("agent_id", "agents", nullable=False),
        text("token_hash", unique=True),
        text("address", nullable=True),
        text("browser", nullable=True),
        text("way"),
        moment("created_at"),
        moment("seen_at"),
        moment("ended_at", nullable=True),
    )
    op.create_table(
        "tokens",
        identifier(),
        reference("agent_id", "agents", nullable=False),
        text("name"),
        text("prefix"),
        text("token_hash", unique=True),
        sa.Column("scopes", JSONB(), nullable=False),
        moment("created_at"),
        moment("expires_at", nullable=True),
        moment("used_at", nullable=True),
        moment("revoked_at", nullable=True),
    )
    op.create_table(
        "links",
        identifier(),
        text("purpose"),
        text("token_hash", unique=True),
        reference("agent_id", "agents"),
        sa.Column("created_by", sa.Uuid(), sa.ForeignKey("agents.id")),
        moment("created_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        sa.CheckConstraint(
            "purpose in ('first_administrator', 'invitation', 'password_reset')", name="purpose"
        ),
    )
    op.create_table(
        "lockouts",
        identifier(),
        text("kind"),
        text("value_hash"),
        sa.Column("failures", sa.Integer(), nullable=False),
        moment("failed_at"),
        moment("until", nullable=True),
        sa.UniqueConstraint("kind", "value_hash"),
    )
    op.create_table(
        "failed_sign_ins",
        identifier(),
        text("address", nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    )
    op.create_table(
        "about_page",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("texts", JSONB(), nullable=False),
        moment("changed_at"),
    )


def identifier() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def text(name: str, *, nullable: bool = False, unique: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, unique=unique)


def reference(name: str, table: str, *, nullable: bool = True) -> sa.Column[UUID]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=nullable, index=True)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def downgrade() -> None:
    op.drop_constraint("fk_departments_head_id_agents", "departments")
    op.drop_constraint("fk_teams_head_id_agents", "teams")
    for table in (
        *(
            "about_page",
            "failed_sign_ins",
            "lockouts",
            "links",
            "tokens",
            "sessions",
            "agent_skills",
            "agent_teams",
        ),
        *("agents", "skills", "roles", "teams", "departments"),
    ):
        op.drop_table(table)
