"""`python -m fairmoe` does what the command `fairmoe` does."""

from fairmoe.cli import main

main()
