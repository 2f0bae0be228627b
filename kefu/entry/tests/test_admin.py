from __future__ import annotations

from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner, Result

from kefu.core.settings import settings
from kefu.entry.commands import admin


@pytest.fixture(autouse=True)
def installation(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command works on a migrated database of this test's own."""
    monkeypatch.setenv("KEFU_DATABASE_URL", database_url)
    monkeypatch.setenv("KEFU_PUBLIC_URL", "https://kefu.example")
    settings.cache_clear()
    yield
    settings.cache_clear()


def create(*arguments: str, stdin: str = "") -> Result:
    app = typer.Typer()
    app.command()(admin.create)
    return CliRunner().invoke(app, list(arguments), input=stdin)


def test_without_a_name_the_first_administrators_link_is_printed() -> None:
    result = create()

    assert result.exit_code == 0
    assert "https://kefu.example/console/setup/" in result.stdout


def test_somebody_named_gets_a_link_of_their_own() -> None:
    result = create("--email", "wang@example.com", "--name", "王芳")

    assert "https://kefu.example/console/setup/" in result.stdout


def test_a_password_from_stdin_makes_the_administrator_at_once() -> None:
    made = create("--email", "wang@example.com", "--password-stdin", stdin="long enough 1\n")
    again = create()

    assert made.stdout.strip() == "wang@example.com is an administrator now."
    assert (again.exit_code, again.stderr.strip()) == (1, "There is an administrator already.")


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("--password-stdin",), "long enough 1\n", "Please give --email"),
        (("--email", "nonsense"), "", "This is not an e-mail address."),
        (("--email", "a@example.com", "--password-stdin"), "short\n", "at least 10 characters"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_made(
    arguments: tuple[str, ...], stdin: str, said: str
) -> None:
    result = create(*arguments, stdin=stdin)

    assert result.exit_code == 1
    assert said in result.stderr
    assert create().exit_code == 0
