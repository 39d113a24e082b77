"""Benchmarks: what specloom promises about speed, as ratios between processes that ran in turn on one machine.

    python -m tests.bench generate
    python -m tests.bench call
    python -m tests.bench decode
    python -m tests.bench import
    python -m tests.bench mock
    python -m tests.bench watch

They report and never judge: the exit status is 0, met or missed. Each subject is a module with `add_arguments` and `run`.
"""
