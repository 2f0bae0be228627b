"""`python -m bench.run [NAME …]`: run the benches; SCALE=small makes them short."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

NAMES = ("chat", "sockets", "events", "inbox", "start", "commerce")


def main() -> None:
    scale = os.environ.get("SCALE", "full")
    if scale not in ("full", "small"):
        raise SystemExit("SCALE is full or small.")
    missed = []
    for name in sys.argv[1:] or [n for n in NAMES if importlib.util.find_spec(f"bench.{n}")]:
        if name not in NAMES:
            raise SystemExit(f"There is no bench {name}: choose of {', '.join(NAMES)}.")
        report = importlib.import_module(f"bench.{name}").run(scale)
        report.show()
        missed += [f"{name}: {one.name}" for one in report.results if one.ok is False]
    if missed:
        print("\nBars missed:\n  " + "\n  ".join(missed))


if __name__ == "__main__":
    main()
