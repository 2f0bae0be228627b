"""Pushes between processes: in one process, over a local hub, or over Redis; one small port."""

from kefu.core.realtime.hub import HubRealtime, serve_hub
from kefu.core.realtime.port import Local, Push, Realtime
from kefu.core.realtime.redis import RedisRealtime

__all__ = ["HubRealtime", "Local", "Push", "Realtime", "RedisRealtime", "realtime_for", "serve_hub"]


def realtime_for(*, redis_url: str | None, hub_path: str | None) -> Realtime:
    """The form that fits: Redis where one is named, the hub on one machine, else this process."""
    if redis_url:
        return RedisRealtime(redis_url)
    if hub_path:
        return HubRealtime(hub_path)
    return Local()
