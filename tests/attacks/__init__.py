"""Hostile programs, arguments, states and documents: what a model or a stranger may hand us. `python -m tests.attacks`."""
