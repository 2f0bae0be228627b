"""`python -m kefu` is the command `kefu`."""

from kefu.entry.cli import main

main()
