import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from triage.errors import ReviewError
from triage.flag import Band
from triage.note import Note
from triage.review.judging import read_standings
from triage.review.people import Person, Role
from triage.review.records import Decision, Mark, Submission
from triage.review.settings import ReviewSettings
from triage.review.states import BEING_READ, OPEN, SETTLED
from triage.review.tables import findings, item_flags, item_tallies, items, outcomes, tallies, votes
from triage.review.tallies import recount
from triage.review.vocabulary import ItemState, Outcome, Reason, SkipReason, Standing, Verdict
from triage.service import ReviewService

SYSTEM = Person("system", "System", frozenset({Role.SYSTEM}))
AUDITOR = Person("auditor", "Auditor", frozenset({Role.AUDITOR}))
READERS = [Person(f"reader{n}", "Reader", frozenset({Role.REVIEWER})) for n in range(3)]
READERS += [Person(f"lead{n}", "Lead", frozenset({Role.LEAD})) for n in range(2)]
TEXT = "He said he will post her nudes unless she pays him. She has a second phone."


class Reviewing(RuleBasedStateMachine):
    """People do anything in any order; what is refused changes nothing, what is done keeps every rule."""

    def __init__(self, triager, template, key_ring, clock):
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="triage-machine-"))
        shutil.copy(template, self.directory / "store.sqlite3")
        settings_ = ReviewSettings(
            database_url=f"sqlite:///{self.directory}/store.sqlite3",
            key_ring=key_ring,
            blind_share=0.5,
            sample_rate=0.5,
            second_review_bands=frozenset(Band),
        )
        self.clock = clock
        self.service = ReviewService.open(settings_, triager, clock=clock)
        self.ids: list[str] = []
        self.seen: dict[str, int] = {}
        self.rows = 0

    def teardown(self):
        assert self.service.reports.verify_audit(AUDITOR).broken is None
        self.service.close()
        shutil.rmtree(self.directory)

    @initialize()
    def first_notes(self):
        for number in range(2):
            self.submit(number, change=0)

    def attempt(self, step):
        """Do a step; where it is refused, no row of the queue has changed."""
        before = self.snapshot()
        try:
            step()
        except ReviewError:
            assert self.snapshot() == before

    def snapshot(self):
        with self.service._desk.store.reading() as tx:
            return {row.id: tuple(row) for row in tx.connection.execute(select(items))}

    def version(self, item_id):
        with self.service._desk.store.reading() as tx:
            return tx.connection.execute(select(items.c.version).where(items.c.id == item_id)).scalar_one()

    @rule(number=st.integers(0, 2), change=st.integers(0, 1))
    def submit(self, number, change):
        self.clock.advance(seconds=1)
        note = Note(f"{TEXT} Ref {number}.{' Agreed.' * change}", id=f"N-{number}")
        receipt = self.service.submit(SYSTEM, Submission("cms", note))
        if receipt.created:
            self.ids.append(receipt.item_id)

    @rule(person=st.sampled_from(READERS))
    def claim_next(self, person):
        self.attempt(lambda: self.service.claim_next(person))

    @rule(person=st.sampled_from(READERS), data=st.data())
    def claim(self, person, data):
        self.attempt(lambda: self.service.claim(person, self.choose(data)))

    @rule(person=st.sampled_from(READERS), data=st.data(), skip=st.booleans())
    def give_back(self, person, data, skip):
        item_id = self.choose(data)
        if skip:
            self.attempt(lambda: self.service.skip(person, item_id, reason=SkipReason.NOT_NOW))
        else:
            self.attempt(lambda: self.service.release(person, item_id))

    @rule(person=st.sampled_from(READERS), data=st.data(), mark=st.booleans())
    def judge(self, person, data, mark):
        item_id = self.choose(data)
        marks = [Mark("online_gifts", 0, 2)] if mark else []
        self.attempt(lambda: self.service.judge_first(person, item_id, version=self.version(item_id), marks=marks))

    @rule(
        person=st.sampled_from(READERS),
        data=st.data(),
        disagree=st.booleans(),
        stale=st.sampled_from([False, False, True]),
    )
    def read_whole_note(self, person, data, disagree, stale):
        """The ordinary way through, once leases have run out, with a version that may be old."""
        item_id = self.choose(data, *OPEN)
        self.clock.advance(minutes=31)
        self.attempt(lambda: self.service.claim(person, item_id))
        try:
            page = self.service.note_page(person, item_id)
        except ReviewError:
            return
        if page.hidden:
            self.attempt(lambda: self.service.judge_first(person, item_id, version=page.item.version, marks=[]))
        for indicator in self.service.note_page(person, item_id).open_indicators:
            verdict = Verdict.DISAGREE if disagree else Verdict.AGREE
            decision = Decision(indicator, verdict, Reason.NOT_SAID if disagree else None)
            version = page.item.version if stale else self.version(item_id)
            self.attempt(lambda d=decision, v=version: self.service.decide(person, item_id, version=v, decision=d))
        outcome = Outcome.NO_ACTION if disagree else Outcome.ACT
        self.attempt(lambda: self.service.complete(person, item_id, version=self.version(item_id), outcome=outcome))

    @rule(person=st.sampled_from(READERS), data=st.data())
    def undo(self, person, data):
        item_id = self.choose(data)
        self.attempt(lambda: self.service.undo(person, item_id, version=self.version(item_id), indicator="sextortion"))

    @rule(person=st.sampled_from(READERS), data=st.data())
    def reopen(self, person, data):
        item_id = self.choose(data, *SETTLED, ItemState.WAITING_SECOND)
        self.attempt(lambda: self.service.reopen(person, item_id, version=self.version(item_id)))

    @rule(person=st.sampled_from(READERS), data=st.data())
    def adjudicate(self, person, data):
        item_id = self.choose(data, ItemState.CONFLICTED)
        page = self.service.note_page(person, item_id)
        rulings = [
            Decision(s.indicator, Verdict.DISAGREE, Reason.NOT_SAID)
            for s in page.standings
            if s.standing is Standing.CONFLICTED
        ]
        self.attempt(
            lambda: self.service.adjudicate(
                person, item_id, version=self.version(item_id), rulings=rulings, outcome=Outcome.ACT
            )
        )

    @rule(minutes=st.integers(1, 40))
    def time_passes(self, minutes):
        self.clock.advance(minutes=minutes)

    def choose(self, data, *states):
        """Draw an item, of the states named where there is one."""
        with self.service._desk.store.reading() as tx:
            rows = tx.connection.execute(
                select(items.c.id, items.c.state).order_by(items.c.queued_at, items.c.id)
            ).all()
        wanted = states or tuple(state for state in ItemState if state is not ItemState.SUPERSEDED)
        return data.draw(st.sampled_from([row.id for row in rows if row.state in wanted] or self.ids))

    @invariant()
    def every_item_keeps_the_rules(self):
        with self.service._desk.store.reading() as tx:
            for row in tx.connection.execute(select(items)).mappings():
                state = ItemState(row["state"])
                assert row["open"] == (state in OPEN)
                assert (row["lease_owner"] is not None) == (state in BEING_READ)
                assert (row["settled_at"] is not None) == (state in SETTLED)
                assert row["second_reviewer"] is None or row["second_reviewer"] != row["first_reviewer"]
                assert row["version"] >= self.seen.get(row["id"], 1)
                self.seen[row["id"]] = row["version"]
                self.standings_fit(tx, row, state)

    @invariant()
    def nothing_decided_is_ever_lost(self):
        with self.service._desk.store.reading() as tx:
            count = sum(
                tx.connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (votes, outcomes)
            )
        assert count >= self.rows
        self.rows = count

    @invariant()
    def counts_are_what_the_rows_say(self):
        with self.service._desk.store.writing() as tx:
            kept = self.totals(tx)
            recount(tx.connection)
            assert kept == self.totals(tx)

    @invariant()
    def flags_stand_where_their_note_stands(self):
        names = ("open", "rank", "queued_at", "restricted", "blind", "team")
        of_flag, of_item = ([table.c[name] for name in names] for table in (item_flags, items))
        with self.service._desk.store.reading() as tx:
            query = select(*of_flag, *of_item).join_from(item_flags, items, item_flags.c.item == items.c.id)
            for row in tx.connection.execute(query):
                assert row[: len(names)] == row[len(names) :]

    def totals(self, tx):
        query = select(tallies).where(tallies.c.total != 0)
        lines = select(item_tallies.c.item, item_tallies.c.lines)
        return (
            {tuple(row) for row in tx.connection.execute(query)},
            {row.item: row.lines for row in tx.connection.execute(lines)},
        )

    def standings_fit(self, tx, row, state):
        found = {standing.standing for standing in read_standings(tx, row)}
        kept = tx.connection.execute(select(findings).where(findings.c.item == row["id"])).first()
        if state in SETTLED:
            assert found <= {Standing.AGREED}
        else:
            assert kept is None
        if state in OPEN:
            assert found <= {Standing.INCOMPLETE}


@pytest.mark.slow
def test_reviewing_keeps_its_rules_whatever_people_do(triager, sqlite_template, key_ring, clock):
    run_state_machine_as_test(
        lambda: Reviewing(triager, sqlite_template, key_ring, clock),
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
