"""`python -m workorder`: the command line."""

from workorder.cli.main import main

main()
