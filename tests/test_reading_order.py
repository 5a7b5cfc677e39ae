"""The shipped reading-order rules on hand-made notes: each holds where it should, and only there."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.flag import Band, ReadingOrder
from triage.note import Note
from triage.triager import Triager

TODAY = date(2026, 6, 1)

# Rule, band it gives, and a note that must call it.
HOLDS = [
    ("E1", Band.SAME_DAY, "He said someone is threatening to post his nude photo unless he pays by Friday."),
    ("E2", Band.SAME_DAY, "She said a man of 40 year old on the app sends her sexual messages every night."),
    ("E3", Band.SAME_DAY, "She was pressured to send nude pictures, he kept asking until she gave in."),
    ("E3b", Band.SAME_DAY, "Aged 11. Told her nan that she was coaxed to send a nude photo to a girl in her form."),
    ("E4", Band.SAME_DAY, "The assault on YP was filmed and the clip was posted on Snapchat."),
    ("E5", Band.SAME_DAY, "She travelled by train to stay with a man she met on Discord."),
    ("E5b", Band.NEXT_WORKING_DAY, "He talks of meeting up with someone from TikTok."),
    ("E5b", Band.SAME_DAY, "He is planning to meet up with someone from TikTok tomorrow."),
    ("E6", Band.SAME_DAY, "She has a second phone that nobody bought her. This morning she took an overdose."),
    ("E7", Band.SAME_DAY, "A Discord server ordered her to cut a name into her arm to gain rank."),
    ("E8", Band.SAME_DAY, "They posted that they will stab him and put his address online."),
    ("E9", Band.SAME_DAY, "Police identified him as the uploader of bomb-making instructions."),
    ("E10", Band.SAME_DAY, "A coach at his club messages him privately on Snapchat at night."),
    ("C1", Band.NEXT_WORKING_DAY, "She met him on Instagram, nobody has seen him. He moved to Telegram with her."),
    ("C1b", Band.NEXT_WORKING_DAY, "She met him on Instagram, nobody has seen him. She hides her screen."),
    (
        "C2",
        Band.NEXT_WORKING_DAY,
        "She met him on Instagram, nobody has seen him. She hides her screen. She has a second phone.",
    ),
    (
        "C2b",
        Band.NEXT_WORKING_DAY,
        "She met him on Instagram, nobody has seen him. He moved to Telegram with her. She has a second phone.",
    ),
    (
        "C3",
        Band.SAME_DAY,
        "She met him on Instagram, nobody has seen him. She has a second phone. He talks of meeting up with her.",
    ),
    (
        "C3b",
        Band.SAME_DAY,
        "He met her on Instagram, nobody has seen her. He hides his screen and has a second phone. Reported missing.",
    ),
    (
        "C4",
        Band.NEXT_SUPERVISION,
        "She has a second phone. Her phone rings all night. She hides her screen.",
    ),
    (
        "C4",
        Band.NEXT_WORKING_DAY,
        "Year 6. She has a second phone. Her phone rings all night. She hides her screen.",
    ),
    ("C5", Band.NEXT_WORKING_DAY, "He has a second phone. It rings all night. He was edgy and then left the house."),
    ("C5b", Band.NEXT_WORKING_DAY, "He has a second phone. It rings all night. He panics if his battery dies."),
    ("C6", Band.NEXT_WORKING_DAY, "He has a second phone, taxis at all hours and new older associates."),
    ("C6", Band.SAME_DAY, "He has a second phone, taxis at all hours and new older associates. Says he owes money."),
    (
        "C7",
        Band.NEXT_WORKING_DAY,
        "Someone online sends her V-Bucks. Money goes in and straight out of her bank account for other people.",
    ),
    ("C7b", Band.NEXT_WORKING_DAY, "A stranger online sent him vouchers and asked for his bank details."),
    ("C8", Band.NEXT_WORKING_DAY, "She follows pro-ana accounts. School nurse notes weight loss."),
    ("C9", Band.NEXT_WORKING_DAY, "He quotes incel videos about women. He feels hopeless."),
    ("C10", Band.NEXT_WORKING_DAY, "A hate page about her was set up on Instagram. She is refusing school."),
    ("C12", Band.NEXT_WORKING_DAY, "Aged 8. Has been watching porn on the tablet. Sexualised play noted at school."),
    ("C13", Band.NEXT_WORKING_DAY, "Her nude photo is going round the year group."),
    ("S1", Band.NEXT_WORKING_DAY, "She lent her account to a man who runs a deal line."),
    ("S2", Band.NEXT_WORKING_DAY, "Her boyfriend put a tracker on her phone and reads all her messages."),
    ("S2b", Band.NEXT_SUPERVISION, "He was told to delete the chats and hide the app from his mum."),
    ("S3", Band.NEXT_SUPERVISION, "She met a boy on a quiz app."),
    ("S3", Band.NEXT_WORKING_DAY, "She met a boy on a quiz app. Year 5."),
    ("L1", Band.NOTE, "He has a second phone. Receipt seen, mum confirmed she bought it."),
    ("L2", Band.NOTE, "He has a second phone."),
    ("L4", Band.NOTE, "In 2019 he had a second phone."),
    ("L4b", Band.NEXT_SUPERVISION, "In 2021 she was groomed on a game by a man. She has a second phone."),
    ("L5", Band.NOTE, "Online life not explored as mum was in the room."),
]

# Rule, and a note like one that calls it but must not.
HOLDS_NOT = [
    ("E1", "Assembly on sextortion for Year 9."),
    ("E1", "It is possible that someone has threatened to post his nude photo."),
    ("E2", "A boy in her class sends her sexual messages."),
    ("E3", "Nude photo of her shown to a friend. In another matter the house was sold for money."),
    ("E3b", "She was coaxed to send a nude photo. Aged 15."),
    ("E4", "School play filmed by parents."),
    ("E5", "She travelled by train to see her nan."),
    ("E6", "She has a second phone that nobody bought her."),
    ("E6", "This morning she took an overdose."),
    ("E7", "A Discord server plays chess with him."),
    ("E8", "They call him names in the group chat."),
    ("E9", "Prevent training completed by the team."),
    ("E10", "Stepdad has a laptop."),
    ("C1", "She met him on Instagram, nobody has seen him."),
    ("C2", "She met him on Instagram, nobody has seen him. She hides her screen."),
    ("C3", "She met him on Instagram, nobody has seen him. She has a second phone."),
    ("C3b", "He met her on Instagram, nobody has seen her. He has a second phone. Reported missing."),
    ("C4", "She has a second phone. Her phone rings all night."),
    ("C5", "He has a second phone. It rings all night."),
    ("C6", "He has a second phone and new older associates."),
    ("C7b", "A stranger online sent him vouchers. Mum gave her bank details to the school."),
    ("C8", "She follows pro-ana accounts. Eats well."),
    ("C10", "A hate page about her was set up on Instagram."),
    ("C12", "Aged 8. Has been watching porn on the tablet."),
    ("S2b", "He has a second phone."),
    ("L1", "He has a second phone."),
    ("L2", "He has a second phone. Receipt seen, mum confirmed she bought it."),
    ("L2", "He has a second phone. A man he met on Discord asks for pictures."),
    ("L4b", "In 2021 she was groomed on a game by a man."),
    ("L5", "Online life explored: plays chess with her cousins."),
]

WEAK = [
    "He has a second phone.",
    "Her phone rings all night.",
    "She panics if her battery dies.",
    "She hides her screen.",
    "New trainers, nobody knows who bought them.",
    "Plays Fortnite through the night.",
]


def rules(order: ReadingOrder) -> dict[str, Band]:
    return {reason.rule: reason.band for reason in order.reasons}


def note(text: str, *, days_ago: int = 0, id: str = "N-1") -> Note:
    return Note(text, id=id, case_id="C-1", recorded_at=TODAY - timedelta(days=days_ago))


@pytest.mark.parametrize(("rule", "band", "text"), HOLDS)
def test_a_rule_holds(triager: Triager, rule: str, band: Band, text: str) -> None:
    assert rules(triager.assess(text).reading_order).get(rule) == band


@pytest.mark.parametrize(("rule", "text"), HOLDS_NOT)
def test_a_rule_does_not_hold(triager: Triager, rule: str, text: str) -> None:
    assert rule not in rules(triager.assess(text).reading_order)


def test_every_rule_is_tried_and_described(triager: Triager) -> None:
    shipped = triager.knowledge.reading_order.rules
    assert {rule.id for rule in shipped} == {rule for rule, _, _ in HOLDS}
    assert all(rule.text.endswith(".") and "risk of" not in rule.text for rule in shipped)


def test_the_band_is_the_soonest_of_the_rules_that_hold(triager: Triager) -> None:
    order = triager.assess(HOLDS[0][2]).reading_order
    assert order.band is Band.SAME_DAY
    assert order.reasons[0].rule == "E1"
    assert {"E1", "S1"} <= rules(order).keys()


def test_every_reason_of_a_flag_quotes_the_note(triager: Triager) -> None:
    text = HOLDS[0][2]
    for reason in triager.assess(text).reading_order.reasons:
        assert reason.quotes
        assert all(quote.quote == text[quote.start : quote.end] for quote in reason.quotes)


@pytest.mark.parametrize("text", WEAK)
def test_a_weak_sign_alone_never_raises_the_band(triager: Triager, text: str) -> None:
    assessment = triager.assess(text)
    assert assessment.flags
    assert assessment.reading_order.band is Band.NOTE


@pytest.mark.parametrize(("first", "second"), list(permutations(WEAK, 2))[::5])
def test_two_weak_signs_do_not_raise_the_band(triager: Triager, first: str, second: str) -> None:
    assert triager.assess(f"{first} {second}").reading_order.band is Band.NOTE


def test_three_weak_signs_in_notes_of_one_month_do(triager: Triager) -> None:
    notes = [note(text, days_ago=days, id=text) for text, days in zip(WEAK[:4], (0, 10, 25, 80), strict=True)]
    _, order = triager.assess_case(notes)
    assert rules(order)["C4"] is Band.NEXT_SUPERVISION
    _, order = triager.assess_case([notes[0], notes[1], notes[3]])
    assert order.band is Band.NOTE


@pytest.mark.parametrize(
    ("plain", "denied"),
    [
        ("He has a second phone.", "He denies having a second phone."),
        (
            "Someone is threatening to post his nude photo.",
            "He denies that someone is threatening to post his nude photo.",
        ),
        ("She sent nude pictures to a man.", "She denies that she sent nude pictures to a man."),
    ],
)
def test_a_denial_never_lowers_the_band(triager: Triager, plain: str, denied: str) -> None:
    said, unsaid = triager.assess(plain), triager.assess(denied)
    assert {flag.status.value for flag in unsaid.flags} == {"denied"}
    assert unsaid.reading_order.band is said.reading_order.band


def test_what_is_only_possible_is_read_one_band_later(triager: Triager) -> None:
    stated = triager.assess("Someone is threatening to post his nude photo.")
    possible = triager.assess("We suspect that someone is threatening to post his nude photo.")
    assert stated.reading_order.band is Band.SAME_DAY
    assert {flag.status.value for flag in possible.flags} == {"possible"}
    assert possible.reading_order.band is Band.NEXT_WORKING_DAY


@pytest.mark.parametrize(
    "text",
    [
        "No second phone seen.",
        "Session with Y9 on sextortion.",
        "Her brother was groomed on a game.",
        "Home visit. House warm, fridge full.",
    ],
)
def test_other_statuses_and_ordinary_notes_stay_at_note(triager: Triager, text: str) -> None:
    assert triager.assess(text).reading_order.band is Band.NOTE


def test_what_plays_harm_down_does_not_lower_the_band(triager: Triager) -> None:
    text = "At risk of exploitation, only online, boys' banter: someone is threatening to post his nude photo."
    assert triager.assess(text).reading_order.band is Band.SAME_DAY


CLUSTER = [
    "She met him on Instagram, nobody has seen him.",
    "She hides her screen.",
    "She has a second phone.",
]


def case(days: Sequence[int]) -> list[Note]:
    return [note(text, days_ago=ago, id=f"N-{ago}") for text, ago in zip(CLUSTER, days, strict=True)]


def test_notes_of_ninety_days_are_read_together(triager: Triager) -> None:
    _, order = triager.assess_case(case([90, 40, 0]))
    assert rules(order)["C2"] is Band.NEXT_WORKING_DAY
    reason = next(reason for reason in order.reasons if reason.rule == "C2")
    assert {quote.note_id for quote in reason.quotes} == {"N-90", "N-40", "N-0"}


def test_older_notes_no_longer_count(triager: Triager) -> None:
    _, order = triager.assess_case(case([91, 40, 0]))
    assert "C2" not in rules(order)


def test_a_threat_of_last_month_is_no_longer_read_today(triager: Triager) -> None:
    _, order = triager.assess_case([note(HOLDS[0][2], days_ago=30), note("He hides his screen.", id="N-2")])
    assert "E1" not in rules(order)
    _, order = triager.assess_case([note(HOLDS[0][2], days_ago=3), note("He hides his screen.", id="N-2")])
    assert rules(order)["E1"] is Band.SAME_DAY


def test_notes_without_a_date_count_as_recent(triager: Triager) -> None:
    notes = [Note(text, id=f"N-{number}") for number, text in enumerate(CLUSTER)]
    assert "C2" in rules(triager.assess_case(notes)[1])


def test_dates_with_and_without_a_time_may_be_mixed(triager: Triager) -> None:
    notes = case([80, 40, 0])
    timed = Note(CLUSTER[0], id="N-80", case_id="C-1", recorded_at=datetime(2026, 3, 13, 9, 30, tzinfo=UTC))
    assert rules(triager.assess_case([timed, *notes[1:]])[1]) == rules(triager.assess_case(notes)[1])


def test_a_note_that_could_not_be_assessed_reaches_a_person(triager: Triager) -> None:
    _, order = triager.assess_case([note(""), note("House warm.", id="N-2")])
    assert order.band is Band.NEXT_WORKING_DAY


@settings(max_examples=25, deadline=None)
@given(st.permutations([(text, days) for text, days in zip([*CLUSTER, *WEAK[:2]], (70, 40, 40, 12, 0), strict=True)]))
def test_the_order_of_notes_does_not_matter(triager: Triager, arranged: list[tuple[str, int]]) -> None:
    notes = [note(text, days_ago=days, id=text) for text, days in arranged]
    expected = triager.assess_case(sorted(notes, key=lambda each: each.text))[1]
    assert triager.assess_case(notes)[1] == expected


@pytest.mark.parametrize("notes", [[], [""]], ids=["no note", "no note that could be assessed"])
def test_a_case_without_an_assessed_note_is_ordered(triager: Triager, notes: list[str]) -> None:
    _, order = triager.assess_case([note(text) for text in notes])
    assert order.band is (Band.NEXT_WORKING_DAY if notes else Band.NOTE)
