"""Environments that an LLM writes: for an idea in plain words, or for operations that no rule of the compiler covers.

EnvFactory's EnvGen loop over typed records: an interface is proposed, tables and format 1 programs are written for it, start
states by somebody who sees the tables alone, cases by somebody who sees no program. All of it is run, mistakes are sorted, and
at most so many revisions may mend them, each judged as new code; the best one counts and never a worse one. The model writes
records and nothing else: `replies` says which, `trials` judges, `loop` leads the talk, `author` asks for many at once.
"""
