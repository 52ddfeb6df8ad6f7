"""Read models over real stores."""
