"""The whole program, as somebody at a keyboard or a script meets it."""
