"""Watching: a server that was started for one command ends with it, also when it is killed.

The watcher is a process of its own that reads a pipe of the command's. The pipe ends when the
command does, however that comes; if the server is then kept by nobody, it is told to shut down.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kefu.core.embedded.server import EmbeddedServer


@contextmanager
def watched(folder: Path) -> Iterator[None]:
    """While the block runs, somebody is there to end the server in `folder` if we cannot."""
    watcher = subprocess.Popen(
        [sys.executable, "-m", "kefu.core.embedded.watching", str(folder.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # what ends our group of processes does not end it
    )
    with watcher:  # at the end its pipe is closed, and it is waited for
        yield


def main() -> None:
    """Wait until the command is gone, then see what it left."""
    sys.stdin.buffer.read()
    EmbeddedServer(Path(sys.argv[1])).end_orphan()


if __name__ == "__main__":
    main()
