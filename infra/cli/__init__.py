"""The command line: forms made from commands, queries, and what they print."""
