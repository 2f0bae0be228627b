"""Files: where they are stored, and what is looked at before one is taken."""

from importlib import import_module

from kefu.core.files.inspection import Inspected, inspect
from kefu.core.files.local import LocalStorage
from kefu.core.files.names import clean_name
from kefu.core.files.storage import MemoryStorage, Storage, chunks_of, spooled
from kefu.core.settings import Settings

__all__ = [
    "Inspected",
    "LocalStorage",
    "MemoryStorage",
    "Storage",
    "chunks_of",
    "clean_name",
    "inspect",
    "spooled",
    "storage_for",
]


def storage_for(settings: Settings) -> Storage:
    """S3-compatible where `KEFU_FILES_URL` names a bucket, else the folder `var/files`."""
    if settings.files_url:
        # boto3 takes half a second to load, which only those who use it shall wait for.
        made: Storage = import_module("kefu.core.files.s3").S3Storage(settings.files_url)
        return made
    return LocalStorage(settings.var / "files")
