"""What every channel must do, whoever wrote it: one suite over the whole registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import orjson
import pytest
from sqlalchemy import func, select

from kefu.channels import registry
from kefu.channels.contract import (
    Adapter,
    Capabilities,
    From,
    Handed,
    Incoming,
    Intake,
    Leaving,
    Line,
    Native,
    fitted,
)
from kefu.channels.receiving import line_of, take_in
from kefu.channels.signatures import check_signed, signed
from kefu.channels.tests.conftest import House
from kefu.conversations import Conversation, Kind, Message
from kefu.conversations.events import ConversationOpened
from kefu.core.clock import now
from kefu.core.errors import Refusal
from kefu.core.events import FactRow
from kefu.core.ids import uuid7
from kefu.core.settings import Settings
from kefu.core.shapes import Shape
from kefu.core.wire import Wire
from kefu.customers import Customer


class VoiceSettings(Shape):
    skill: str = "shop"


@dataclass(frozen=True)
class VoiceAssistant:
    """A channel that does not exist yet: a speaker in a kitchen."""

    name: str = "voice_assistant"
    capabilities: Capabilities = field(default=Capabilities(text_limit=300))
    settings: type[Shape] = VoiceSettings

    def receive(self, line: Line, native: Native) -> Intake:
        check_signed(line.secret, native.headers, native.body, native.at)
        said = orjson.loads(native.body)
        sender = From(identities=(("device", said["speaker"], True),), locale=said["language"])
        return Intake((Incoming(said["utterance_id"], sender, text=said["heard"]),))

    async def deliver(self, line: Line, leaving: Leaving, wire: Wire) -> Handed:  # noqa: ARG002
        return Handed(external_id=f"spoken-{leaving.id}")

    async def probe(self, line: Line, wire: Wire) -> None:  # noqa: ARG002
        return

    def sample(self, line: Line, *, external_id: str, text: str, at: datetime) -> Native:
        heard = {
            "utterance_id": external_id,
            "speaker": f"kitchen-{external_id}",
            "language": "zh-CN",
            "heard": text,
        }
        body = orjson.dumps(heard)
        return Native(signed(line.secret, body, at), body, at)


@dataclass(frozen=True)
class Messenger(VoiceAssistant):
    """Another one, that speaks XML."""

    name: str = "xml_messenger"

    def receive(self, line: Line, native: Native) -> Intake:
        check_signed(line.secret, native.headers, native.body, native.at)
        told = fromstring(native.body.decode())  # noqa: S314 - our own sample
        sender = From(identities=(("openid", told.findtext("From", ""), True),))
        return Intake((Incoming(told.findtext("Id", ""), sender, text=told.findtext("Text", "")),))

    def sample(self, line: Line, *, external_id: str, text: str, at: datetime) -> Native:
        said = Element("Message")
        for name, value in (("Id", external_id), ("From", f"o-{external_id}"), ("Text", text)):
            SubElement(said, name).text = value
        body = tostring(said, encoding="utf-8")
        return Native(signed(line.secret, body, at), body, at)


STRANGE = (VoiceAssistant(), Messenger())
CHANNELS = [*sorted(registry.ADAPTERS), *(adapter.name for adapter in STRANGE)]


@pytest.fixture(scope="module", autouse=True)
def strange() -> Iterator[None]:
    for adapter in STRANGE:
        registry.register(adapter)
    yield
    for adapter in STRANGE:
        registry.unregister(adapter.name)


@pytest.fixture(params=CHANNELS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return registry.adapter_for(request.param)


@pytest.fixture
def line() -> Line:
    return Line(inbox=uuid7(), secret="s3cret", settings={}, key=b"a key of this house")


def sample(adapter: Adapter, line: Line, name: str = "m-1", text: str = "在吗 🙂") -> Native:
    return adapter.sample(line, external_id=name, text=text, at=now())


def test_it_says_what_it_can_carry(adapter: Adapter) -> None:
    can = adapter.capabilities

    assert Kind.TEXT in can.kinds
    assert Kind.NOTE not in can.kinds
    assert can.kinds <= {kind.value for kind in Kind}
    assert 0 < can.text_limit <= 8000
    adapter.settings.model_validate({})


def test_a_payload_becomes_one_message_of_the_shared_form(adapter: Adapter, line: Line) -> None:
    taken = adapter.receive(line, sample(adapter, line))

    (message,) = taken.messages
    assert (message.external_id, message.kind, message.text) == ("m-1", "text", "在吗 🙂")
    assert any(proven for _, _, proven in message.sender.identities)
    assert taken.reports == ()


def test_a_payload_with_somebody_elses_signature_is_refused(adapter: Adapter, line: Line) -> None:
    stranger = replace(line, secret="another", key=b"another")

    with pytest.raises(Refusal) as refused:
        adapter.receive(line, sample(adapter, stranger))

    assert refused.value.status == 401


def test_a_payload_of_another_day_is_refused(adapter: Adapter, line: Line) -> None:
    old = adapter.sample(line, external_id="m-1", text="x", at=now() - timedelta(days=181))

    with pytest.raises(Refusal) as refused:
        adapter.receive(line, replace(old, at=now()))

    assert refused.value.status == 401


async def test_a_message_reaches_inbox_customer_and_conversation(
    house: House, adapter: Adapter
) -> None:
    inbox = await house.inbox(channel=adapter.name)
    line = line_of(inbox, house.chosen)
    native = sample(adapter, line, text="我的订单到哪了？")

    async with house.database.transaction() as db:
        (message,) = adapter.receive(line, native).messages
        taken = await take_in(db, inbox, message)

    async with house.database.transaction() as db:
        talk = await db.get_one(Conversation, taken.conversation)
        said = await db.get_one(Message, taken.message)
        customer = await db.get_one(Customer, talk.customer_id)
        opened = select(FactRow).where(
            FactRow.subject == talk.id, FactRow.kind == ConversationOpened.kind
        )
        fact = (await db.scalars(opened)).one()
    assert (talk.status, talk.inbox_id, said.text) == ("waiting", inbox.id, "我的订单到哪了？")
    assert said.sender_id == customer.id
    assert fact.details["channel"] == adapter.name


async def test_the_same_message_again_changes_nothing(house: House, adapter: Adapter) -> None:
    inbox = await house.inbox(channel=adapter.name)
    line = line_of(inbox, house.chosen)
    (message,) = adapter.receive(line, sample(adapter, line)).messages

    taken = []
    for _ in range(3):
        async with house.database.transaction() as db:
            taken.append(await take_in(db, inbox, message))

    async with house.database.transaction() as db:
        mine = Message.conversation_id == taken[0].conversation
        count = await db.scalar(select(func.count()).select_from(Message).where(mine))
    assert count == 1
    assert [one.duplicate for one in taken] == [False, True, True]
    assert len({one.message for one in taken}) == 1


async def test_messages_keep_their_order(house: House, adapter: Adapter) -> None:
    inbox = await house.inbox(channel=adapter.name)
    line = line_of(inbox, house.chosen)
    (first,) = adapter.receive(line, sample(adapter, line)).messages

    async with house.database.transaction() as db:
        for number in range(4):
            message = replace(first, external_id=f"m-{number}", text=str(number))
            taken = await take_in(db, inbox, message)

    async with house.database.transaction() as db:
        said = select(Message.text).where(Message.conversation_id == taken.conversation)
        texts = list(await db.scalars(said.order_by(Message.seq)))
    assert texts == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"kind": "hologram"}, "kind"),
        ({"kind": "note"}, "kind"),
        ({"text": ""}, "text"),
        ({"text": "x" * 9000}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"kind": "picture", "content": None}, "content"),
        ({"kind": "product", "content": {"id": "1"}}, "content.title"),
    ],
)
async def test_what_is_no_message_is_refused_by_its_field(
    house: House, adapter: Adapter, change: dict[str, object], named: str
) -> None:
    inbox = await house.inbox(channel=adapter.name)
    line = line_of(inbox, house.chosen)
    (message,) = adapter.receive(line, sample(adapter, line)).messages

    with pytest.raises(Refusal) as refused:
        async with house.database.transaction() as db:
            await take_in(db, inbox, replace(message, **change))  # type: ignore[arg-type]

    assert refused.value.field == named


@pytest.mark.parametrize("kind", sorted({kind.value for kind in Kind} - {"note", "system"}))
def test_what_it_cannot_carry_becomes_text_that_fits(adapter: Adapter, kind: str) -> None:
    content = {"title": "帐篷", "url": "https://shop.example/tent", "options": [{"label": "好"}]}
    leaving = Leaving(uuid7(), uuid7(), {}, kind, "看" * 9000, {"content": content})

    fitting = fitted(leaving, adapter.capabilities)

    assert fitting.kind in adapter.capabilities.kinds
    assert 0 < len(fitting.text) <= adapter.capabilities.text_limit


async def test_handing_over_gives_an_answer(adapter: Adapter, line: Line) -> None:
    wire = Wire()
    leaving = Leaving(uuid7(), uuid7(), {"id": "c"}, "text", "今天发出。", {})

    handed = await adapter.deliver(line, leaving, wire)
    await adapter.probe(line, wire)

    await wire.close()
    assert isinstance(handed, Handed)


def test_two_channels_of_one_name_are_a_mistake(chosen: Settings) -> None:
    with pytest.raises(ValueError, match="voice_assistant"):
        registry.register(VoiceAssistant())
