"""Pushes between processes: in one process, over a local hub, or over Redis; one small port."""

from importlib import import_module

from kefu.core.realtime.hub import HubRealtime, serve_hub
from kefu.core.realtime.port import Local, Push, Realtime

__all__ = ["HubRealtime", "Local", "Push", "Realtime", "realtime_for", "serve_hub"]


def realtime_for(*, redis_url: str | None, hub_path: str | None) -> Realtime:
    """The form that fits: Redis where one is named, the hub on one machine, else this process."""
    if redis_url:
        # The client takes a quarter of a second to load, for those who use it only.
        made: Realtime = import_module("kefu.core.realtime.redis").RedisRealtime(redis_url)
        return made
    if hub_path:
        return HubRealtime(hub_path)
    return Local()
