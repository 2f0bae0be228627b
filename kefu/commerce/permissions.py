"""Commerce's rows of the permission table; those of each story stand in its own file."""

import importlib
import pkgutil
from pathlib import Path

from kefu.commerce import permissions_orders

GRANTS: dict[str, set[str]] = {**permissions_orders.GRANTS}
ROUTES: dict[str, str] = {**permissions_orders.ROUTES}

for found in pkgutil.iter_modules([str(Path(__file__).parent)]):
    if found.name.startswith("permissions_") and found.name != "permissions_orders":
        story = importlib.import_module(f"kefu.commerce.{found.name}")
        GRANTS |= story.GRANTS
        ROUTES |= story.ROUTES
