"""Keys of the persons whose data is sealed, apart from the events they open."""
