"""Runtime of generated clients: calls, responses, errors, authentication, connections.

This folder is the same in every package and does not depend on the API. A call runs
through its modules like this:

    calls ── Call ──▶ call_flow ──── Send, Sleep, … ────▶ drivers ──▶ httpx_adapter
                         │  ▲                                │
              auth (sign, verify)                            │
                         │  └───────── RawResponse ──────────┘
                         ▼
                     responses ──▶ Response, or an error

`call_flow` does no I/O. It is a generator that yields actions; the sync or the async
driver performs them. So both clients behave the same by construction.
"""
