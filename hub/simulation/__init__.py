"""Robots that play customers, MetalWorks' people and suppliers against a running hub; the demo, the proof, the load."""
