import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import func, select

from triage.review.tables import audit, items, outcomes, votes

ENOUGH = 250
"""Acknowledgements after which the process is killed."""


def test_every_acknowledged_write_survives_a_kill_and_none_is_half_done(open_service, review_settings, people):
    command = [sys.executable, str(Path(__file__).with_name("writer.py"))]
    command += [review_settings.database_url, str(review_settings.key_ring)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(ENOUGH)]
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.readlines()
    acknowledged = [line.split() for line in said if line.endswith("\n")]
    assert len(acknowledged) >= ENOUGH and {line[0] for line in acknowledged} >= {"submit", "claim", "decide"}

    service = open_service()
    with service._desk.store.reading() as tx:
        stored = set(tx.connection.execute(select(items.c.id)).scalars())
        decided = {
            tuple(row) for row in tx.connection.execute(select(votes.c.item, votes.c.reviewer, votes.c.indicator))
        }
        ended = {tuple(row) for row in tx.connection.execute(select(outcomes.c.item, outcomes.c.reviewer))}
        actions = Counter(tx.connection.execute(select(audit.c.action)).scalars())
        leases = tx.connection.execute(
            select(func.count()).where(items.c.state == "in_review", items.c.lease_owner.is_(None))
        ).scalar_one()
    for step, *subject in acknowledged:
        if step == "submit":
            assert subject[0] in stored
        elif step == "decide":
            assert tuple(subject) in decided
        elif step == "complete":
            assert tuple(subject) in ended
    assert (actions["submit"], actions["decide"], actions["complete"]) == (len(stored), len(decided), len(ended))
    assert leases == 0
    assert service.reports.verify_audit(people["auditor"]).broken is None
