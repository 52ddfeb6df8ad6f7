"""Read models, tried on histories alone."""
