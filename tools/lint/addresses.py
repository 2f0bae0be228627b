"""No committed file names a package registry's host or a folder of somebody's machine."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tools.lint.repository import File

# Written apart, so that this file may be committed as well.
REGISTRIES = [
    ".".join(host)
    for host in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "npmmirror", "com"),
        ("registry", "yarnpkg", "com"),
        ("tuna", "tsinghua", "edu", "cn"),
    )
]
REGISTRY = re.compile("|".join(re.escape(host) for host in REGISTRIES), re.IGNORECASE)
MACHINE_FOLDER = re.compile(
    r"(?<![\w.\-])/(?:work/(?:main|shared)\b|root/|home/(?!kefu\b)\w+/|Users/\w+/)"
)


def findings(files: list[File]) -> Iterator[str]:
    """Name each line with such an address."""
    for file in files:
        for number, line in enumerate(file.lines, start=1):
            if host := REGISTRY.search(line):
                yield f"{file.path}:{number}: names the registry {host.group()}."
            if folder := MACHINE_FOLDER.search(line):
                yield f"{file.path}:{number}: names {folder.group()} of one machine."
        if file.name == "package-lock.json":
            yield from resolved_packages(file)


def resolved_packages(file: File) -> Iterator[str]:
    """Name the packages for which npm wrote down where it fetched them."""
    packages: dict[str, dict[str, Any]] = json.loads(file.text).get("packages", {})
    for name, package in packages.items():
        if "resolved" in package and not package.get("link"):
            yield f"{file.path}:1: {name} has `resolved`: run `make lock`."
