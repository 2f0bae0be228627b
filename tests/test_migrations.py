from kefu.core.db import Base
from kefu.core.migrating import differences
from kefu.entry.collect import load_everything


def test_the_migrated_database_is_what_the_models_say(database_url: str) -> None:
    load_everything()

    assert differences(database_url, Base.metadata) == []
