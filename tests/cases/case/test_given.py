from dataclasses import fields, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.case import Given, Measure
from cases.case.given import DECIDERS_WORDS, SEALED, TERMS
from cases.errors import CaseError, Malformed
from cases.lifecycle import STEPS, Action, Need, State
from tests.cases.case.making import ANN, DECIDER, FINDER, HEAD, INTAKE, Story, as_read, complete, measured, story_at

MARKER = "Zanzibar"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORDS = [field.name for field in fields(Given) if field.type is str]
MEASURES = st.builds(Measure, st.uuids(), *[TEXTS] * 5, st.booleans(), TEXTS)
GIVEN = st.builds(
    Given,
    **dict.fromkeys(WORDS, TEXTS),
    **dict.fromkeys(("person", "allegation", "hold"), st.none() | st.uuids()),
    **dict.fromkeys(("counsel_informed", "evidence_disclosed"), st.booleans()),
    **dict.fromkeys(("appeal_by", "review_on"), st.none() | st.dates()),
    misconduct=st.none() | st.booleans(),
    measures=st.none() | st.lists(MEASURES, max_size=2).map(tuple),
)


@given(GIVEN)
def test_what_was_handed_in_comes_back_exactly_from_the_bytes_it_was_sealed_in(handed_in):
    assert Given.read(as_read(handed_in.told())) == handed_in


@given(GIVEN, st.sets(st.sampled_from(Need)))
def test_what_is_clear_and_what_is_sealed_never_meet_and_leave_out_no_needed_word(handed_in, needs):
    clear, words = handed_in.clear(needs), handed_in.words()
    assert not set(clear) & set(words)
    assert set(clear) <= needs - SEALED
    assert set(words) <= SEALED
    said = {name: value for name, value in handed_in.told().items() if name in needs and value is not False}
    assert set(said) - {Need.MISCONDUCT} <= set(clear) | set(words)


def test_every_word_somebody_writes_is_among_those_sealed_or_chosen_from_a_list():
    chosen = {*TERMS, Need.CLOSURE_REASON, Need.INTO, Need.CLOCK}
    assert {Need(name) for name in WORDS} == chosen | (SEALED - {Need.MEASURES})


def marked(case, action, by, at):
    """Every word a mover writes holds a marker, and every field their move does not need, too."""
    step = STEPS[case.state, action]
    handed_in = complete(case, action, by, at)
    loud = {name: MARKER for name in WORDS if Need(name) in SEALED or Need(name) not in step.needs}
    if handed_in.measures is not None and Need.MEASURES in step.needs:
        shouted = dict.fromkeys(DECIDERS_WORDS, MARKER)
        loud["measures"] = tuple(replace(one, **shouted) for one in handed_in.measures)
    return replace(handed_in, **loud)


ACTED = {
    State.REGISTERED: INTAKE,
    State.ASSESSMENT: HEAD,
    State.AWAITING_INFORMATION: HEAD,
    State.INVESTIGATION: FINDER,
    State.FINDINGS_FOR_COMMENT: FINDER,
    State.REPORTED: HEAD,
    State.WITH_DECIDER: DECIDER,
    State.REFERRED: HEAD,
    State.CLOSED: HEAD,
}


@pytest.mark.parametrize("state", State)
def test_no_entry_of_any_move_holds_a_word_anybody_wrote(state):
    for (start, action), step in STEPS.items():
        if start is not state:
            continue
        for by in {ACTED[state], DECIDER, HEAD, INTAKE, FINDER}:
            story = story_at(state)
            if by.role in step.by:
                tried(story, by, action)
                assert MARKER not in str(story.entries[-1])


def tried(story: Story, by, action: Action):
    try:
        story.tries(by, action, marked(story.case, action, by, story.at))
    except CaseError as refusal:
        assert MARKER not in str(refusal)  # noqa: PT017  a refusal repeats nothing


def test_a_proposal_seals_what_was_handed_in_and_tells_only_slugs():
    story = story_at(State.INVESTIGATION)
    story.does(HEAD, "close", closure_reason="insufficient_information", reason=MARKER, notice=MARKER, outcome=MARKER)
    facts = story.entries[-1][1]
    assert facts["closure_reason"] == "insufficient_information"
    assert MARKER not in str(facts)
    assert story.sealed[story.case.proposal.given].notice == MARKER


@given(st.sampled_from(["", " ", "\n\t", "\u00a0"]))
def test_blank_words_and_safeguards_not_confirmed_count_as_nothing(blank):
    assert Given(reason=blank).lacks(Need.REASON)
    assert Given(counsel_informed=False).lacks(Need.COUNSEL_INFORMED)
    assert not Given(misconduct=False).lacks(Need.MISCONDUCT)
    assert not Given(measures=()).lacks(Need.MEASURES)
    assert all(Given().lacks(need) for need in Need)


def pointers(refusal):
    return [fault.pointer for fault in refusal.value.faults]


@pytest.mark.parametrize("state", State)
def test_whatever_a_move_lacks_is_reported_at_once_and_each_alone(state):
    for (start, action), step in STEPS.items():
        if start is not state or not step.needs:
            continue
        by = next(one for one in (INTAKE, HEAD, FINDER, DECIDER) if one.role in step.by)
        story = story_at(state)
        with pytest.raises(Malformed) as refusal:
            story.tries(by, action, Given())
        assert pointers(refusal) == [f"#/{need}" for need in Need if need in step.needs]
        whole = complete(story.case, action, by, story.at, hold=UUID(int=1), clock="comment", allegation=ANN)
        for need in step.needs:
            blank = {Need.MISCONDUCT: None, Need.MEASURES: None}.get(need, getattr(Given(), need))
            with pytest.raises(Malformed) as refusal:
                story.tries(by, action, replace(whole, **{need: blank}))
            assert pointers(refusal) == [f"#/{need}"], (action, need)


@pytest.mark.parametrize(("need", "set_"), TERMS.items())
def test_a_word_that_is_none_of_the_catalogues_is_refused_with_those_there_are(need, set_):
    (state, action), step = next((key, step) for key, step in STEPS.items() if need in step.needs)
    by = next(one for one in (INTAKE, HEAD, FINDER, DECIDER) if one.role in step.by)
    story = story_at(state)
    with pytest.raises(Malformed) as refusal:
        story.does(by, action, **{str(need): "nonsense"})
    assert pointers(refusal) == [f"#/{need}"]
    assert refusal.value.faults[0].detail.startswith("One of ")
    assert "nonsense" not in str(refusal.value)
    assert set_ in {"assessment_outcome", "referral", "reopen_ground", "finding", "standard_of_proof"}


@pytest.mark.parametrize("word", [word for word in DECIDERS_WORDS if word != "severity_reasons"])
def test_a_measure_without_its_reasons_is_refused_naming_which(word):
    story = story_at(State.WITH_DECIDER)
    with pytest.raises(Malformed) as refusal:
        story.does(DECIDER, "decide", measures=(measured(ANN), measured(ANN, "exile", **{word: " "})))
    assert pointers(refusal) == ["#/measures/1/measure", f"#/measures/1/{word}"]


def test_ids_of_nothing_in_this_case_are_refused():
    story = story_at(State.INVESTIGATION)
    with pytest.raises(Malformed, match="#/allegation: This case has no such allegation"):
        story.does(FINDER, "record_finding", allegation=UUID(int=404))
    with pytest.raises(Malformed, match="#/hold: No such hold stands"):
        story.does(HEAD, "lift_hold", hold=UUID(int=404))


def test_a_rejection_says_why_and_nothing_of_it_is_clear():
    story = story_at(State.ASSESSMENT)
    story.does(INTAKE, "conclude_assessment")
    story.does(INTAKE, "open_investigation")
    story.does(HEAD, "reject", reason=MARKER)
    assert set(story.entries[-1][1]) == {"rejects", "case"}
    assert MARKER not in str(story.entries)
