"""Importing: files of orders and products, read row by row, written in batches, with progress."""

from kefu.commerce.importing.running import Progress, run_import, start_import

__all__ = ["Progress", "run_import", "start_import"]
