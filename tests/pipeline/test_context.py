"""The context rules on the ways case notes say that something is, may be, was or was not so."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.extraction import Context
from triage.flag import Status
from triage.knowledge.files import KnowledgeFile
from triage.knowledge.inflection import Inflector
from triage.knowledge.loading import SHIPPED
from triage.knowledge.schemas import ConceptFile, ContextFile, InflectionFile
from triage.pipeline.compiler import Compiler
from triage.pipeline.context import ContextEngine, Target
from triage.pipeline.extractor import locate
from triage.pipeline.lexicon import Lexicon
from triage.pipeline.programs import ProgramIndex, how_common
from triage.pipeline.reading import Reading, read
from triage.pipeline.scopes import overlaps
from triage.pipeline.tokens import Tokens


class Bench:
    """The engine with the shipped rules and no cues."""

    def __init__(self) -> None:
        self.rules = self._parse("context.yaml", ContextFile)
        concepts = self._parse("concepts/context.yaml", ConceptFile).concepts
        irregular = self._parse("inflections.yaml", InflectionFile).irregular
        compiler = Compiler(concepts, Inflector(irregular))
        self.engine = ContextEngine(self.rules, compiler)
        phrases = compiler.phrases()
        common = how_common(phrases)
        self.tokens = Tokens(compiler.words())
        self.lexicon = Lexicon(phrases, compiler.choices(), self.tokens)
        self.far = ProgramIndex(self.engine.far, common)
        self.engine.finish(common)

    @staticmethod
    def _parse(name, model):
        file = KnowledgeFile(SHIPPED / name, SHIPPED)
        parsed = file.parse(model)
        assert parsed is not None, file.issues
        return parsed

    def read(self, text: str) -> Reading:
        return read(text, self.tokens, self.lexicon)

    def context(self, marked: str, *, indicator: str | None = None, loose: bool = False) -> Context:
        text, start, end = unmark(marked)
        reading = self.read(text)
        target = replace(locate(reading, start, end), indicator=indicator, loose=loose)
        return self.apply(reading, [target])[0]

    def apply(self, reading: Reading, targets: Sequence[Target]) -> list[Context]:
        far = [(number, *found) for number, hits in enumerate(reading.hits) for found in self.far.find(hits)]
        return self.engine.apply(reading, targets, far)


@cache
def bench() -> Bench:
    return Bench()


def unmark(marked: str) -> tuple[str, int, int]:
    start = marked.index("[[")
    end = marked.index("]]") - 2
    return marked.replace("[[", "").replace("]]", ""), start, end


NEGATED = """
No [[second phone]] seen.
No gifts, second phone or [[contact from strangers]].
No gifts, [[second phone]] or contact from strangers.
No [[gifts]], second phone or contact from strangers.
No evidence of [[grooming]].
No sign of [[a hidden account]] on the tablet.
No indication of [[online contact with adults]].
There is no evidence that [[he has met anyone from the game]].
There were no [[indecent images]] on the handset.
Police found no [[indecent images]] on the handset.
Nothing to suggest [[contact with strangers]].
Nobody has [[asked her for pictures]].
No one has [[offered him money]].
She has never [[sent a picture]] to anyone.
He has not [[sent any pictures]].
He hasn't [[met anyone from the app]].
Asked directly: no [[threats to share pictures]].
Asked about apps and gifts: [[contact from strangers]], none.
Asked re [[requests for pictures]]: none.
[[Second phone]]: none seen.
[[Second phone]]: no
[[Burner or spare SIM]]: not seen
[[Any second phone?]] No.
[[Has anyone asked to meet you?]] No.
[[Unknown contacts]]: nil
Phone checked with mum, no [[unknown contacts]].
[[Friends list]] gone through together, only cousins on it.
Download complete: no [[contact with the line]].
School log showed no [[adult sites]].
[[The rumour that he posted it]] was ruled out.
[[Images]] checked by police, nothing found.
Room searched with him, no [[other handset]].
No further [[contact from the man]] since March.
Neither [[gifts nor parcels]] seen.
Without any [[sign of a second handset]].
Nil [[suicide searches]] on the tablet.
"""

DENIED = """
He denies [[having a second phone]].
She denied [[sending pictures]].
Denies any [[contact with the man]].
YP is denying [[the messages]].
Mum denies [[giving him the phone]].
Denied [[being asked for pictures]] when seen alone.
[[A second phone]] was seen, which he denies.
She withdrew her statement about [[the video]].
He retracted what he said about [[the man online]].
[[The threat to post pictures]] was retracted in interview.
She took it back about [[the messages]].
Would not say [[who gave him the phone]].
Wouldn't talk about [[the man on the app]].
Refused to discuss [[the pictures]].
Declined to say [[who pays for the phone]].
No comment on [[the second handset]].
She insists [[there is no boyfriend online]].
He maintains [[the phone is a spare]].
Adamant that [[nobody is threatening him]].
Swears [[the charger fits nothing]].
Says he has never [[sent a picture]].
Says nobody [[asked her for pictures]].
States she did not [[send anything]].
Reckons it's just [[banter with mates]].
Laughed it off when asked about [[the man online]].
Shook her head when [[the threats]] were raised.
No longer stands by [[what she said about the video]].
"""

POSSIBLE = """
?[[catfish]], profile pictures look like a model.
? [[county lines]]
Query [[grooming]] by the coach.
She may have [[sent pictures]].
He might be [[carrying for somebody]].
Could be [[a second phone]].
Possible [[online contact with an adult]].
Possibly [[another handset]].
Maybe [[being picked on in the group chat]].
Staff suspect [[a second phone]].
Suspected [[online grooming]].
DSL concerned that [[YP has been asked for pictures]].
Mum is worried that [[he is meeting someone]].
I wonder whether [[he is being filmed]].
Mum fears [[a viewer saved the stream]].
Unclear whether [[the picture was passed on]].
Not sure if [[the account is his]].
Unsure whether [[he met the man]].
We cannot rule out that [[he met the man]].
Can't rule out [[contact with the man]].
Police could not exclude that [[the stream was recorded]].
[[Contact with the man]] has not been ruled out.
It is not yet known if [[the film was shared]].
If [[the phone was supplied by the older males]] this would indicate exploitation.
There is an unconfirmed [[link to a forum]].
It looks like [[the parcels come from the man online]].
Mum thinks [[there is another phone]].
My hunch is that [[someone online is behind the parcels]].
It is conceivable that [[he was told what to say]].
"""

HISTORICAL = """
In 2019 he was [[groomed on a game]].
[[Groomed on a game]] in 2018.
2020: [[shown adult films by the lodger]].
Aged 9 she was [[contacted by a man on a game]].
When she was 10 [[a man asked her for pictures]].
When he was in Y6 [[an older boy messaged him]].
At thirteen [[he was run by a county line]].
In Y7 [[a video of her was passed round]].
In year 6 [[he was bullied in a group chat]].
Before this placement [[he was run on a line]].
Prior to placement [[an uncle filmed her]].
At her previous school [[a hate page was made about her]].
At his last placement [[he was up all night gaming]].
In primary [[he was shown adult sites]].
She used to [[stay up all night gaming]].
He used to [[get parcels from a man online]].
Hx of [[online grooming]].
History of [[being asked for pictures]].
Two years ago [[a stranger sent him cards]].
[[A stranger sent him cards]] three years ago.
Last year [[she was sent messages by a man]].
Previously [[had two phones]].
Historically [[she met men from an app]].
Previous concerns: [[groomed at a dance club]].
Background: [[an older boy tracked her phone]].
Chronology 2019: [[image shared in class group]]
"""

OTHER = """
Older brother was [[groomed by a man online]].
Her sister has been [[blackmailed over a picture]].
His cousin was [[run by a county line]].
Half-brother was [[catfished]].
Best friend is [[being blackmailed over a picture]].
Her friend has [[had her picture passed round]].
Another girl in his year has had [[a fake image made of her]].
Another pupil was [[threatened over webcam images]].
A classmate had [[lost money on skins]].
Flatmate has been [[scammed by a fake profile]].
Mum herself [[was scammed by a fake profile]].
A boy in his class had [[been sent adult links]].
Older brother [[was groomed in 2016]].
Co-defendant [[took orders from a man online]].
Her sibling was [[threatened by a gang online]].
"""

GENERAL = """
Session on [[sextortion]] with Y9.
PSHE today covered [[pressure to send nudes]].
Assembly on [[image blackmail]] delivered to Y9.
Workshop on [[county lines]] attended.
Leaflet on [[county lines]] given to carers.
Booklet about [[how groomers operate]] left with mum.
Policy on [[sharing nudes]] explained to parents.
Training on [[radicalisation]] for all staff.
Webinar about [[loot boxes]] for parents.
SW to discuss [[sexting]] next week.
Plan: ask about [[second phones]].
What to do if [[someone threatens to share a picture]].
How to report [[rude messages]].
Talked through [[never agreeing to meet anyone off a game]].
Keep safe work to include [[requests for pictures]].
[[Sextortion]] / grooming / gambling: N
Section F: [[travel to meet online contacts]], Y/N.
Evening 3 of 6. [[Pro-eating-disorder spaces and their language]].
Training:
- [[sextortion and grooming]]
"""

AFFIRMED = """
[[A man online asked her for pictures]].
Mum states [[he has had vouchers from someone online]].
Mum says [[a man is messaging her]].
DSL reports [[she is being blackmailed]].
Anonymous referral alleges [[he is carrying for a line]].
Brother told SW that [[she has a second phone]].
A friend told the tutor that [[he is sending pictures to a man]].
A friend of dad's [[messaged her every night]].
Her sister says [[he rings all night]].
Police confirm [[the number is linked to a line]].
No reply at the door but [[a second phone]] was heard.
No concerns at school, however [[parcels from a stranger]] arrive weekly.
No contact until May, since then [[nightly calls from a man]].
Denied it at first, later said [[a man has her pictures]].
Initially denied, then told staff [[he has a second phone]].
No evidence that this has stopped: [[nightly calls from the man]].
[[Contact with the man]] has not stopped.
The month was not without concern: [[parcels from a stranger]].
After the session she told me [[a man has her pictures]].
Following assembly he disclosed [[threats to share a picture]].
As in 2022, again last week [[a man asked for pictures]].
[[A man asked for pictures]] in 2022 and again last week.
[[A man messaged her]] in May, no further contact since.
He was told not to [[tell anyone about the messages]].
Not only [[gifts but money from a man online]].
She no longer [[hides the second phone she was given]].
Asked if she was well; [[a man had sent parcels]].
In May [[a man sent her a phone]].
She has a brother. [[A man online]] sends her money.
Her exams were last year. [[A man online]] sends her money.
Previous concerns: none

Today: [[a second phone]]
"""


def lines(block: str) -> list[str]:
    """Split a block into cases; a case that holds its own line breaks ends at its marked words."""
    cases: list[str] = []
    kept = ""
    for line in block.strip().splitlines():
        kept = f"{kept}\n{line}" if kept else line
        if "[[" in kept:
            cases.append(kept)
            kept = ""
    return cases


CASES = [
    (case, status)
    for block, status in (
        (NEGATED, Status.NEGATED),
        (DENIED, Status.DENIED),
        (POSSIBLE, Status.POSSIBLE),
        (HISTORICAL, Status.HISTORICAL),
        (OTHER, Status.OTHER_PERSON),
        (GENERAL, Status.GENERAL),
        (AFFIRMED, Status.AFFIRMED),
    )
    for case in lines(block)
]

LOOSE = [
    ("[[No second handset seen]] on the visit.", Status.NEGATED),
    ("[[nobody online telling him to hide anything]]", Status.NEGATED),
    ("She [[says nobody took or asked for photos]], but pulled her hood down.", Status.DENIED),
    ("[[Denies any contact with the man]].", Status.DENIED),
    ("[[Would not say who gave him the phone]].", Status.DENIED),
    ("[[?being worked by a county line]].", Status.POSSIBLE),
    ("[[may still have a second phone]]", Status.POSSIBLE),
    ("[[In 2023 he was moved between flats by a crew]].", Status.HISTORICAL),
    ("[[Her sister was threatened over a picture]], own file.", Status.OTHER_PERSON),
    ("[[session on reporting threats]] wk 5.", Status.GENERAL),
    ("[[a man who told her not to tell anyone]]", Status.AFFIRMED),
    ("Has [[an iPhone no one in the family paid for]].", Status.AFFIRMED),
]


@pytest.mark.parametrize(("marked", "status"), CASES)
def test_says_in_what_sense_a_cue_is_meant(marked: str, status: Status) -> None:
    assert bench().context(marked).status is status


@pytest.mark.parametrize(("marked", "status"), LOOSE)
def test_counts_the_words_of_a_stretch_of_text(marked: str, status: Status) -> None:
    assert bench().context(marked, loose=True).status is status


def test_holds_enough_cases() -> None:
    assert len(CASES) >= 150


def test_leaves_an_unmarked_mention_affirmed_without_modifiers() -> None:
    assert bench().context("[[A man online]] sends her money.") == Context(Status.AFFIRMED, ())


def test_returns_the_deciding_words_with_their_place() -> None:
    text = "He denies having a second phone."
    (modifier,) = bench().context("He denies having a [[second phone]].").modifiers
    assert (text[modifier.start : modifier.end], modifier.rule) == ("denies", "denied.denies")
    assert modifier.status is Status.DENIED


def test_never_lets_the_words_of_a_cue_modify_it() -> None:
    assert bench().context("She was [[told not to tell anyone]].").status is Status.AFFIRMED
    assert bench().context("He is [[never without his phone]].").status is Status.AFFIRMED


def test_keeps_what_is_known_of_an_adult_for_the_indicator_about_adults() -> None:
    marked = "His cousin was [[convicted over indecent images]]."
    assert bench().context(marked).status is Status.OTHER_PERSON
    assert bench().context(marked, indicator="adult_online_offending").status is Status.AFFIRMED


def test_heading_governs_its_lines_up_to_a_blank_line() -> None:
    note = "Previous concerns:\n- [[groomed on a game]]\n\nToday: second phone"
    assert bench().context(note).status is Status.HISTORICAL
    note = "Previous concerns:\n- groomed on a game\n\nSeen: [[second phone]]"
    assert bench().context(note).status is Status.AFFIRMED


def test_heading_ends_at_the_next_heading() -> None:
    note = "Previous concerns:\n- groomed on a game\nSeen: [[second phone]]"
    assert bench().context(note).status is Status.AFFIRMED


def test_gives_the_same_answers_in_one_call_as_one_by_one() -> None:
    text, start, end = unmark("He denies having [[a second phone]]. No parcels seen.")
    reading = bench().read(text)
    targets = [locate(reading, start, end), locate(reading, text.index("parcels"), text.index(" seen"))]
    together = bench().apply(reading, targets)
    assert together == [bench().apply(reading, [target])[0] for target in targets]
    assert [context.status for context in together] == [Status.DENIED, Status.NEGATED]


def test_asks_nothing_of_a_text_without_targets() -> None:
    assert bench().apply(bench().read("No phone."), []) == []


# Clinical sentences of the kind on which NegEx was measured; True where the finding is negated.
CLINICAL = [
    ("No evidence of [[pneumonia]].", True),
    ("There is no [[pleural effusion]].", True),
    ("There was no [[fracture]] on the film.", True),
    ("No [[fever]], chills or rash.", True),
    ("No fever, [[chills]] or rash.", True),
    ("No fever, chills or [[rash]].", True),
    ("Without any [[focal weakness]].", True),
    ("He has not had [[seizures]].", True),
    ("She has never had [[a stroke]].", True),
    ("No sign of [[infection]] at the wound.", True),
    ("No signs of [[dehydration]].", True),
    ("No indication of [[ischaemia]].", True),
    ("[[Pulmonary embolism]] was ruled out.", True),
    ("[[Appendicitis]] has been ruled out.", True),
    ("Nothing to suggest [[meningitis]].", True),
    ("Scan showed no [[mass]].", True),
    ("Examination revealed no [[swelling]].", True),
    ("Neither [[rash]] nor swelling.", True),
    ("There were no [[palpable nodes]].", True),
    ("Absence of [[bowel sounds]].", True),
    ("Free of [[pain]] since Monday.", True),
    ("[[Nodules]]: none seen.", True),
    ("Nil [[oedema]].", True),
    ("She does not have [[asthma]].", True),
    ("[[Pneumonia]] on the right side.", False),
    ("Patient has [[asthma]].", False),
    ("No fever but [[cough]] persists.", False),
    ("No change in [[the effusion]].", False),
    ("[[Fracture]] seen on the film.", False),
    ("Fever for three days, [[rash]] on the trunk.", False),
    ("No improvement in [[her pain]].", False),
    ("Not only [[asthma]] but eczema.", False),
    ("Cannot rule out [[pneumonia]].", False),
    ("[[Stroke]] has not been ruled out.", False),
    ("Admitted with [[chest pain]].", False),
    ("No doubt that [[the wound is infected]].", False),
    ("There is [[a mass]] in the left lobe.", False),
    ("No rash, however [[swelling]] of the joint.", False),
    ("Treated for [[meningitis]] on the ward.", False),
    ("Bilateral [[effusions]], no fever.", False),
]


def test_negates_clinical_findings_no_worse_than_the_published_rules() -> None:
    found = [(bench().context(marked).status is Status.NEGATED, negated) for marked, negated in CLINICAL]
    right = sum(guess and truth for guess, truth in found)
    f1 = 2 * right / (sum(guess for guess, _ in found) + sum(truth for _, truth in found))
    assert len(CLINICAL) == 40
    assert f1 >= 0.93


@given(
    st.sampled_from(["No", "Denies", "Staff suspect", "Hx of"]),
    st.sampled_from(["but", "however", "although"]),
    st.lists(st.sampled_from(["tea", "school", "football", "the bus", "a walk"]), min_size=1, max_size=3),
    st.lists(st.sampled_from(["there", "was", "indeed", "clearly"]), max_size=2),
)
def test_a_terminator_between_modifier_and_target_ends_the_scope(
    modifier: str, terminator: str, before: list[str], after: list[str]
) -> None:
    sentence = f"{modifier} {' and '.join(before)}, {terminator} {' '.join([*after, '[[parcels from a stranger]]'])}."
    assert bench().context(sentence).status is Status.AFFIRMED


SPANS = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(SPANS, SPANS)
def test_overlap_is_symmetric_and_means_a_shared_token(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert overlaps(one, other) is overlaps(other, one)
    assert overlaps(one, other) is bool(set(range(*one)) & set(range(*other)))


def test_a_span_overlaps_the_span_that_contains_it() -> None:
    assert overlaps((3, 4), (2, 5))


PERSONS = st.sampled_from(["Amina", "Jack", "Oluwaseun", "Zofia", "Wei", "Mohammed", "Carys"])
PRONOUNS = st.sampled_from([("she", "her"), ("he", "him"), ("they", "them")])
PEOPLE = st.sampled_from(["White British", "Black Caribbean", "Pakistani", "Polish", "Roma", "Chinese"])


@given(PERSONS, PRONOUNS, PEOPLE, st.sampled_from(range(8)))
def test_names_pronouns_and_ethnicity_do_not_change_a_status(
    name: str, pronoun: tuple[str, str], people: str, number: int
) -> None:
    subject, object_ = pronoun
    marked, status = [
        (f"{name} ({people}) denies [[having a second phone]].", Status.DENIED),
        (f"Nobody has [[asked {object_} for pictures]], {name} said.", Status.NEGATED),
        (f"When {subject} was 10 [[a man messaged {object_}]].", Status.HISTORICAL),
        (f"{name} may have [[sent pictures]].", Status.POSSIBLE),
        (f"{name}'s brother was [[groomed online]].", Status.OTHER_PERSON),
        (f"{name}, {people}, attended a session on [[sextortion]].", Status.GENERAL),
        (f"Mum states [[a man messages {object_}]] every night.", Status.AFFIRMED),
        (f"{name} told us [[a man has pictures of {object_}]].", Status.AFFIRMED),
    ][number]
    assert bench().context(marked).status is status


def test_targets_of_different_indicators_may_share_their_words() -> None:
    text = "His cousin was convicted over indecent images."
    reading = bench().read(text)
    plain = locate(reading, text.index("convicted"), len(text) - 1)
    targets = [replace(plain, indicator=name) for name in ("adult_online_offending", "sextortion")]
    statuses = [context.status for context in bench().apply(reading, targets)]
    assert statuses == [Status.AFFIRMED, Status.OTHER_PERSON]
    assert isinstance(plain, Target)
