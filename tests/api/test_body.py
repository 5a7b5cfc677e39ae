"""Bodies: strict JSON in strict UTF-8, nested no deeper than asked for, and no input in the message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.body import MAX_DEPTH, parse_json
from api.problems import ProblemError


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        (b"", "malformed-json"),
        (b"{", "malformed-json"),
        (b'{"text": "canary phrase"', "malformed-json"),
        (b'{"text": NaN}', "malformed-json"),
        (b'{"text": -Infinity}', "malformed-json"),
        (b'{"id": ' + b"9" * 5000 + b"}", "malformed-json"),
        (b"[" * 100_000, "malformed-json"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "malformed-json"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "malformed-json"),
        (b'{"text": "canary \xff phrase"}', "invalid-utf8"),
        ("{}".encode("utf-16"), "invalid-utf8"),
    ],
)
def test_what_is_not_json_is_a_problem_that_repeats_nothing(raw: bytes, slug: str) -> None:
    with pytest.raises(ProblemError) as caught:
        parse_json(raw)
    assert caught.value.kind.slug == slug
    assert "canary" not in caught.value.problem().model_dump_json()


def test_the_deepest_allowed_is_read() -> None:
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_is_read_exactly(text: str) -> None:
    import json

    assert parse_json(json.dumps({"text": text}).encode()) == {"text": text}
    assert parse_json(json.dumps({"text": text}, ensure_ascii=False).encode()) == {"text": text}
