"""Who may: the page that says it by hand, held against the engine."""
