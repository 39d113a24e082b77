"""What every client of this kind needs: calls, answers, errors, signatures, connections.

This folder is the same in every package it ships in, and knows nothing of any one API.
One call runs through it like this:

    calls ── Call ──▶ exchange ── Send, Sleep, Once, Ask ──▶ drivers ──▶ http
                         │  ▲                                   │
              auth (sign, verify)                               │
                         │  └─────────── Reply ─────────────────┘
                         ▼
                      answers ──▶ Response, or an error

`exchange` does no I/O. It is a generator that says what it wants done; a driver, one for
plain and one for async code, does it. So both behave the same by construction.
"""
