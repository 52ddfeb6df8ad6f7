"""Seeing is an act: who asks, of what, in what circumstances; what is stored of it before anything is shown."""
