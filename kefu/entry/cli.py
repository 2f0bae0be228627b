"""The command `kefu`: everything an operator does.

Each command is loaded only when it is called: `kefu serve` shall not wait for what only a backup
needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

COMMANDS = {
    "serve": "serve",
    "web": "web",
    "worker": "worker",
    "upgrade": "upgrade",
    "backup": "backup",
    "restore": "backup:restore",
    "doctor": "doctor",
    "admin": {"create": "admin:create"},
    "demo": {
        "load": "demo:load",
        "traffic": "traffic",
        "shop-simulator": "simulators:shop",
        "carrier-simulator": "simulators:carrier",
        "platform-simulator": "message_simulators:platform",
        "sms-simulator": "message_simulators:sms",
        "robot-simulator": "message_simulators:robot",
    },
    "import": {
        "customers": "import_customers:customers",
        "orders": "import_orders:orders",
        "products": "import_orders:products",
        "olist": "import_orders:olist",
        "tau": "import_orders:tau",
    },
    "replay": "replay",
}
HELP = {
    None: "Kefu 客服: the service desk of an online shop.",
    "admin": "Administrators.",
    "demo": "The demo shop.",
    "import": "Data of an older system.",
}


def main(arguments: list[str] | None = None) -> None:
    """Run the command that `arguments`, by default those of the process, call for."""
    _group(None, COMMANDS)(args=arguments, prog_name="kefu")


def _group(name: str | None, commands: dict[str, Any]) -> Any:
    """A group whose commands are found in `kefu.entry.commands` by `file` or `file:function`."""

    class Commands(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's call
            return list(commands)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as above
            found = commands.get(cmd_name)
            if isinstance(found, dict):
                return _group(cmd_name, found)
            return found and _command(cmd_name, found)

    group = typer.Typer(
        name=name, help=HELP[name], cls=Commands, no_args_is_help=True, add_completion=False,
        pretty_exceptions_enable=False,
    )  # fmt: skip
    group.callback()(lambda: None)
    return get_command(group)


def _command(name: str, found: str) -> Any:
    file, _, function = found.partition(":")
    module = import_module(f"kefu.entry.commands.{file}")
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(getattr(module, function or name))
    command = get_command(alone)
    command.name = name
    return command
