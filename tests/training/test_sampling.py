"""The piles of notes to label next."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.note import Note
from triage.training.duplicates import near_duplicates
from triage.training.sampling import Candidate, Picked, Pile, Plan, pick, to_record

WORDS = ["phone", "school", "mum", "visit", "parcel", "game", "tablet", "uncle", "football", "dentist", "bus", "dog"]


def candidates(count, probabilities=lambda number: {}):
    texts = [
        f"{WORDS[number % 12]} {WORDS[number // 12 % 12]} {number} {WORDS[number // 5 % 12]} seen {number * 7}"
        for number in range(count)
    ]
    return [Candidate(f"N-{number}", text, probabilities(number)) for number, text in enumerate(texts)]


def test_piles_have_their_sizes_and_the_random_one_its_rate():
    notes = candidates(200, lambda number: {"sextortion": 0.5 + number / 1000})
    picks = pick(notes, Plan(count=50, random_share=0.2, uncertain_share=0.5))
    assert Counter(found.pile for found in picks) == {Pile.RANDOM: 10, Pile.UNCERTAIN: 20, Pile.DIVERSE: 20}
    assert len({found.index for found in picks}) == 50
    assert {found.rate for found in picks} == {10 / 200, None}


def test_the_same_seed_gives_the_same_notes_and_another_does_not():
    notes = candidates(200)
    assert pick(notes, Plan(count=40)) == pick(notes, Plan(count=40))
    assert pick(notes, Plan(count=40)) != pick(notes, Plan(count=40, seed=1))


def test_the_random_pile_does_not_depend_on_scores():
    plain = pick(candidates(100), Plan(count=20))
    scored = pick(candidates(100, lambda number: {"sextortion": 0.5}), Plan(count=20))
    assert [found for found in plain if found.pile is Pile.RANDOM] == [f for f in scored if f.pile is Pile.RANDOM]


def test_uncertain_notes_are_those_nearest_the_threshold_of_each_indicator_in_turn():
    def probabilities(number):
        return {"sextortion": 0.9 - number / 1000} if number < 50 else {"new_phones": 0.3 + (number - 50) / 1000}

    plan = Plan(count=4, random_share=0, uncertain_share=1, thresholds={"sextortion": 0.9, "new_phones": 0.3})
    picks = pick(candidates(100, probabilities), plan)
    assert [(found.index, found.indicator) for found in picks] == [
        (50, "new_phones"),
        (0, "sextortion"),
        (51, "new_phones"),
        (1, "sextortion"),
    ]


def test_sure_notes_are_not_uncertain_ones():
    picks = pick(candidates(50, lambda number: {"sextortion": 0.99}), Plan(count=10, random_share=0))
    assert {found.pile for found in picks} == {Pile.DIVERSE}


def test_near_duplicates_are_not_picked_twice():
    texts = [f"Mum rang at ten past four to say that a second phone had been found, entry {n}." for n in range(30)]
    notes = [Candidate(str(n), text, {"new_phones": 0.5}) for n, text in enumerate([*texts, "Seen at school today."])]
    picks = pick(notes, Plan(count=10, random_share=0))
    assert sorted(found.index == 30 for found in picks) == [False, True]


def test_equal_texts_are_not_picked_twice_however_many_there_are():
    notes = [Candidate(str(n), "No reply at the door.") for n in range(300)] + [Candidate("x", "Seen at school.")]
    assert len(pick(notes, Plan(count=10, random_share=0))) == 2


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.text(min_size=1, max_size=30).filter(str.strip), max_size=25),
    st.integers(1, 30),
    st.floats(0, 1),
    st.integers(0, 5),
)
def test_any_texts_give_distinct_picks(texts, count, share, seed):
    picks = pick(
        [Candidate(str(n), text) for n, text in enumerate(texts)], Plan(count=count, random_share=share, seed=seed)
    )
    indices = [found.index for found in picks]
    assert len(set(indices)) == len(indices) <= min(count, len(texts))
    diverse = [texts[found.index] for found in picks if found.pile is Pile.DIVERSE]
    assert list(near_duplicates(diverse)) == []


def test_a_picked_note_is_a_record_that_keeps_why():
    note = Note("A note.", id="N-1", case_id="C-7")
    record = to_record(note, Picked(0, Pile.RANDOM, rate=0.05), source="duty")
    assert (record.id, record.case_id, record.source, record.spans) == ("N-1", "C-7", "duty", ())
    assert record.meta == {"pile": "random", "sampling_rate": "0.05"}
    unsure = to_record(note, Picked(0, Pile.UNCERTAIN, indicator="sextortion"), source="duty")
    assert unsure.meta == {"pile": "uncertain", "unsure_of": "sextortion"}
