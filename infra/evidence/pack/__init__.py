"""A pack: the history of one case with its proofs, as a file for somebody who has neither the store nor its keys."""
