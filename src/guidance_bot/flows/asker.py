"""What is known of the asker before anything is asked: whose rules bind them, dated notices.

Three prompts have a meaning of their own: ``jurisdiction``, whose choices are
jurisdictions, ``notice``, which is ``in-force`` or ``none``, and whatever else a flow
marks ``from_asker``, which starts with its default.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from guidance_bot.flows.outcomes import JURISDICTION
from guidance_bot.knowledge.content import Organisation
from guidance_bot.knowledge.flow import Flow

NOTICE: Final = "notice"
IN_FORCE: Final = "in-force"
NO_NOTICE: Final = "none"


def known_of(
    flow: Flow,
    organisation: Organisation,
    jurisdiction: str | None,
    day: date,
    chosen: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Return the choices that are known: prompt → choice, of the prompts that *flow* has.

    A jurisdiction that was *chosen* counts before the one that is known.
    """
    prompt = flow.prompt(JURISDICTION)
    whose = whose_rules(flow, organisation, chosen, jurisdiction)
    known: dict[str, str] = {}
    if prompt is not None and whose is not None and prompt.choice(whose):
        known[JURISDICTION] = whose
    if flow.prompt(NOTICE) is not None:
        held = notices_of(flow, organisation, whose, day)
        known[NOTICE] = IN_FORCE if held else NO_NOTICE
    return known


def whose_rules(
    flow: Flow,
    organisation: Organisation,
    chosen: Mapping[str, str],
    jurisdiction: str | None = None,
) -> str | None:
    """Return whose rules bind the asker: as *chosen*, else *jurisdiction*, else the
    organisation's; None where that is unknown.
    """
    prompt, given = flow.prompt(JURISDICTION), chosen.get(JURISDICTION)
    if prompt is not None and given is not None and prompt.choice(given):
        return given if given in organisation.jurisdictions else None
    return jurisdiction or organisation.jurisdiction


def notices_of(
    flow: Flow, organisation: Organisation, jurisdiction: str | None, day: date
) -> tuple[str, ...]:
    """Return the dated notices that concern *flow* on *day*.

    One that names pages concerns a flow where it names one that a rule about notices
    rests on, or its topic.
    """
    if flow.prompt(NOTICE) is None:
        return ()
    pages = {
        passage.split("#", maxsplit=1)[0]
        for rule in flow.rules
        if any(test.prompt == NOTICE for condition in rule.when for test in condition)
        for passage in rule.passages
    }
    return tuple(
        notice.text
        for notice in organisation.notices
        if notice.concerns(day, jurisdiction, pages)
    )


def notices_for(
    flow: Flow, organisation: Organisation, choices: Mapping[str, str], day: date
) -> tuple[str, ...]:
    """Return the notices to show with these *choices*: none where they say there is none."""
    if choices.get(NOTICE) != IN_FORCE:
        return ()
    whose = whose_rules(flow, organisation, choices)
    return notices_of(flow, organisation, whose, day)
