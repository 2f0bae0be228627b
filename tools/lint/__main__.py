"""Runs every rule over the repository and prints what each finds."""

import sys

from tools.lint import addresses, doors, file_names, inner_imports, repository, unfinished

RULES = [doors, inner_imports, file_names, addresses, unfinished]


def main() -> None:
    """Print the findings and leave with 1 when there are any."""
    files = repository.files()
    findings = [found for rule in RULES for found in rule.findings(files)]
    print("\n".join(findings) or f"{len(files)} files keep all {len(RULES)} rules.")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
