from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from triage.errors import NotAllowed, NotFound
from triage.review.people import Role
from triage.review.vocabulary import Action


def test_a_new_sign_in_changes_the_roles_of_earlier_sessions(service, people):
    lead = people["lead"]
    number = service.sign_ins.sign_in(lead)
    assert service.sign_ins.look_up("lead").person == lead
    demoted = replace(lead, roles=frozenset({Role.REVIEWER}), name="Lead, now reviewer")
    assert service.sign_ins.sign_in(demoted) == number
    known = service.sign_ins.look_up("lead")
    assert (known.person, known.session) == (demoted, number)


def test_signing_out_and_ending_make_earlier_sessions_worthless(service, people):
    first = service.sign_ins.sign_in(people["reviewer"])
    service.sign_ins.sign_out(people["reviewer"])
    assert service.sign_ins.look_up("reviewer").session != first
    second = service.sign_ins.sign_in(people["reviewer"])
    service.sign_ins.end(people["lead"], "reviewer")
    assert service.sign_ins.look_up("reviewer").session not in (first, second)
    entries = service.reports.audit_entries(people["auditor"])
    assert [entry.action for entry in entries] == [
        Action.SIGN_IN,
        Action.SIGN_OUT,
        Action.SIGN_IN,
        Action.END_SESSIONS,
    ]
    assert entries[0].detail == {"roles": ["reviewer"]}


def test_who_never_signed_in_is_unknown(service, people):
    assert service.sign_ins.look_up("nobody") is None
    with pytest.raises(NotFound):
        service.sign_ins.end(people["lead"], "nobody")


@pytest.mark.parametrize("role", ["reviewer", "analyst", "auditor"])
def test_only_a_lead_or_the_operator_ends_sessions(service, people, role):
    service.sign_ins.sign_in(people["lead"])
    for step in (lambda p: service.sign_ins.end(p, "lead"), service.sign_ins.everybody):
        with pytest.raises(NotAllowed):
            step(people[role])
    assert [person.id for person in service.sign_ins.everybody(people["system"])] == ["lead"]


def test_signing_in_twice_at_one_moment_is_one_person(service, people):
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: service.sign_ins.sign_in(people["reviewer"]), range(8))) == {1}
    assert len(service.sign_ins.everybody(people["lead"])) == 1
