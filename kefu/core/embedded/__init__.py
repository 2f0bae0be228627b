"""The embedded database server: a real PostgreSQL in the `var` folder, for one machine."""

from kefu.core.embedded.errors import EmbeddedServerError
from kefu.core.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer", "EmbeddedServerError"]
