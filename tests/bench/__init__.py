"""Benchmarks of specloom, as ratios between processes that run alternately on one machine.

    python -m tests.bench generate
    python -m tests.bench call
    python -m tests.bench decode
    python -m tests.bench import
    python -m tests.bench mock
    python -m tests.bench watch

A missed limit is reported, but the exit status is 0. Each subject is a module with `add_arguments` and `run`.
"""
