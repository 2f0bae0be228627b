"""People of the demo shop: three departments, four teams, twelve agents over all roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy import insert, select

from kefu.core.db import Session
from kefu.core.events import record
from kefu.core.ids import uuid7
from kefu.core.pinyin import sort_key
from kefu.identity.events import AgentJoined
from kefu.identity.model import (
    Agent,
    AgentSkill,
    AgentTeam,
    Department,
    Grade,
    Role,
    Skill,
    Team,
)
from kefu.identity.passwords import password_hash

PASSWORD = "kefu-demo-2026"  # noqa: S105 - printed at the start of the demo
SERVICE, LOGISTICS, TECHNOLOGY = "客户服务部", "物流部", "技术部"
PRESALES, AFTERSALES, PARCELS, SUPPORT = "售前咨询组", "售后服务组", "物流协同组", "技术支持组"
TEAMS = {PRESALES: SERVICE, AFTERSALES: SERVICE, PARCELS: LOGISTICS, SUPPORT: TECHNOLOGY}
SKILLS = ("订单查询", "退换货", "物流跟踪", "账户安全", "产品安装", "英语服务")

Thing = TypeVar("Thing", Department, Team, Skill)


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    role: str
    department: str
    team: str | None
    grade: Grade
    joined: date
    skills: dict[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ("zh-CN",)


PEOPLE = (
    Person("admin", "沈岚", "administrator", SERVICE, None, "senior", date(2021, 3, 1)),
    Person("zhou", "周敏", "department_head", SERVICE, None, "expert", date(2019, 6, 10)),
    Person(
        *("zhao", "赵磊", "shift_leader", SERVICE, PRESALES, "senior", date(2020, 9, 1)),
        {"订单查询": 5, "产品安装": 4},
    ),
    Person(
        *("chen", "陈静", "shift_leader", SERVICE, AFTERSALES, "senior", date(2020, 2, 17)),
        {"退换货": 5, "账户安全": 4, "英语服务": 3},
        ("zh-CN", "en"),
    ),
    Person(
        *("lin", "林晓", "agent", SERVICE, PRESALES, "junior", date(2025, 7, 1)),
        {"订单查询": 3, "产品安装": 2},
    ),
    Person(
        *("liu", "刘洋", "agent", SERVICE, AFTERSALES, "middle", date(2024, 4, 8)),
        {"退换货": 3, "物流跟踪": 3},
    ),
    Person(
        *("sun", "孙倩", "senior_agent", SERVICE, AFTERSALES, "senior", date(2022, 5, 16)),
        {"退换货": 5, "账户安全": 3, "英语服务": 4},
        ("zh-CN", "en"),
    ),
    Person(
        *("huang", "黄建国", "expert", TECHNOLOGY, SUPPORT, "expert", date(2018, 11, 5)),
        {"产品安装": 5, "账户安全": 5},
    ),
    Person("wu", "吴婷", "quality_inspector", SERVICE, None, "senior", date(2021, 8, 23)),
    Person("xu", "徐丽", "trainer", SERVICE, None, "senior", date(2020, 12, 7)),
    Person(
        *("he", "何伟", "other_department", LOGISTICS, PARCELS, "middle", date(2023, 1, 9)),
        {"物流跟踪": 5},
    ),
    Person("guo", "郭敏", "auditor", TECHNOLOGY, None, "senior", date(2022, 10, 11)),
)


async def load_demo(db: Session) -> list[str]:
    """Make what is missing; returns one line for each account that can sign in."""
    departments = {name: await kept(db, Department, name) for name in sorted(set(TEAMS.values()))}
    teams = {
        name: await kept(db, Team, name, department_id=departments[place].id)
        for name, place in TEAMS.items()
    }
    skills = {name: await kept(db, Skill, name, description="") for name in SKILLS}
    roles = {role.key: role for role in await db.scalars(select(Role))}
    password = await password_hash(PASSWORD)
    known = set(await db.scalars(select(Agent.email)))
    for person in PEOPLE:
        if email_of(person) in known:
            continue
        agent = hired(person, roles[person.role], departments[person.department], password)
        db.add(agent)
        await db.flush()
        await place(db, agent, person, teams=teams, skills=skills)
    await put_heads(db, departments, teams)
    return [
        f"{email_of(person):<20} {PASSWORD}  {person.name} {roles[person.role].name}"
        for person in PEOPLE
    ]


async def kept(db: Session, table: type[Thing], name: str, **more: object) -> Thing:
    """The thing of this name, made if need be."""
    found = await db.scalar(select(table).where(table.name == name))
    if found is None:
        found = table(id=uuid7(), name=name, name_sort=sort_key(name), **more)
        db.add(found)
        await db.flush()
    return found


def hired(person: Person, role: Role, department: Department, password: str) -> Agent:
    return Agent(
        id=uuid7(),
        name=person.name,
        name_sort=sort_key(person.name),
        email=email_of(person),
        role_id=role.id,
        department_id=department.id,
        grade=person.grade,
        joined_on=person.joined,
        languages=list(person.languages),
        password_hash=password,
    )


async def place(
    db: Session,
    agent: Agent,
    person: Person,
    *,
    teams: dict[str, Team],
    skills: dict[str, Skill],
) -> None:
    if person.team:
        row = {"agent_id": agent.id, "team_id": teams[person.team].id}
        await db.execute(insert(AgentTeam), [row])
    levels = [
        {"agent_id": agent.id, "skill_id": skills[name].id, "level": level}
        for name, level in person.skills.items()
    ]
    if levels:
        await db.execute(insert(AgentSkill), levels)
    await record(db, AgentJoined(subject=agent.id, role=agent.role_id))


async def put_heads(
    db: Session, departments: dict[str, Department], teams: dict[str, Team]
) -> None:
    """Heads, where nobody has been chosen yet."""
    rows = await db.execute(select(Agent.email, Agent.id))
    ids = {email.removesuffix("@demo.kefu"): identifier for email, identifier in rows}
    heads = {SERVICE: "zhou", PRESALES: "zhao", AFTERSALES: "chen", PARCELS: "he", SUPPORT: "huang"}
    for name, thing in (departments | teams).items():
        if thing.head_id is None and name in heads:
            thing.head_id = ids[heads[name]]
    await db.flush()


def email_of(person: Person) -> str:
    return f"{person.login}@demo.kefu"
