"""A worker's own figures can be fetched where the operator asks for them, and only there."""

from __future__ import annotations

import socket

import httpx
import pytest

from kefu.core.settings import Settings
from kefu.entry.worker import served_metrics


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_facts_clocks_and_jobs_are_told_while_it_works() -> None:
    port = a_free_port()
    url = f"http://127.0.0.1:{port}/metrics"

    with served_metrics(Settings(worker_metrics_port=port)):
        told = httpx.get(url).text

    assert "kefu_facts_ceiling_age_seconds" in told
    assert "kefu_clocks_fired_total" in told
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_a_taken_port_does_not_keep_it_from_its_work() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        chosen = Settings(worker_metrics_port=taken.getsockname()[1])
        with served_metrics(chosen):
            pass


def test_without_a_port_nothing_is_served() -> None:
    with served_metrics(Settings()):
        pass
