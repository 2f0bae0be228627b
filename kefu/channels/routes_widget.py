"""The widget's routes: a visitor's session, conversation, messages, context and rating."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, UploadFile

from kefu.channels.asking import ask_for_human, leave_message
from kefu.channels.contexts import browser_of, keep_context
from kefu.channels.doorstep import (
    DoorstepRoute,
    EnteredInbox,
    EnteredVisitor,
    ReadingVisitor,
    address_of,
    entered_inbox,
    entered_visitor,
    pace_visitor,
)
from kefu.channels.hours import is_staffed
from kefu.channels.schemas import (
    Acknowledged,
    ContextBody,
    HumanBody,
    MessageBody,
    MessagesShown,
    OfflineBody,
    OpenBody,
    OpenedShown,
    RatingBody,
    SessionBody,
    SessionShown,
    VisitorConversation,
    WidgetConfig,
    WidgetFile,
)
from kefu.channels.showing import PAGE, config_of, messages_for_visitor, shown_conversation
from kefu.channels.tokens import issue_visitor_token
from kefu.channels.visitors import (
    Introduced,
    Visitor,
    current_conversation,
    opened_conversation,
    visitor_with,
    welcome,
)
from kefu.conversations import (
    Conversation,
    Outgoing,
    Stored,
    check_not_shut,
    content_of,
    conversation_for_visitor,
    keep,
    outgoing,
    rate,
    say_in,
    storage_of,
    write_down,
)
from kefu.core.clock import now
from kefu.core.db import Session
from kefu.core.errors import NotFound
from kefu.core.http import Db
from kefu.core.paging import Limit

router = APIRouter(prefix="/api/v1/widget/{inbox}", tags=["widget"], route_class=DoorstepRoute)
Seq = Annotated[int | None, Query(ge=0, le=2**31 - 1)]


@router.options("/{path:path}", include_in_schema=False)
async def preflight(request: Request, db: Db, inbox: UUID, path: str) -> Response:  # noqa: ARG001 - any path
    """Tell a browser whether its page may ask."""
    await entered_inbox(request, db, inbox)
    return Response(status_code=204)


@router.get("/config")
async def show_config(request: Request, db: Db, inbox: EnteredInbox) -> WidgetConfig:
    """What the widget must know before anybody says a word."""
    return config_of(inbox, request.app.state.settings, is_open=await is_staffed(db, inbox))


@router.post("/session")
async def begin_session(
    request: Request, db: Db, inbox: EnteredInbox, body: SessionBody
) -> SessionShown:
    """Come in: with the token of last time, the shop's signed identity, or as a stranger."""
    chosen = request.app.state.settings
    known = None
    if body.token is not None:
        known = await visitor_with(db, inbox, body.token, key=chosen.signing_key())
        pace_visitor(request, known)
    said = Introduced(**body.identity.model_dump()) if body.identity else None
    visitor = await welcome(db, inbox, known, said, locale=body.locale)
    conversation = await current_conversation(db, visitor)
    news = session_context(request, body)
    await keep_context(db, visitor.customer, inbox, conversation, news)
    messages: list[Any] = []
    more = False
    if conversation is not None:
        messages, more = await messages_for_visitor(db, conversation)
    key, customer = chosen.signing_key(), visitor.customer
    name = visitor.entered_as or customer.id
    return SessionShown.model_validate(
        {
            "token": issue_visitor_token(name, inbox.id, key=key, at=now()),
            "visitor": {"id": customer.id, "name": customer.name},
            "conversation": conversation and await shown_conversation(db, conversation),
            "messages": messages,
            "has_more": more,
            "config": config_of(inbox, chosen, is_open=await is_staffed(db, inbox)),
        }
    )


def session_context(request: Request, body: SessionBody) -> dict[str, Any]:
    """What a session says about the visitor's browser and page."""
    news: dict[str, Any] = browser_of(request.headers.get("user-agent", ""))
    news["ip"] = address_of(request)
    if body.locale:
        news["locale"] = body.locale
    if body.page:
        news["page"] = body.page.model_dump(exclude_none=True)
    return news


@router.post("/conversations")
async def open_widget_conversation(db: Db, visitor: EnteredVisitor, body: OpenBody) -> OpenedShown:
    """Open the visitor's conversation, or give the open one; with a first message if any."""
    conversation = await opened_conversation(db, visitor)
    if body.page:
        news = {"page": body.page.model_dump(exclude_none=True)}
        await keep_context(db, visitor.customer, visitor.inbox, conversation, news)
    answered = None
    if body.first_message is not None:
        frame = body.first_message | {"conversation": str(conversation.id)}
        message = outgoing(visitor.party(), frame)
        answered = acknowledged(message, await say_in(db, conversation, message))
    return OpenedShown.model_validate(
        {"conversation": await shown_conversation(db, conversation), "message": answered}
    )


@router.post("/context", status_code=204)
async def keep_visitor_context(db: Db, visitor: EnteredVisitor, body: ContextBody) -> None:
    """Show the agent what the visitor looks at: page, product, order."""
    conversation = await current_conversation(db, visitor)
    news = body.model_dump(exclude_none=True)
    await keep_context(db, visitor.customer, visitor.inbox, conversation, news)


@router.get("/messages")
async def list_widget_messages(
    db: Db,
    visitor: ReadingVisitor,
    conversation: UUID | None = None,
    before: Seq = None,
    after: Seq = None,
    limit: Limit = PAGE,
) -> MessagesShown:
    """What was said, oldest first: the last messages, those before a `seq` or those after one."""
    found = await _own(db, visitor, conversation)
    if found is None:
        return MessagesShown(items=[], next_cursor=None, conversation=None)
    items, more = await messages_for_visitor(db, found, before=before, after=after, limit=limit)
    edge = items[-1 if after is not None else 0]["seq"] if items else None
    return MessagesShown.model_validate(
        {
            "items": items,
            "next_cursor": str(edge) if more else None,
            "conversation": await shown_conversation(db, found),
        }
    )


async def _own(db: Session, visitor: Visitor, conversation: UUID | None) -> Conversation | None:
    if conversation is None:
        return await current_conversation(db, visitor)
    return await conversation_for_visitor(db, visitor.customer.id, conversation)


@router.post("/messages", status_code=201)
async def send_widget_message(request: Request, inbox: UUID, body: MessageBody) -> Acknowledged:
    """Send as over the socket; answered once the message is durable.

    The transaction ends before the message is queued: who waits for the batch holds no connection.
    """
    async with request.app.state.database.transaction() as db:
        visitor = await entered_visitor(request, db, inbox)
        named = body.conversation
        if named is None:
            current = await current_conversation(db, visitor)
            if current is None:
                raise NotFound("There is no open conversation.", field="conversation")
            named = str(current.id)
    message = outgoing(visitor.party(), body.model_dump() | {"conversation": named})
    stored = await request.app.state.switchboard.services["sending"].send(message)
    return Acknowledged(**acknowledged(message, stored))


def acknowledged(message: Outgoing, stored: Stored) -> dict[str, Any]:
    return {
        "id": message.id,
        "conversation": message.conversation,
        "seq": stored.seq,
        "at": stored.at,
        "duplicate": stored.verdict == "known",
    }


@router.post("/rating")
async def rate_conversation(
    db: Db, visitor: EnteredVisitor, body: RatingBody
) -> VisitorConversation:
    """Say how it was, one to five and a word; who is blocked does not rate."""
    customer = visitor.customer.id
    conversation = await conversation_for_visitor(db, customer, body.conversation, lock=True)
    await check_not_shut(db, conversation)
    await rate(db, conversation, body.score, body.comment, by=customer)
    return VisitorConversation.model_validate(await shown_conversation(db, conversation))


@router.post("/offline-form")
async def leave_offline_message(db: Db, visitor: EnteredVisitor, body: OfflineBody) -> OpenedShown:
    """Leave a message and a way to answer it; it waits for the next agent."""
    conversation = await leave_message(
        db, visitor, name=body.name, contact=body.contact, text=body.text
    )
    return OpenedShown.model_validate({"conversation": await shown_conversation(db, conversation)})


@router.post("/files", status_code=201, response_model_exclude_none=True)
async def upload_widget_file(request: Request, inbox: UUID, file: UploadFile) -> WidgetFile:
    """Take a visitor's file; it goes to the agent with the message that names it.

    No transaction is open while the bytes are stored: storing may take its time.
    """
    database, chosen = request.app.state.database, request.app.state.settings
    async with database.transaction() as db:
        visitor = await entered_visitor(request, db, inbox)
        conversation = await current_conversation(db, visitor)
    name, limit = file.filename or "", chosen.upload_limit
    kept = await keep(storage_of(request.app), file.file, name, limit=limit)
    async with database.transaction() as db:
        written = await write_down(
            db,
            kept,
            inbox=visitor.inbox.id,
            conversation=conversation.id if conversation else None,
            customer=visitor.customer.id,
        )
    return WidgetFile.model_validate(content_of(written))


@router.post("/human")
async def request_human(db: Db, visitor: EnteredVisitor, body: HumanBody) -> VisitorConversation:
    """Ask for a person instead of the bot (转人工)."""
    customer = visitor.customer.id
    conversation = await conversation_for_visitor(db, customer, body.conversation, lock=True)
    await ask_for_human(db, conversation, by=customer)
    return VisitorConversation.model_validate(await shown_conversation(db, conversation))
