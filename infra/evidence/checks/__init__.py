"""What is checked of a whole store: each check can be left out, so that a test can show what it is there for."""
