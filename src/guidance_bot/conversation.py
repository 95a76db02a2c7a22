"""A conversation at a terminal: lines in, replies out; the command line reads and prints them.

A line is a question or one of a few plain words. What was asked is held here
until ``new`` or the end, and nowhere else.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from guidance_bot.answering.answers import Answer, Asker
from guidance_bot.knowledge.content import Knowledge
from guidance_bot.terminal import Paper, answer_text, page_text, passages_named
from guidance_bot.wording import sentence

EARLIER: Final = 3
NOBODY: Final = "nobody"
ENDS: Final = frozenset({"quit", "exit"})
# Answers write "--for uk-health". More words, or a question mark, make it a question.
_FOR: Final = re.compile(r"(?:--)?for(?:\s+(?P<code>[^\s?]{1,60}))?", re.IGNORECASE)


class Conversation:
    """What one person asks, one line after the other, and whose rules bind them.

    *paper* is asked for each reply: a window may change its width meanwhile.
    """

    def __init__(
        self,
        knowledge: Knowledge,
        answered: Callable[[str, Asker, Sequence[str]], Answer],
        asker: Asker,
        *,
        today: date,
        paper: Callable[[], Paper],
    ) -> None:
        self._knowledge = knowledge
        self._answered = answered
        self._asker = asker
        self._today = today
        self._paper = paper
        self._given: tuple[Answer, ...] = ()

    def replies(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield the reply to each of *lines*, until one of them ends the conversation.

        Empty lines get none.
        """
        for line in lines:
            said = line.strip()
            if _word(said) in ENDS:
                return
            if said:
                yield self._reply(said)

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of the bot's own; what stands below its first line is listed."""
        text = sentence(key, self._knowledge.organisation.wording, **values)
        first, *below = text.strip().split("\n")
        wrap = self._paper().wrap
        listed = (wrap(line, first="• ", rest="  ") for line in below if line)
        return "\n".join([wrap(first), *listed])

    def _reply(self, said: str) -> str:
        replies = {"help": self._help, "new": self._new, "more": self._more}
        if reply := replies.get(_word(said)):
            return reply()
        if chosen := _FOR.fullmatch(said):
            return self._bind(chosen["code"] or "")
        return self._answer(said)

    def _answer(self, question: str) -> str:
        earlier = [given.question for given in self._given]
        given = self._answered(question, self._asker, earlier)
        # A greeting is no question, and what is too long or foreign was not read.
        if given.message is None:
            self._given = (*self._given, given)[-EARLIER:]
        return answer_text(given, self._knowledge, self._paper())

    def _more(self) -> str:
        cited = self._given[-1].citations if self._given else ()
        found = passages_named(cited[0].passage.id, self._knowledge) if cited else None
        if found is None:
            return self.say("chat-no-more")
        page, passages = found
        overdue = page.is_overdue(self._today)
        paper = self._paper()
        return page_text(page, passages, self._knowledge, paper, is_overdue=overdue)

    def _new(self) -> str:
        self._given = ()
        return self.say("chat-new")

    def _bind(self, typed: str) -> str:
        names = self._knowledge.organisation.jurisdictions
        if typed.casefold() == NOBODY:
            self._asker = Asker()
            return self.say("chat-for-nobody")
        code = next((c for c in names if c.casefold() == typed.casefold()), None)
        if code is None:
            return self.say("chat-which-code", codes=", ".join(names))
        self._asker = Asker(code)
        return self.say("chat-for", jurisdiction=names[code])

    def _help(self) -> str:
        codes = ", ".join(self._knowledge.organisation.jurisdictions)
        return f"{self.say('help')}\n\n{self.say('chat-help', codes=codes)}"


def _word(said: str) -> str:
    return said.casefold().rstrip(".!?")
