"""A parish with two small flows: one on one screen, one in steps."""

from tests.conftest import ORGANISATION, SOURCES, page

ENGAGE = """\
title: How to engage
summary: Which way of taking part is yours.
opening: Five choices, about a minute.
screen: one
verdicts: {cannot-tell: Cannot tell yet, not-yet: Not yet, ask-first: Ask first, "yes": "Yes"}
prompts:
  - id: jurisdiction
    text: Whose rules bind you?
    from_asker: true
    default: unknown
    choices:
      - {id: uk-civil-service, label: UK civil service}
      - {id: uk-health, label: UK health service}
      - {id: unknown, label: Another employer, short: every employer}
  - id: restricted_post
    text: Is your post politically restricted?
    help: Your contract says so.
    from_asker: true
    default: unknown
    choices:
      - {id: "yes", label: "Yes"}
      - {id: "no", label: "No"}
      - {id: unknown, label: I do not know}
  - id: notice
    text: Is a notice in force?
    from_asker: true
    default: none
    choices: [{id: in-force, label: "Yes"}, {id: none, label: "No"}]
  - id: why
    text: Why? Up to two reasons
    help: Finish the sentence.
    most: 2
    choices:
      - {id: explain, label: Explain & <educate>, short: explaining, help: "Nobody *knows* it"}
      - {id: listen, label: Listen to people, short: listening}
      - {id: barriers, label: Remove barriers, short: removing barriers}
      - {id: unsure, label: Not sure yet, alone: true}
      - {id: concern, label: Something is wrong, alone: true}
  - id: audience
    text: Who can read it?
    help: Anybody, or only colleagues?
    passages: ways/internal#what-binds
    when: {why: {not: [unsure, concern]}}
    choices:
      - {id: external, label: Anybody, short: the public}
      - {id: internal, label: Only colleagues, short: colleagues}
      - {id: unsure, label: "Not sure: show me both", unsure: true, find_out: "**Who can read it?** Ask {contact.boss}."}
  - id: capacity
    text: As what?
    passages: ways/external#what-binds
    when: {why: {not: [unsure, concern]}}
    choices:
      - {id: official, label: For my organisation, short: your organisation}
      - {id: personal, label: As myself, short: yourself}
      - {id: unsure, label: "Not sure: show me both", unsure: true, find_out: "**As what?** Ask {contact.boss}: for us, or mine?"}
rules:
  - id: notice-in-force
    when: {notice: in-force, audience: external}
    verdict: ask-first
    says: "Ask first: the notice above is in force."
    over: restricted
    passages: law/votes#before
  - id: restricted
    when: {restricted_post: "yes", audience: external}
    verdict: ask-first
    says: "Ask first: your post is restricted."
    passages: law/votes#before
  - id: in-public
    when: {audience: external, capacity: official}
    verdict: "yes"
    says: "Yes, for your organisation, in public."
    passages: ways/external#what-binds
  - id: as-yourself
    when: {audience: external, capacity: personal}
    verdict: "yes"
    says: "Yes, as yourself, in public."
    passages: ways/external#what-binds
  - id: inside
    when: {audience: internal}
    verdict: "yes"
    says: "Yes, among colleagues."
    passages: ways/internal#what-binds
none_needed:
  - {prompts: [jurisdiction, restricted_post], reason: test}
  - {prompts: [jurisdiction, notice], reason: test}
  - {prompts: [jurisdiction, why], reason: test}
  - {prompts: [jurisdiction, audience], reason: test}
  - {prompts: [jurisdiction, capacity], reason: test}
  - {prompts: [restricted_post, notice], reason: test}
  - {prompts: [restricted_post, why], reason: test}
  - {prompts: [restricted_post, capacity], reason: test}
  - {prompts: [notice, why], reason: test}
  - {prompts: [notice, capacity], reason: test}
  - {prompts: [why, audience], reason: test}
  - {prompts: [why, capacity], reason: test}
outcomes:
  - id: "{audience}-{capacity}"
    page: "ways/{audience}"
    title: "{page}"
    when: {why: {not: [unsure, concern]}, audience: {not: unsure}, capacity: {not: unsure}}
    compare: audience
    compare_text: "Not sure who reads it? Compare with the other."
    sections:
      - heading: Settle first
        numbered: true
        items:
          - {text: "**Authority:** {contact.boss} agrees.", when: {capacity: official}}
          - {text: "**Name:** say that it is yours.", when: {capacity: personal}}
          - {text: "**Place:** say where."}
      - heading: "What binds you ({jurisdiction})"
        quotes: [{passage: "ways/{audience}#what-binds", own: true, take: official, words: 20}]
  - id: both-ways
    title: Several ways are open
    verdict: cannot-tell
    says: "Cannot tell yet: this is how to find out."
    both: true
    recorded: false
    when: [{audience: unsure}, {capacity: unsure}]
  - id: purpose-first
    title: First the reason
    when: {why: unsure}
    verdict: not-yet
    says: "Not yet: find the reason."
    recorded: false
    goes_to: should-we
    page: ways/external
    sections: [{heading: Ask why, quotes: [{passage: "ways/external#what-binds", words: 30}]}]
  - id: raise-a-concern
    title: A safer way
    when: {why: concern}
    verdict: ask-first
    says: "Ask first, and not in public."
    recorded: false
    page: ways/internal
    sections: [{heading: Inside, quotes: [{passage: "ways/internal#what-binds", words: 30}]}]
cues:
  audience: {external: [the public], internal: [colleagues]}
  capacity: {official: [for my organisation], personal: [as myself]}
"""

SHOULD_WE = """\
title: Should we?
summary: Whether to go ahead at all.
opening: Up to four steps.
screen: steps
verdicts: {not-yet: Not yet, go: Go}
prompts:
  - id: restricted_post
    text: Is your post politically restricted?
    from_asker: true
    default: unknown
    choices: [{id: "yes", label: "Yes"}, {id: "no", label: "No"}, {id: unknown, label: I do not know}]
  - id: audience
    text: Who is it for?
    choices: [{id: external, label: Anybody}, {id: internal, label: Only colleagues}]
  - id: hours
    text: Who has the hours?
    help: A named person.
    choices: [{id: somebody, label: Somebody}, {id: nobody, label: Nobody}]
  - id: answers
    text: Who answers people?
    when: {audience: external, hours: somebody}
    choices: [{id: named, label: A named person}, {id: none, label: None yet}]
rules:
  - id: no-hours
    when: {hours: nobody}
    verdict: not-yet
    says: "Not yet: find the hours."
    passages: ways/internal#what-binds
  - id: no-answers
    when: {hours: somebody, answers: none, audience: external}
    verdict: not-yet
    says: "Not yet: find who answers."
    passages: ways/external#what-binds
  - id: go
    when: {hours: somebody}
    verdict: go
    says: "Go ahead."
    passages: ways/internal#what-binds
none_needed:
  - {prompts: [restricted_post, audience], reason: test}
  - {prompts: [restricted_post, hours], reason: test}
  - {prompts: [restricted_post, answers], reason: test}
outcomes:
  - id: decided
    title: The case so far
    page: ways/external
    sections:
      - {heading: What counts, quotes: [{passage: "ways/external#what-binds", words: 20}]}
"""

PARISH: dict[str, str | bytes] = {
    "organisation.yaml": ORGANISATION
    + "contacts:\n  boss: {name: the <!channel> *boss*, contact: '#boss'}\n",
    "sources.yaml": SOURCES,
    "guidance/ways/external.md": page(
        """\
## What binds you {#what-binds}

The Code applies to whatever you write in public. [@code]

## What binds doctors {#doctors for=uk-health}

A doctor's words in public follow the regulator's rules.
""",
        title="Writing for the public",
        summary="Everybody reads it.",
    ),
    "guidance/ways/internal.md": page(
        "## What binds you {#what-binds}\n\nThe Code applies among colleagues. [@code]\n",
        title="Writing for colleagues",
        summary="Only colleagues read it.",
    ),
    "guidance/law/votes.md": page(
        "## Before a vote {#before}\n\nPublish nothing for a party before a vote. [@code]\n",
        title="Before a vote",
        summary="Keep out of it.",
    ),
    "flows/engage.yaml": ENGAGE,
    "flows/should-we.yaml": SHOULD_WE,
}
