"""The transparency log: leaves, the Merkle tree over them, signed checkpoints, proofs."""
