"""The evidence log: an RFC 6962 Merkle tree over everything that has a place, signed checkpoints of it, and proofs.

`leaf` and `merkle`: what is hashed, and how. `tree`: as it is kept beside the log. `note` and `signer`: how it is signed.
`checkpoints` are those there are, `kept` has the last one outside the store; `evidence` makes them, when `due`.
"""
