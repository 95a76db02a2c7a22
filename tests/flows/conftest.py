"""A department with two small flows, and the flows of the starter corpus."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import strategies as st

from guidance_bot.flows.plan import Plan
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.knowledge.flow import (
    Choice,
    Condition,
    Conditions,
    Flow,
    OutcomeForm,
    Prompt,
    Rule,
    Test,
    Verdict,
)
from guidance_bot.knowledge.folder import read_folder
from guidance_bot.knowledge.reader import Read, read
from tests.conftest import DEPARTMENT, ORGANISATION

STARTER = Path(__file__).resolve().parents[2] / "knowledge"

CONTACTS = """\
contacts:
  press: {name: the press office, contact: "#press"}
  boss: {name: your line manager}
"""

NOTICE = """\
notices:
  - text: Elections are near.
    since: 2026-04-01
    until: 2026-05-06
    jurisdictions: [uk-civil-service]
    pages: [personal]
"""

BLOG = """\
title: Before you blog
summary: Whether to blog, and under which name.
opening: Three choices, one minute.
verdicts:
  cannot-tell: Cannot tell yet
  ask-first: Ask first
  yes-once: Yes, once
  "yes": "Yes"

prompts:
  - id: jurisdiction
    text: Whose rules bind you?
    from_asker: true
    default: unknown
    choices:
      - {id: uk-civil-service, label: UK civil service}
      - {id: uk-health, label: UK health service}
      - {id: unknown, label: Another employer, short: every employer}
  - id: notice
    text: Is a dated notice in force?
    from_asker: true
    default: none
    choices:
      - {id: in-force, label: "Yes, today"}
      - {id: none, label: "No, none today"}
  - id: about
    text: What is it about? Up to two
    help: Choose what most posts are about.
    most: 2
    choices:
      - {id: work, label: My work, short: your work}
      - {id: hobby, label: A hobby, short: a hobby, help: "Anything that is not work"}
      - {id: friends, label: My friends, short: your friends}
      - {id: concern, label: Something is wrong at work, alone: true}
  - id: name
    text: Under which name?
    when: {about: {not: concern}}
    passages: personal/blogging#sides
    choices:
      - {id: own, label: My own name, short: your own name}
      - {id: pen, label: A pen name, short: a pen name}
      - {id: unsure, label: "Not sure: show me both", unsure: true, find_out: "**Which name?** Ask {contact.boss}."}
  - id: reader
    text: Who may read it?
    when: {about: work}
    choices:
      - {id: public, label: Anybody, short: the public}
      - {id: staff, label: Colleagues alone, short: colleagues}

rules:
  - id: notice-in-force
    when: {notice: in-force}
    verdict: ask-first
    says: "Ask first: a notice is in force. {contact.press} knows it."
    over: [pen-at-work]
    governed: true
    passages: personal/blogging#official
  - id: pen-at-work
    when: {about: work, name: pen}
    verdict: ask-first
    says: "Ask {contact.boss} first: {about} and {name} go badly together."
    passages: personal/blogging#short-answer
  - id: work-in-public
    when: {about: work, name: own, reader: public}
    verdict: yes-once
    says: "Yes, once {contact.boss} knows."
    passages: personal/blogging#short-answer
  - id: work-inside
    when: {about: work, name: own, reader: staff}
    verdict: "yes"
    says: "Yes: inside, for {reader}."
    passages: personal/blogging#short-answer
  - id: no-work
    when: {about: {not: work}, name: [own, pen]}
    verdict: "yes"
    says: "Yes, under {name}."
    passages: personal/blogging#short-answer

none_needed:
  - {prompts: [jurisdiction, notice], reason: the notice names its jurisdictions}
  - {prompts: [jurisdiction, about], reason: what binds you is quoted}
  - {prompts: [jurisdiction, name], reason: what binds you is quoted}
  - {prompts: [jurisdiction, reader], reason: what binds you is quoted}
  - {prompts: [notice, about], reason: a notice comes first}
  - {prompts: [notice, name], reason: a notice comes first}
  - {prompts: [notice, reader], reason: a notice comes first}

outcomes:
  - id: "blog-{name}"
    mode: "{name}"
    page: personal/blogging
    title: "{page}"
    when: {about: {not: concern}, name: {not: unsure}}
    compare: name
    compare_text: "Or under {other}?"
    sections:
      - heading: Settle first
        numbered: true
        items:
          - {text: "Tell {contact.press}.", when: {about: work}}
          - {text: "Write down what it is about: {about}."}
      - heading: "What binds you ({jurisdiction})"
        quotes: [{passage: personal/blogging#official, own: true, take: official, words: 20}]
  - id: both-ways
    title: Two ways are open
    when: {name: unsure}
    verdict: cannot-tell
    says: "Cannot tell yet: this is how to find out."
    both: true
    recorded: false
  - id: raise
    title: A safer way than a post
    when: {about: concern}
    verdict: ask-first
    says: "Ask first: raise it with {contact.boss}."
    recorded: false
    goes_to: gift
    sections:
      - heading: Before anything else
        quotes: [{passage: personal/gifts#the-short-answer}]

cues:
  words:
    job: [work, job]
  about:
    work: ["about my <job>"]
    hobby: [my hobby]
  name:
    pen: [pen name]
"""

GIFT = """\
title: A gift
summary: Whether to keep it.
verdicts: {refuse: Refuse, keep: Keep}
prompts:
  - id: giver
    text: Who gave it?
    choices:
      - {id: supplier, label: A supplier}
      - {id: friend, label: A friend}
outcomes:
  - id: refuse
    title: Refuse it
    when: {giver: supplier}
    verdict: refuse
    says: Refuse it.
    sections:
      - {heading: Why, quotes: [{passage: personal/gifts#the-short-answer}]}
  - id: keep
    title: Keep it
    when: {giver: friend}
    verdict: keep
    says: Keep it.
    sections:
      - {heading: Why, quotes: [{passage: personal/gifts#the-short-answer}]}
"""

FILES: dict[str, str | bytes] = {
    **DEPARTMENT,
    "organisation.yaml": ORGANISATION + CONTACTS,
    "flows/blog.yaml": BLOG,
    "flows/gift.yaml": GIFT,
}

HOBBY = {"about": "hobby", "name": "own"}
WORK = {"about": "work", "name": "own", "reader": "public"}
ASKER = {"jurisdiction": "unknown", "notice": "none"}

ReadFiles = Callable[[dict[str, str | bytes]], Read]


def edited(text: str, old: str, new: str) -> str:
    """Return *text* with *old*, which stands there once, replaced by *new*."""
    assert text.count(old) == 1, (text.count(old), old)
    return text.replace(old, new)


def line_of(text: str, part: str) -> int:
    """Return the line of *text* that holds *part*."""
    return next(n for n, line in enumerate(text.split("\n"), 1) if part in line)


def every(plan: Plan) -> Iterator[dict[str, str]]:
    """Yield every combination of choices, found prompt by prompt without the masks."""

    def below(chosen: dict[str, str]) -> Iterator[dict[str, str]]:
        for prompt in plan.order:
            if prompt.id not in chosen and is_asked(prompt.when, chosen):
                for answer in prompt.answers():
                    yield from below({**chosen, prompt.id: answer})
                return
        yield chosen

    return below({})


def is_asked(when: Conditions, chosen: Mapping[str, str]) -> bool:
    """Tell whether conditions hold, read as an editor reads them."""
    return not when or any(
        all(
            test.prompt in chosen and test.holds(chosen[test.prompt])
            for test in condition
        )
        for condition in when
    )


@pytest.fixture
def knowledge(read_files: ReadFiles) -> Knowledge:
    """The department with its two flows, read without a problem."""
    found = read_files(FILES)
    assert found.problems == ()
    return found.knowledge


@pytest.fixture
def blog(knowledge: Knowledge) -> Flow:
    """The department's flow about blogging."""
    return knowledge.flows["blog"]


@pytest.fixture(scope="session")
def starter() -> Knowledge:
    """The knowledge that comes with the bot."""
    return read([read_folder(STARTER)]).knowledge


# Flows of any shape, for properties


@st.composite
def conditions(draw: st.DrawFn, prompts: Sequence[Prompt]) -> Conditions:
    """Conditions that name some of *prompts*, or none at all."""

    @st.composite
    def condition(draw: st.DrawFn) -> Condition:
        named = draw(st.lists(st.sampled_from(prompts), min_size=1, max_size=3))
        return tuple(
            Test(
                prompt.id,
                draw(
                    st.lists(
                        st.sampled_from([choice.id for choice in prompt.choices]),
                        min_size=1,
                        max_size=2,
                    ).map(tuple)
                ),
                draw(st.booleans()),
            )
            for prompt in {one.id: one for one in named}.values()
        )

    if not prompts:
        return ()
    return draw(st.lists(condition(), max_size=2).map(tuple))


@st.composite
def prompts(draw: st.DrawFn, id_: str, before: Sequence[Prompt]) -> Prompt:
    """A prompt that may wait for those *before* it."""
    count = draw(st.integers(1, 4))
    alone = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    choices = tuple(
        Choice(f"c{number}", f"Choice {number} of {id_}", alone=alone[number])
        for number in range(count)
    )
    plain = Prompt(id_, f"Prompt {id_}", choices, most=draw(st.integers(1, 3)))
    from_asker = draw(st.integers(0, 4)) == 0
    default = draw(st.sampled_from([*plain.answers()])) if from_asker else None
    when = draw(conditions(before)) if before else ()
    return replace(plain, when=when, from_asker=from_asker, default=default)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A flow of up to five prompts, which stand in any order; not one that is proved."""
    held: list[Prompt] = []
    for number in range(draw(st.integers(1, 5))):
        held.append(draw(prompts(f"p{number}", held)))
    verdicts = (Verdict("no", "No"), Verdict("ask", "Ask"), Verdict("yes", "Yes"))
    ids = [f"r{number}" for number in range(draw(st.integers(0, 4)))]
    rules = tuple(
        Rule(
            id_,
            draw(conditions(held)),
            draw(st.sampled_from([verdict.id for verdict in verdicts])),
            f"{id_} says so.",
            over=tuple(draw(st.sets(st.sampled_from(ids), max_size=2)) - {id_}),
        )
        for id_ in ids
    )
    outcomes = (
        OutcomeForm("some", "Some", when=draw(conditions(held)), verdict="ask"),
        OutcomeForm("all", "All"),
    )
    shuffled = tuple(draw(st.permutations(held)))
    return Flow(
        name="any",
        title="Any flow",
        summary="Of any shape.",
        prompts=shuffled,
        verdicts=verdicts,
        outcomes=outcomes,
        rules=rules,
        digest="0123456789abcdef",
    )


def given_to(flow: Flow) -> st.SearchStrategy[dict[str, str]]:
    """Choices that somebody may send to *flow*, nonsense among them."""
    known = [prompt.id for prompt in flow.prompts]
    chosen = [answer for prompt in flow.prompts for answer in prompt.answers()]
    noise = ["", "+", "c0+c0", "c9", "c1+c0", "\x00", "C0", " c0"]
    return st.dictionaries(
        st.sampled_from([*known, "gone", ""]),
        st.sampled_from([*chosen, *chosen, *noise]),
        max_size=len(known) + 1,
    )
