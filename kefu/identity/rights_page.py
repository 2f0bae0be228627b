"""The reference page of permissions: `python -m kefu.identity.rights_page` writes it anew."""

from __future__ import annotations

from pathlib import Path

from kefu.identity.rights import OPEN_ROWS, PermissionsTable, permissions_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "permissions.md"
ROLES = {
    "agent": "客服专员",
    "senior_agent": "高级客服",
    "expert": "业务专家",
    "shift_leader": "班组长",
    "quality_inspector": "质检员",
    "trainer": "培训师",
    "department_head": "部门主管",
    "other_department": "协作部门成员",
    "administrator": "管理员",
    "auditor": "审计员",
}
BEGINS = "<!-- written by python -m kefu.identity.rights_page -->"


def rendered(table: PermissionsTable) -> str:
    """The part of the page that is computed."""
    return "\n".join([BEGINS, "", *matrix(table), "", "## Routes", "", *routes(table), ""])


def matrix(table: PermissionsTable) -> list[str]:
    rows = [
        "| permission | " + " | ".join(ROLES) + " |",
        "|---|" + ":-:|" * len(ROLES),
        "| | " + " | ".join(ROLES.values()) + " |",
    ]
    for permission, roles in sorted(table.grants.items()):
        marks = " | ".join("●" if role in roles else "" for role in ROLES)
        rows.append(f"| `{permission}` | {marks} |")
    return rows


def routes(table: PermissionsTable) -> list[str]:
    rows = ["| route | who |", "|---|---|"]
    for route, row in sorted(table.routes.items(), key=lambda item: by_path(item[0])):
        who = row if row in OPEN_ROWS else f"`{row}`"
        rows.append(f"| `{route.replace('/api/v1', '')}` | {who} |")
    return rows


def by_path(route: str) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    return path, method


def main() -> None:
    said, _, _ = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    PAGE.write_text(said + rendered(permissions_table()), encoding="utf-8")


if __name__ == "__main__":
    main()
