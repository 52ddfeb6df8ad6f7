"""Kills writers at random moments, and checks that nothing acknowledged was lost and nothing was halved.

`python -m tests.faults` runs 2,000 commands on each database, and then lets the same checker catch broken stores.
"""
