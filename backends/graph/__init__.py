"""Layered layout of a subgraph: plain numbers, no drawing library."""
