"""What people ask: sensibly, from how things stand, and nonsense."""
