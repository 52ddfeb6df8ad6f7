"""What a case is and what can happen to it: pure, pydantic and the standard library only."""
