"""The windows (modals) behind an answer's buttons: the whole page, and more; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, PlainTextObject
from slack_sdk.models.views import View

from guidance_bot.answering import phrases
from guidance_bot.answering.answers import Answer
from guidance_bot.knowledge.content import Knowledge, Page, Paragraph, Passage, Source
from guidance_bot.knowledge.labels import source_label, standing
from guidance_bot.slack.blocks import Json, Part, button, window_blocks
from guidance_bot.slack.buttons import KEEP, POST, Asked
from guidance_bot.slack.mrkdwn import (
    Said,
    fitted,
    link,
    literal,
    said,
    said_inline,
)
from guidance_bot.slack.views import body, lead, opens, own_words
from guidance_bot.wording import LABEL_CHARS


@dataclass(slots=True)
class _Notes:
    """Numbers of the sources, in the order in which the window names them."""

    knowledge: Knowledge
    numbers: dict[str, int] = field(default_factory=dict)

    def marks(self, ids: Sequence[str]) -> str:
        known = (id_ for id_ in ids if id_ in self.knowledge.sources)
        return " ".join(
            f"[{self.numbers.setdefault(id_, len(self.numbers) + 1)}]" for id_ in known
        )

    def sources(self) -> Iterator[Part]:
        if self.numbers:
            yield Part(literal(own_words("sources", self.knowledge)).bold())
        for id_, number in self.numbers.items():
            source = self.knowledge.sources[id_]
            yield Part(literal(f"[{number}] ") + source_line(source, self.knowledge))


def source_line(source: Source, knowledge: Knowledge) -> Said:
    """Return what *source* is worth and where it stands, linked where it can be."""
    names = knowledge.organisation.jurisdictions
    whose = names.get(source.jurisdiction, source.jurisdiction)
    head = literal(f"{source_label(source, knowledge.sources)} ({whose}): ")
    plain = literal(source.title)
    title = link(source.url, plain)
    line = head + title + literal(f", {source.publisher}.")
    return line + literal(f" {source.url}") if source.url and title == plain else line


def page_window(page: Page, knowledge: Knowledge, today: date) -> Json:
    """Return the window with all of *page*, and the authority of each paragraph."""
    notes = _Notes(knowledge)
    held = {passage.id: passage for passage in knowledge.passages}
    facts = phrases.facts(page, knowledge, is_overdue=page.is_overdue(today))
    parts = [
        Part(literal(page.title), title=page.title),
        Part(said_inline(page.summary)),
        Part(literal(f"{facts}."), quiet=True),
    ]
    for id_ in page.passages:
        parts += _passage(held[id_], notes)
    parts += [*notes.sources(), *_addresses(page, knowledge)]
    return window("window-page", parts, knowledge)


def more_window(
    given: Answer,
    knowledge: Knowledge,
    metadata: str,
    *,
    may_post: bool,
    may_keep: bool = False,
    note: str = "",
) -> Json:
    """Return the window with what an answer's first screen leaves out.

    With *may_post* it offers to post the answer to the channel it was asked
    in, which *metadata* holds; with *may_keep*, to keep it, where the first screen has no
    room for that. *note* comes first: why this is another answer than the one seen.
    """
    is_answered = given.verdict == "answered"
    parts = [Part(literal(note).bold())] if note else []
    if note:
        parts += (
            [Part(lead(given.citations[0]))] if is_answered else body(given, knowledge)
        )
    parts += [Part(literal(slip)) for slip in phrases.slips(given, knowledge)]
    parts += _sources(given, knowledge)
    parts += _see_also(given, knowledge)
    if is_answered:
        parts += _addresses(given.citations[0].page, knowledge)
    receipt = own_words("receipt", knowledge, receipt=given.receipt)
    parts.append(Part(literal(receipt), quiet=True))
    asked = Asked.of(given)
    controls = []
    if may_keep and is_answered and opens(given, knowledge) and asked.fits():
        keep = own_words("button-keep", knowledge)
        controls.append(button(keep, KEEP, asked.value()))
    if may_post and is_answered and not given.is_sensitive and asked.fits():
        parts.append(Part(literal(own_words("will-be-posted", knowledge))))
        post = own_words("button-post", knowledge)
        controls.append(button(post, POST, asked.value()))
    return window("window-more", parts, knowledge, metadata=metadata, controls=controls)


def note_window(key: str, knowledge: Knowledge, **values: str) -> Json:
    """Return a window that says one fixed sentence."""
    parts = [Part(literal(own_words(key, knowledge, **values)))]
    return window("window-more", parts, knowledge)


def window(
    title: str,
    parts: Sequence[Part],
    knowledge: Knowledge,
    *,
    metadata: str = "",
    controls: Sequence[Json] = (),
) -> Json:
    """Return a window with *parts*, its *controls* below them; *title* is a key."""
    ending = Part(literal(own_words("window-ends", knowledge)), quiet=True)
    blocks: list[Any] = window_blocks(parts, ending)
    if controls:
        blocks.append(ActionsBlock(elements=list(controls)).to_dict())
    view = View(
        type="modal",
        title=plain_label(title, knowledge),
        close=plain_label("button-close", knowledge),
        blocks=blocks,
        private_metadata=metadata or None,
    )
    return dict(view.to_dict())


def plain_label(key: str, knowledge: Knowledge) -> PlainTextObject:
    """Return a label of ours, as long as Slack lets it be."""
    text = fitted(own_words(key, knowledge), LABEL_CHARS[key])
    return PlainTextObject(text=text, emoji=False)


def _passage(passage: Passage, notes: _Notes) -> Iterator[Part]:
    names = notes.knowledge.organisation.jurisdictions
    code = passage.jurisdiction
    whom = f" (for: {names.get(code, code)})" if code else ""
    if passage.heading:
        yield Part(literal(f"{passage.heading}{whom}").bold())
    for paragraph in passage.paragraphs:
        text = said(passage.text[paragraph.start : paragraph.end])
        label = literal(f"({_label_of(paragraph, notes)})").italic()
        yield Part(text + Said(" ", " ") + label)


def _label_of(paragraph: Paragraph, notes: _Notes) -> str:
    numbers = notes.marks(paragraph.sources)
    if numbers and not paragraph.says:
        based = own_words("based-on", notes.knowledge, numbers=numbers)
        return f"{based[:1].upper()}{based[1:]}"
    known = notes.knowledge.sources
    cited = [known[id_] for id_ in paragraph.sources]
    label = standing(paragraph.authority, cited, known)
    return f"{label} {numbers}".strip()


def _sources(given: Answer, knowledge: Knowledge) -> Iterator[Part]:
    """Yield the sources of each part of the answer, under its heading."""
    if given.verdict != "answered":
        return
    for citation in given.citations:
        pieces = phrases.lead_paragraphs(citation)
        ids = dict.fromkeys(i for piece in pieces for i in piece.paragraph.sources)
        if ids and citation.page.id == given.citations[0].page.id:
            values = {"heading": citation.passage.heading}
            yield Part(literal(own_words("sources-of", knowledge, **values)).bold())
            for id_ in ids:
                yield Part(source_line(knowledge.sources[id_], knowledge))


def _see_also(given: Answer, knowledge: Knowledge) -> Iterator[Part]:
    if given.verdict != "answered":
        return
    further = [c for c in given.citations if c.page.id != given.citations[0].page.id]
    if further:
        yield Part(literal(own_words("see-also", knowledge)).bold())
    for citation in further:
        title = literal(phrases.titled(citation, given, knowledge)).bold()
        yield Part(title + Said(": ", ": ") + said_inline(citation.page.summary))


def _addresses(page: Page, knowledge: Knowledge) -> Iterator[Part]:
    """Yield links to read and to edit *page*, where the organisation has them."""
    for key, label in (("read", "read-there"), ("edit", "edit-there")):
        pattern = knowledge.organisation.addresses.get(key, "")
        if pattern:
            address = pattern.replace("{path}", page.path).replace("{heading}", "")
            address = address.replace("{commit}", "HEAD").removesuffix("#")
            yield Part(link(address, literal(own_words(label, knowledge))))
