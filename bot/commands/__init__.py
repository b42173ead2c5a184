"""The `bot` command's subcommands, a file per subject; each imports what it needs when it runs: help stays quick."""
