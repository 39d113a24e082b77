"""Messages and locations of `specloom diff` for parts of types, whole bodies, reasons of errors and credentials."""

from __future__ import annotations

from pathlib import Path

from tests.test_diff_types import API, changes_between

BODY = """\
title: Things
endpoints:
  put:
    http: PUT /things
    title: Put things
    body: {body}
    responses: {{204: null}}
"""
ERRORS = """\
title: Things
endpoints:
  get:
    http: GET /things
    title: Get the thing
    responses: {204: null}
    errors:
"""


def test_a_change_within_a_list_or_map_names_the_part(tmp_path: Path) -> None:
    old, new = (
        BODY.format(body=f"{{sizes: map<list<string({length})>>(..{maximum})}}")
        for length, maximum in ((5, 3), (4, 2))
    )
    assert [change.message for change in changes_between(tmp_path, old, new)] == [
        "things.put: argument `sizes` has tighter limits",
        "things.put: each item of each value of argument `sizes` has tighter limits",
    ]


def test_a_change_of_a_whole_body_has_the_location_of_its_endpoint(tmp_path: Path) -> None:
    [change] = changes_between(
        tmp_path, BODY.format(body="list<string(5)>"), BODY.format(body="list<string(4)>")
    )
    assert (change.message, change.location.path, change.location.line) == (
        "things.put: each item of argument `body` has tighter limits",
        "new/things.yaml",
        3,
    )


def errors(*texts: tuple[str, str]) -> str:
    return ERRORS + "".join(
        f"      - {{status: 404, code: NOT_HERE, reason: {reason}, remedy: {remedy}}}\n"
        for reason, remedy in texts
    )


def test_reasons_of_one_error_are_matched_by_their_texts(tmp_path: Path) -> None:
    sold, moved, hidden = (
        ("It was sold.", "Take another."),
        ("It has moved.", "Look elsewhere."),
        ("It is hidden.", "Ask somebody."),
    )
    for number, (old, new, expected) in enumerate(
        [
            (
                [sold, moved],
                [hidden, sold, moved],
                [("error-text-changed", (None, "It is hidden."))],
            ),
            (
                [hidden, sold, moved],
                [sold, moved],
                [("error-text-changed", ("It is hidden.", None))],
            ),
            (
                [sold, moved],
                [moved, ("It was sold.", "Wait.")],
                [
                    ("error-text-changed", ("Take another.", "Wait.")),
                    (
                        "order-changed",
                        ("It was sold.; It has moved.", "It has moved.; It was sold."),
                    ),
                ],
            ),
            (
                [sold],
                [("It is sold.", "Take another.")],
                [("error-text-changed", ("It was sold.", "It is sold."))],
            ),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert [
            (change.rule.id, change.values)
            for change in changes_between(folder, errors(*old), errors(*new))
        ] == expected


def test_a_renamed_path_parameter_does_not_reuse_a_route(tmp_path: Path) -> None:
    old, new = (
        f"title: Things\nendpoints:\n  get: {{http: 'GET /things/{{{name}}}', title: Get it, path: {{{name}: string}}, responses: {{204: null}}}}\n"
        for name in ("id", "number")
    )
    assert "route-changed" in {change.rule.id for change in changes_between(tmp_path, old, new)}


def test_changed_credentials_are_reported_once(tmp_path: Path) -> None:
    old, new = (API.replace("auth: none", f"auth: {kind}") for kind in ("bearer", "basic"))
    changes = changes_between(
        tmp_path, BODY.format(body="list<string>"), BODY.format(body="list<string>"), old, new
    )
    assert [change.rule.id for change in changes] == ["credentials-changed"]
