"""Commands carried out on real stores, by one and by several at once."""
