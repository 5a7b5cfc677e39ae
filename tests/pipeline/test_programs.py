"""Compiled programs match what their definition says, however many places a long sentence offers."""

from collections import defaultdict
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from triage.pipeline.compiler import make_program
from triage.pipeline.hits import Hits, Labels
from triage.pipeline.programs import ProgramIndex, run

KINDS = [Labels([0]), Labels([1]), Labels([2]), Labels([0, 1])]

spans = st.tuples(st.integers(0, 20), st.integers(1, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))
sentences = st.lists(st.tuples(st.sampled_from(KINDS), spans), unique=True, max_size=14).map(
    lambda found: Hits(sorted(found, key=lambda hit: hit[1]))
)
parts = st.lists(st.integers(0, 2), min_size=1, max_size=3).flatmap(
    lambda labels: st.tuples(
        st.just(tuple(labels)),
        st.lists(st.integers(0, 4), min_size=len(labels) - 1, max_size=len(labels) - 1).map(tuple),
    )
)
programs = st.builds(make_program, st.lists(parts, min_size=1, max_size=2).map(tuple), st.integers(3, 15))


def places(labels, gaps, hits):
    """Every way to lay out a sequence, by trying all."""
    for choice in product(*(hits.spans(label) for label in labels)):
        steps = zip(choice, choice[1:], gaps, strict=False)
        if all(end <= start <= end + gap for (_, end), (start, _), gap in steps):
            yield choice[0][0], choice[-1][1]


def matches(program, hits):
    """Every shortest match, by the definition."""
    found = set()
    for layout in product(*(set(places(labels, gaps, hits)) for labels, gaps in program.parts)):
        ordered = sorted(layout)
        apart = all(end <= start for (_, end), (start, _) in pairwise(ordered))
        whole = (min(start for start, _ in layout), max(end for _, end in layout))
        if apart and (len(layout) == 1 or whole[1] - whole[0] <= program.within):
            found.add(whole)
    return [span for span in sorted(found) if not any(o != span and span[0] <= o[0] and o[1] <= span[1] for o in found)]


@given(programs, sentences)
def test_a_program_matches_by_its_definition(program, hits):
    assert run(program, hits) == matches(program, hits)


@given(st.lists(programs, max_size=8), sentences)
def test_the_index_finds_what_running_every_program_finds(compiled, hits):
    index = ProgramIndex(list(zip(compiled, range(len(compiled)), strict=True)), defaultdict(float))
    expected = [(number, span) for number, program in enumerate(compiled) for span in run(program, hits)]
    assert sorted(index.find(hits)) == sorted(expected)
