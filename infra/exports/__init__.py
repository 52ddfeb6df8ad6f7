"""What leaves the store as a file for other tools."""
