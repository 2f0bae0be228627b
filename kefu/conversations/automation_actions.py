"""What rules may do with conversations; they act for the product, in nobody's name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kefu.conversations.access import locked_conversation
from kefu.conversations.assignment import transfer
from kefu.conversations.batch import Outgoing
from kefu.conversations.filling_in import filled_in, values_for
from kefu.conversations.labels import check_labels, labels_on, put_labels
from kefu.conversations.lifecycle import LEGAL, close, prioritise, snooze
from kefu.conversations.model import Conversation, Kind, Sender, Status
from kefu.conversations.model_tools import CannedReply
from kefu.conversations.saying import say_in
from kefu.conversations.screening import screened
from kefu.core.automation import DONE, Hit, Outcome, Param, Params, offer_action, skipped
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import Invalid
from kefu.core.ids import uuid7
from kefu.identity import agents_named, teams_named

ON = ("conversation",)
WRITABLE = (Status.BOT, Status.WAITING, Status.ACTIVE, Status.WRAPPING_UP)
TEXT_LIMIT = 2000
LABEL = {"label": Param("label", "标签", "Label")}
Each = Callable[[Conversation, Hit], Awaitable[Outcome]]


async def each(db: Session, hits: Sequence[Hit], act: Each) -> dict[UUID, Outcome]:
    """Call `act` with each conversation, locked in one order for everybody."""
    outcomes = {}
    for hit in sorted(hits, key=lambda hit: hit.subject):
        outcomes[hit.run] = await act(await locked_conversation(db, hit.subject), hit)
        await db.flush()
    return outcomes


async def check_label(db: Session, params: Params) -> None:
    try:
        await check_labels(db, {UUID(params["label"])})
    except Invalid as refusal:
        refusal.field = "label"
        raise


@offer_action(
    "conversation.label",
    zh="加标签",
    en="Put a label",
    subjects=ON,
    params=LABEL,
    check=check_label,
)
async def label(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    async def act(conversation: Conversation, _: Hit) -> Outcome:
        worn = await labels_on(db, conversation.id)
        await put_labels(db, conversation, sorted(worn | {UUID(params["label"])}), by=None)
        return DONE

    return await each(db, hits, act)


@offer_action(
    "conversation.unlabel",
    zh="去掉标签",
    en="Take a label off",
    subjects=ON,
    params=LABEL,
    check=check_label,
)
async def unlabel(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    async def act(conversation: Conversation, _: Hit) -> Outcome:
        worn = await labels_on(db, conversation.id)
        await put_labels(db, conversation, sorted(worn - {UUID(params["label"])}), by=None)
        return DONE

    return await each(db, hits, act)


@offer_action(
    "conversation.priority",
    zh="设置优先级",
    en="Set the priority",
    subjects=ON,
    params={
        "priority": Param(
            "choice",
            "优先级",
            "Priority",
            choices=("0", "1", "2", "3"),
            words={
                "0": ("低", "Low"),
                "1": ("普通", "Normal"),
                "2": ("高", "High"),
                "3": ("紧急", "Urgent"),
            },
        )
    },
)
async def press(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    async def act(conversation: Conversation, _: Hit) -> Outcome:
        await prioritise(db, conversation, int(params["priority"]), by=None)
        return DONE

    return await each(db, hits, act)


async def check_goal(db: Session, params: Params) -> None:
    if "agent" not in params and "team" not in params:
        raise Invalid("Choose an agent or a team.", field="team")
    if "agent" in params:
        people = await agents_named(db, [UUID(params["agent"])])
        if not any(one.status == "active" for one in people.values()):
            raise Invalid("There is no such colleague at work here.", field="agent")
    if "team" in params and not await teams_named(db, [UUID(params["team"])]):
        raise Invalid("There is no such team.", field="team")


@offer_action(
    "conversation.assign",
    zh="分配给小组或客服",
    en="Hand it to a team or an agent",
    subjects=ON,
    params={
        "team": Param("team", "小组", "Team", required=False),
        "agent": Param("agent", "客服", "Agent", required=False),
    },
    check=check_goal,
)
async def assign(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    agent = UUID(params["agent"]) if "agent" in params else None
    team = UUID(params["team"]) if "team" in params else None

    async def act(conversation: Conversation, hit: Hit) -> Outcome:
        if not conversation.is_open():
            return skipped("closed")
        if conversation.assignee_id == agent and conversation.team_id == (
            team or conversation.team_id
        ):
            return skipped("already_there")
        await transfer(
            db,
            conversation,
            by=None,
            assignee=agent,
            team=team,
            summary=hit.rule_name,
            reason="other",
        )
        return DONE

    return await each(db, hits, act)


@offer_action(
    "conversation.note",
    zh="写内部备注",
    en="Write a note",
    subjects=ON,
    params={"text": Param("text", "备注", "Note", most=TEXT_LIMIT)},
)
async def note(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    async def act(conversation: Conversation, _: Hit) -> Outcome:
        await say_in(db, conversation, said(conversation, Sender.SYSTEM, Kind.NOTE, params["text"]))
        return DONE

    return await each(db, hits, act)


@offer_action(
    "conversation.send",
    zh="给客户发消息",
    en="Write to the customer",
    subjects=ON,
    params={"text": Param("text", "消息", "Message", most=TEXT_LIMIT)},
)
async def send(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    async def act(conversation: Conversation, _: Hit) -> Outcome:
        return await write(db, conversation, params["text"])

    return await each(db, hits, act)


async def check_canned_reply(db: Session, params: Params) -> None:
    if await shared_reply(db, params) is None:
        raise Invalid("There is no such canned reply for everybody.", field="canned_reply")


@offer_action(
    "conversation.canned_reply",
    zh="发快捷回复",
    en="Send a canned reply",
    subjects=ON,
    params={"canned_reply": Param("canned_reply", "快捷回复", "Canned reply")},
    check=check_canned_reply,
)
async def send_canned(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    """A variable that stands for nothing here keeps the message back."""
    reply = await shared_reply(db, params)
    if reply is None:
        return {hit.run: skipped("reply_gone") for hit in hits}

    async def act(conversation: Conversation, _: Hit) -> Outcome:
        text, missing = filled_in(reply.text, await values_for(db, conversation, by=None))
        return skipped("missing_variable") if missing else await write(db, conversation, text)

    return await each(db, hits, act)


async def shared_reply(db: Session, params: Params) -> CannedReply | None:
    """The reply, if it is not an agent's own."""
    found: CannedReply | None = await db.scalar(
        select(CannedReply).where(
            CannedReply.id == UUID(params["canned_reply"]), CannedReply.agent_id.is_(None)
        )
    )
    return found


@offer_action(
    "conversation.snooze",
    zh="搁置",
    en="Set it aside",
    subjects=ON,
    params={
        "minutes": Param("number", "几分钟", "Minutes", least=1, most=60 * 24 * 90),
    },
)
async def put_aside(db: Session, hits: Sequence[Hit], params: Params) -> Mapping[UUID, Outcome]:
    until = now() + timedelta(minutes=params["minutes"])

    async def act(conversation: Conversation, _: Hit) -> Outcome:
        if Status.SNOOZED not in LEGAL[conversation.status]:
            return skipped(conversation.status)
        await snooze(db, conversation, until, by=None)
        return DONE

    return await each(db, hits, act)


@offer_action("conversation.close", zh="结束会话", en="Close it", subjects=ON)
async def end(db: Session, hits: Sequence[Hit], _: Params) -> Mapping[UUID, Outcome]:
    async def act(conversation: Conversation, _: Hit) -> Outcome:
        if not conversation.is_open():
            return skipped("closed")
        await close(db, conversation, by=None, reason="automation")
        return DONE

    return await each(db, hits, act)


async def write(db: Session, conversation: Conversation, text: str) -> Outcome:
    """As the product itself, and only where the customer would see it in an open talk."""
    if conversation.status not in WRITABLE:
        return skipped(conversation.status)
    message = screened(said(conversation, Sender.BOT, Kind.TEXT, text))
    await say_in(db, conversation, message)
    return DONE


def said(conversation: Conversation, sender: Sender, kind: Kind, text: str) -> Outgoing:
    return Outgoing(
        id=uuid7(),
        conversation=conversation.id,
        sender_type=sender,
        sender_id=None,
        kind=kind,
        text=text,
        content={"automation": True},
    )
