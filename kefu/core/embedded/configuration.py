"""The server's settings, sized to the machine, and who may connect."""

from __future__ import annotations

from pathlib import Path

import psutil

MEGABYTE = 1024 * 1024
PORT = 5432

ACCESS = "# TYPE  DATABASE  USER  METHOD\nlocal  all  all  scram-sha-256\n"

LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def configuration(*, sockets: Path, extra: dict[str, str]) -> str:
    """The text of postgresql.conf; a `postgresql.local.conf` beside the data has the last word."""
    values = _fixed() | _sized(memory()) | {"unix_socket_directories": str(sockets)} | extra
    lines = [f"{name} = '{value}'" for name, value in values.items()]
    return "\n".join(
        [
            "# Written by kefu at each start. Put your own in ../postgresql.local.conf",
            *lines,
            "include_if_exists = '../postgresql.local.conf'",
            "",
        ]
    )


def memory() -> int:
    """The bytes of memory this machine or container may use."""
    total: int = psutil.virtual_memory().total
    for path in LIMITS:
        try:
            total = min(total, int(path.read_text()))
        except (OSError, ValueError):
            continue
    return total


def _sized(total: int) -> dict[str, str]:
    """An eighth of the memory for shared buffers: web, worker and page cache live here too."""
    buffers = min(max(total // 8, 64 * MEGABYTE), 4096 * MEGABYTE) // MEGABYTE
    return {
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{total // 2 // MEGABYTE}MB",
        "maintenance_work_mem": f"{min(max(total // 32 // MEGABYTE, 32), 512)}MB",
        "work_mem": f"{min(max(total // 1024 // MEGABYTE, 4), 16)}MB",
        "dynamic_shared_memory_type": "posix" if _has_shared_memory() else "mmap",
    }


def _has_shared_memory() -> bool:
    """Containers often have 64 MB there, on which parallel queries fail."""
    try:
        return psutil.disk_usage("/dev/shm").total >= 256 * MEGABYTE  # noqa: S108 - only measured
    except OSError:
        return False


def _fixed() -> dict[str, str]:
    return {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "scram_iterations": "1024",
        "fsync": "on",
        "synchronous_commit": "on",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_compression": "off",
        "max_wal_size": "2GB",
        "min_wal_size": "128MB",
        "checkpoint_timeout": "5min",
        "checkpoint_completion_target": "0.9",
        "idle_in_transaction_session_timeout": "15s",
        "jit": "off",
        "random_page_cost": "1.1",
        "max_locks_per_transaction": "256",
        "autovacuum_vacuum_insert_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.05",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "logging_collector": "on",
        "log_directory": "../log",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_file_mode": "0600",
        "log_checkpoints": "off",
        "log_lock_waits": "on",
        "log_line_prefix": "%m [%p] %q%u@%d %a ",
    }
