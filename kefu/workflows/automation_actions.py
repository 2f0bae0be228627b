"""Actions that any rule may take: tell somebody, give a task, write to a group or by mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast, get_args
from uuid import UUID

from kefu.core.automation import QUEUED, Hit, Outcome, Param, Params, offer_action, skipped
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.core.jobs import enqueue
from kefu.identity import agents_named, department_heads, departments_named, members_of, teams_named
from kefu.notifications import Maker, Notice, Robot, Why, announce, notify_all
from kefu.promises import create_task

NOTICE = "automation.notice"
ROBOT_JOB, MAIL_JOB = "automation.robot", "automation.mail"
SHOWN = 10

announce(
    NOTICE,
    zh="自动化规则提醒",
    en="A rule tells you",
    why=Why(
        zh="自动化规则“{name}”（第 {version} 版）的“通知”动作。",
        en="The action “tell somebody” of the automation rule “{name}”, version {version}.",
        setting="automation",
    ),
)

TO = Param(
    "choice",
    "通知谁",
    "Whom to tell",
    choices=("assignee", "agent", "team", "department_head"),
    words={
        "assignee": ("负责人", "Whoever answers for it"),
        "agent": ("指定的人", "A certain colleague"),
        "team": ("小组全员", "Everybody of a team"),
        "department_head": ("部门负责人", "The head of a department"),
    },
)
AGENT = Param("agent", "人员", "Colleague", required=False)
TEAM = Param("team", "小组", "Team", required=False)
DEPARTMENT = Param("department", "部门", "Department", required=False)


async def check_people(db: Session, params: Params) -> None:
    """Those named are there."""
    named = {
        name: [UUID(params[name])] for name in ("agent", "team", "department") if name in params
    }
    people = await agents_named(db, named.get("agent", []))
    if "agent" in named and not any(one.status != "left" for one in people.values()):
        raise Invalid("There is no such colleague.", field="agent")
    if "team" in named and not await teams_named(db, named["team"]):
        raise Invalid("There is no such team.", field="team")
    if "department" in named and not await departments_named(db, named["department"]):
        raise Invalid("There is no such department.", field="department")


async def check_recipient(db: Session, params: Params) -> None:
    wanted = params["to"].removesuffix("_head")
    if wanted != "assignee" and wanted not in params:
        raise Invalid("Say who.", field=wanted)
    await check_people(db, params)


@offer_action(
    "notify",
    zh="通知",
    en="Tell somebody",
    params={
        "to": TO,
        "agent": AGENT,
        "team": TEAM,
        "department": DEPARTMENT,
        "words": Param("line", "说什么", "What to say", required=False, most=200),
    },
    check=check_recipient,
)
async def tell(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    everybody = await recipients(db, params)
    notices, outcomes = [], {}
    for hit in hits:
        agents = {hit.about.assignee} if params["to"] == "assignee" else everybody
        told = [agent for agent in agents if agent]
        if not told:
            outcomes[hit.run] = skipped("nobody")
        notices += [notice_of(hit, agent, params) for agent in told]
    await notify_all(db, notices)
    return outcomes


async def recipients(db: Session, params: Params) -> set[UUID]:
    if params["to"] == "agent":
        return {UUID(params["agent"])}
    if params["to"] == "team":
        return await members_of(db, UUID(params["team"]))
    if params["to"] == "department_head":
        return set((await department_heads(db, [UUID(params["department"])])).values())
    return set()


def notice_of(hit: Hit, agent: UUID, params: Params) -> Notice:
    told: dict[str, Any] = {
        "rule": hit.rule,
        "name": hit.rule_name,
        "version": hit.rule_version,
    }
    return Notice(
        agent=agent,
        kind=NOTICE,
        subject_kind=hit.subject_kind,
        subject=hit.subject,
        conversation=hit.about.conversation,
        params=told | ({"words": params["words"]} if params.get("words") else {}),
    )


async def check_responsible(db: Session, params: Params) -> None:
    if "agent" not in params and "department" not in params:
        raise Invalid("A task needs a colleague or a department.", field="agent")
    await check_people(db, params)


@offer_action(
    "create_task",
    zh="创建任务",
    en="Give a task",
    params={
        "title": Param("line", "标题", "Title", most=200),
        "note": Param("text", "说明", "Note", required=False, most=2000),
        "agent": AGENT,
        "department": DEPARTMENT,
        "due_minutes": Param(
            "number", "几分钟内完成", "Due in minutes", required=False, least=1, most=525_600
        ),
    },
    check=check_responsible,
)
async def give_task(db: Session, hits: Sequence[Hit], params: Params) -> None:
    minutes = params.get("due_minutes")
    for hit in hits:
        given = {
            "title": params["title"],
            "note": params.get("note", ""),
            "owner_id": UUID(params["agent"]) if "agent" in params else None,
            "department_id": UUID(params["department"]) if "department" in params else None,
            "subject_kind": hit.subject_kind,
            "subject": hit.subject,
            "conversation": hit.about.conversation,
            "customer": hit.about.customer,
            "due_at": now() + timedelta(minutes=minutes) if minutes else None,
        }
        await create_task(db, given, by=None)


async def check_robot(_: Session, params: Params) -> None:
    robot_of(params).check()


@offer_action(
    "robot",
    zh="发到群机器人",
    en="Say it in a group chat",
    params={
        "maker": Param(
            "choice",
            "平台",
            "Platform",
            choices=get_args(Maker),
            words={
                "dingtalk": ("钉钉", "DingTalk"),
                "wecom": ("企业微信", "WeCom"),
                "feishu": ("飞书", "Feishu"),
            },
        ),
        "url": Param("secret", "机器人地址", "Address of the robot", most=500),
        "secret": Param("secret", "加签密钥", "Signing secret", required=False, most=200),
        "words": Param("text", "说什么", "What to say", most=500),
    },
    check=check_robot,
)
async def say_in_group(db: Session, hits: Sequence[Hit], params: Params) -> dict[UUID, Outcome]:
    """One message for all that matched together; the address stays in the rule."""
    await send_later(db, ROBOT_JOB, hits, params)
    return {hit.run: QUEUED for hit in hits}


def robot_of(params: Params) -> Robot:
    return Robot(cast("Maker", params["maker"]), params["url"], params.get("secret"))


async def check_address(_: Session, params: Params) -> None:
    local, _at, host = params["to"].partition("@")
    if not local or "." not in host or " " in params["to"]:
        raise Invalid("This is not an e-mail address.", field="to")


@offer_action(
    "mail",
    zh="发邮件",
    en="Send a mail",
    params={
        "to": Param("address", "收件人", "To", most=254),
        "subject": Param("line", "主题", "Subject", most=150),
        "words": Param("text", "正文", "Text", most=2000),
    },
    check=check_address,
)
async def send_mail(db: Session, hits: Sequence[Hit], params: Params) -> dict[UUID, Outcome]:
    await send_later(db, MAIL_JOB, hits, params)
    return {hit.run: QUEUED for hit in hits}


async def send_later(db: Session, job: str, hits: Sequence[Hit], params: Params) -> None:
    """Put one job into this transaction for the hits of each rule; its key makes it go once."""
    of_rule: dict[UUID, list[Hit]] = defaultdict(list)
    for hit in hits:
        of_rule[hit.rule].append(hit)
    for rule, together in of_rule.items():
        key = uuid7()
        payload = {
            "key": key,
            "rule": rule,
            "name": together[0].rule_name,
            "params": dict(params),
            "count": len(together),
            "conversations": [
                hit.about.conversation for hit in together[:SHOWN] if hit.about.conversation
            ],
        }
        await enqueue(db, job, payload, key=str(key))
