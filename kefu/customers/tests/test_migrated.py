from __future__ import annotations

import kefu.customers.model
from kefu.core.db import Base
from kefu.core.migrating import differences

OURS = {
    table.name
    for mapper in Base.registry.mappers
    if mapper.class_.__module__ == kefu.customers.model.__name__
    for table in mapper.tables
}


def test_the_migration_makes_what_the_models_say(database_url: str) -> None:
    found = differences(database_url, Base.metadata)

    assert [one for one in found if any(f"'{name}'" in repr(one) for name in OURS)] == []
