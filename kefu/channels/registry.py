"""The registry of channels: adapters by name; another one can join while the product runs."""

from __future__ import annotations

from kefu.channels.contract import Adapter
from kefu.channels.signed_api import SignedApi
from kefu.channels.web_chat import WebChat
from kefu.conversations import CHANNELS
from kefu.core.errors import Invalid

ADAPTERS: dict[str, Adapter] = {}


def register(adapter: Adapter) -> Adapter:
    """Let inboxes use this channel from now on."""
    if adapter.name in ADAPTERS:
        raise ValueError(f"Two channels are called {adapter.name}.")
    ADAPTERS[adapter.name] = adapter
    CHANNELS[adapter.name] = adapter.settings
    return adapter


def unregister(name: str) -> None:
    """Forget a channel; its inboxes keep their conversations."""
    ADAPTERS.pop(name, None)
    CHANNELS.pop(name, None)


def adapter_for(channel: str) -> Adapter:
    """The adapter of a channel."""
    found = ADAPTERS.get(channel)
    if found is None:
        raise Invalid(
            "There is no such channel.", field="channel", limit=", ".join(sorted(ADAPTERS))
        )
    return found


register(WebChat("web_chat"))
register(WebChat("app"))
for _name in ("api", "ecommerce", "social", "wechat_miniprogram"):
    register(SignedApi(_name))
