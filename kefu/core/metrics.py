"""Prometheus metrics of the core; capabilities add their own beside their code."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

LATENCIES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10)

REQUESTS = Histogram(
    "kefu_request_seconds", "Time to answer, by module", ["module", "method"], buckets=LATENCIES
)
RESPONSES = Counter("kefu_responses", "Answers, by status", ["status"])
LOOP_LAG = Histogram("kefu_loop_lag_seconds", "How late the event loop runs", buckets=LATENCIES)
SOCKETS = Gauge("kefu_sockets", "Open sockets, by side", ["side"])
SENDS = Counter("kefu_messages_sent", "Messages made durable")
SEND_SECONDS = Histogram("kefu_send_seconds", "From frame to commit", buckets=LATENCIES)
BATCH_SIZE = Histogram(
    "kefu_send_batch", "Messages in one commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 400)
)
FACTS_READ = Counter("kefu_facts_read", "Facts reacted to", ["group"])
FACTS_LAG = Histogram(
    "kefu_facts_lag_seconds", "Oldest fact of each batch", ["group"], buckets=LATENCIES
)
FACTS_ASIDE = Counter("kefu_facts_set_aside", "Facts whose reaction failed", ["group"])
CEILING_AGE = Gauge("kefu_facts_ceiling_age_seconds", "How long the id ceiling has waited")
QUERIES = Counter("kefu_queries", "Statements sent to the database by sessions")
