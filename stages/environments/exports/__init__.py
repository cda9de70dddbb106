"""Environments in the shapes of other trainers: a folder of data, the engine's own modules, and one module of theirs."""
