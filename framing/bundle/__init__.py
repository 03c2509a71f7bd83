"""A replication package: what a published measurement rests on, without the texts, and whether it still comes out."""
