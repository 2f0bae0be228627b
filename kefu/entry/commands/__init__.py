"""The commands of `kefu`, a file each; `kefu.entry.cli` finds them here by name."""
