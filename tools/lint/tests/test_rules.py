from pathlib import Path

import pytest

from tools.lint import addresses, doors, file_names, inner_imports, repository, unfinished
from tools.lint.repository import File

CUSTOMERS = [
    File("kefu/customers/__init__.py", ""),
    File("kefu/customers/merging.py", ""),
    File("kefu/customers/events.py", ""),
    File("kefu/customers/tests/factories.py", ""),
    File("kefu/core/db.py", ""),
]


@pytest.mark.parametrize(
    "line",
    [
        "from kefu.customers.merging import merge",
        "from kefu.customers import merging",
        "import kefu.customers.merging",
        "import kefu.customers.merging as m",
    ],
)
def test_nothing_is_imported_past_the_door(line: str) -> None:
    tickets = File("kefu/tickets/opening.py", f"import uuid\n{line}\n")

    (found,) = doors.findings([*CUSTOMERS, tickets])

    assert found.startswith("kefu/tickets/opening.py:2: kefu.customers.merging is behind the door")


@pytest.mark.parametrize(
    "line",
    [
        "from kefu.customers import customer_for",
        "from kefu.customers.events import CustomerMerged",
        "from kefu.customers import events",
        "from kefu import customers",
        "import kefu.customers",
        "from kefu.core.db import Session",
        "from kefu.tickets.merging import merge",
        "from kefuya.customers.merging import other",
    ],
)
def test_doors_events_core_and_the_own_package_are_open(line: str) -> None:
    tickets = File("kefu/tickets/opening.py", line)

    assert not list(doors.findings([*CUSTOMERS, tickets]))


def test_entry_and_migrations_compose_the_whole() -> None:
    line = "from kefu.customers.merging import merge"
    composing = [File("kefu/entry/app.py", line), File("kefu/migrations/env.py", line)]

    assert not list(doors.findings([*CUSTOMERS, *composing]))


def test_only_tests_borrow_the_factories_of_others() -> None:
    line = "from kefu.customers.tests.factories import a_customer"
    test = File("kefu/tickets/tests/test_opening.py", line)
    story = File("kefu/tickets/opening.py", line)

    assert [found.split(":")[0] for found in doors.findings([*CUSTOMERS, test, story])] == [
        "kefu/tickets/opening.py"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "def open():\n    from kefu.customers import customer_for\n",
        "class A:\n    async def open(self):\n        import kefu.customers\n",
        "if TYPE_CHECKING:\n    from kefu.customers import Customer\n",
        "if typing.TYPE_CHECKING:\n    import kefu.customers\n",
    ],
)
def test_no_import_of_ours_hides(text: str) -> None:
    assert len(list(inner_imports.findings([File("kefu/tickets/opening.py", text)]))) == 1


def test_a_nested_function_is_reported_once() -> None:
    text = "def a():\n    def b():\n        import kefu.customers\n"

    assert len(list(inner_imports.findings([File("kefu/tickets/opening.py", text)]))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from kefu.customers import customer_for\n",
        "if TYPE_CHECKING:\n    from collections.abc import Iterator\n",
        "def load():\n    import onnxruntime\n",
        "try:\n    import kefu.customers\nexcept ImportError:\n    raise\n",
    ],
)
def test_imports_in_the_open_are_left_alone(text: str) -> None:
    assert not list(inner_imports.findings([File("kefu/tickets/opening.py", text)]))


@pytest.mark.parametrize(
    "path",
    [
        "kefu/tickets/utils.py",
        "kefu/tickets/ticket_manager.py",
        "kefu/common/text.py",
        "kefu/core/base.py",
        "web/console/src/helpers/dates.ts",
        "web/widget/app/src/types.ts",
        "kefu/channels/v2/mail.py",
    ],
)
def test_names_that_say_nothing_are_found(path: str) -> None:
    assert list(file_names.findings([File(path, "")]))


@pytest.mark.parametrize(
    "path",
    ["kefu/tickets/merging.py", "web/kit/tokens.css", "docs/base.md", "kefu/core/database.py"],
)
def test_names_that_say_something_are_left_alone(path: str) -> None:
    assert not list(file_names.findings([File(path, "")]))


def test_registry_hosts_are_found_wherever_they_stand() -> None:
    lines = "".join(f"from https://{host}/simple\n" for host in addresses.REGISTRIES)

    assert len(list(addresses.findings([File("docs/x.md", lines)]))) == len(addresses.REGISTRIES)


@pytest.mark.parametrize("folder", ["work/main/x", "root/.cache", "home/ann/kefu", "Users/ann/x"])
def test_folders_of_one_machine_are_found(folder: str) -> None:
    assert list(addresses.findings([File("docs/x.md", f"see /{folder}")]))


@pytest.mark.parametrize("text", ["/home/kefu/data", "web/root/x", "../shared/data", "/usr/bin/sh"])
def test_other_folders_are_left_alone(text: str) -> None:
    assert not list(addresses.findings([File("docs/x.md", text)]))


def test_npm_must_not_write_down_where_it_fetched() -> None:
    lock = File(
        "web/package-lock.json",
        '{"packages": {"a": {"resolved": "https://a"}, "b": {},'
        ' "c": {"resolved": "kit", "link": true}}}',
    )

    (found,) = addresses.findings([lock])

    assert "a has `resolved`" in found


def test_notes_of_unfinished_work_are_found() -> None:
    note = "TO" + "DO"

    assert list(unfinished.findings([File("kefu/tickets/opening.py", f"# {note}: later")]))
    assert not list(unfinished.findings([File("a.py", f"{note}MVC"), File("x.lock", note)]))


def test_the_files_of_an_unpacked_archive_are_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "kefu").mkdir()
    (tmp_path / "kefu" / "a.py").write_text("a = 1")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "b.js").write_text("b")

    assert [file.path for file in repository.files(tmp_path)] == ["kefu/a.py"]
